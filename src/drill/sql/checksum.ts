import type { SqlResult } from "../contract.ts";
import { quoteName, storageName } from "./catalog.ts";
import type { Column, Table } from "./catalog.ts";
import { crc32 } from "./crc32.ts";
import { notSupported } from "./errors.ts";
import { databaseNameOf, databaseOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { resultSet } from "./outcome.ts";
import { demandOnTable } from "./privileges.ts";
import type { SqlValue } from "./sqlTypes.ts";
import { decimalText } from "./sqlTypes.ts";
import type { RawValue } from "./store.ts";
import { parseDateTime, parseTime, toMicros } from "./temporal.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** Bytes of each integer type in a record. */
const integerBytes: Readonly<Record<string, number>> = { tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8 };
/** Bytes that n decimal digits take in DECIMAL's packed form (strings/decimal.c). */
const digitBytes = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function littleEndian(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt.asUintN(length * 8, value);
  for (let index = 0; index < length; index += 1, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}

function bigEndian(value: bigint, length: number): Uint8Array {
  return littleEndian(value, length).toReversed();
}

/** DECIMAL as the server keeps it: groups of nine digits big-endian, the sign bit flipped, negatives inverted. */
function decimalBytes(scaled: bigint, precision: number, scale: number): Uint8Array {
  const text = decimalText(scaled < 0n ? -scaled : scaled, scale).replace(".", "").padStart(precision, "0");
  const whole = text.slice(0, precision - scale);
  const fraction = text.slice(precision - scale);
  const groups: { readonly digits: string; readonly bytes: number }[] = [];
  const lead = whole.length % 9;
  if (lead > 0) groups.push({ digits: whole.slice(0, lead), bytes: digitBytes[lead] ?? 4 });
  for (let at = lead; at < whole.length; at += 9) groups.push({ digits: whole.slice(at, at + 9), bytes: 4 });
  for (let at = 0; at < fraction.length; at += 9) groups.push({ digits: fraction.slice(at, at + 9), bytes: digitBytes[Math.min(9, fraction.length - at)] ?? 4 });
  const bytes = Buffer.concat(groups.map((group) => bigEndian(BigInt(group.digits), group.bytes)));
  if (scaled < 0n) for (let index = 0; index < bytes.length; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
  bytes[0] = (bytes[0] ?? 0) ^ 0x80;
  return bytes;
}

function fractionBytes(micros: number, fsp: number): Uint8Array {
  const length = Math.ceil(fsp / 2);
  return length === 0 ? new Uint8Array() : bigEndian(BigInt(Math.floor(micros / 10 ** (6 - length * 2))), length);
}

function dateTimeBytes(text: string, fsp: number): Uint8Array {
  const parts = parseDateTime(text);
  if (parts === undefined) return new Uint8Array(5 + Math.ceil(fsp / 2));
  const days = BigInt((parts.year * 13 + parts.month) * 32 + parts.day);
  const packed = (days << 17n) | BigInt((parts.hour << 12) | (parts.minute << 6) | parts.second);
  return Buffer.concat([bigEndian(packed + 0x80_0000_0000n, 5), fractionBytes(parts.micros, fsp)]);
}

function timestampBytes(text: string, fsp: number): Uint8Array {
  const parts = parseDateTime(text);
  const seconds = parts === undefined || parts.month === 0 ? 0n : toMicros(parts) / 1_000_000n;
  return Buffer.concat([bigEndian(seconds, 4), fractionBytes(parts?.micros ?? 0, fsp)]);
}

function timeBytes(text: string): Uint8Array {
  const micros = parseTime(text) ?? 0n;
  const seconds = micros < 0n ? -micros / 1_000_000n : micros / 1_000_000n;
  const packed = ((seconds / 3600n) << 12n) | (((seconds / 60n) % 60n) << 6n) | seconds % 60n;
  return bigEndian(0x80_0000n + (micros < 0n ? -packed : packed), 3);
}

function dateBytes(text: string): Uint8Array {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return littleEndian(BigInt(day + month * 32 + year * 16 * 32), 3);
}

function doubleBytes(value: number, isFloat: boolean): Uint8Array {
  const bytes = Buffer.alloc(isFloat ? 4 : 8);
  if (isFloat) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

function charBytes(text: string, column: Column): Uint8Array {
  const width: Readonly<Record<string, number>> = { utf8mb4: 4, utf8mb3: 3, utf8: 3 };
  const bytes = Buffer.alloc((column.type.length ?? 1) * (width[column.charset ?? ""] ?? 1), 0x20);
  bytes.write(text);
  return bytes;
}

/** A value as it stands in the server's record buffer; texts and blobs of variable length are their bytes. */
function recordBytes(raw: Exclude<RawValue, null>, column: Column): Uint8Array {
  const { base, length, scale, members } = column.type;
  const text = (): string => (raw instanceof Uint8Array ? Buffer.from(raw).toString() : String(raw));
  switch (base) {
    case "tinyint": case "smallint": case "mediumint": case "int": case "bigint": return littleEndian(BigInt(String(raw)), integerBytes[base] ?? 4);
    case "year": return littleEndian(BigInt(String(raw)) === 0n ? 0n : BigInt(String(raw)) - 1900n, 1);
    case "decimal": return decimalBytes(BigInt(String(raw)), length ?? 10, scale ?? 0);
    case "float": case "double": return doubleBytes(Number(raw), base === "float");
    case "date": return dateBytes(text());
    case "datetime": return dateTimeBytes(text(), length ?? 0);
    case "timestamp": return timestampBytes(text(), length ?? 0);
    case "time":
      if ((length ?? 0) > 0) throw notSupported("CHECKSUM TABLE of TIME with a fraction");
      return timeBytes(text());
    case "enum": return littleEndian(BigInt(members.indexOf(text()) + 1), members.length < 256 ? 1 : 2);
    case "set": return setBytes(text(), members);
    case "char": return charBytes(text(), column);
    case "varchar": case "tinytext": case "text": case "mediumtext": case "longtext": return Buffer.from(text());
    case "binary": case "varbinary": case "tinyblob": case "blob": case "mediumblob": case "longblob": return raw instanceof Uint8Array ? raw : Buffer.from(text());
    case "json": throw notSupported("CHECKSUM TABLE of JSON columns");
  }
}

function setBytes(text: string, members: readonly string[]): Uint8Array {
  const chosen = text === "" ? [] : text.split(",");
  const bits = members.reduce((sum, member, index) => (chosen.includes(member) ? sum | (1n << BigInt(index)) : sum), 0n);
  const needed = Math.ceil(members.length / 8);
  return littleEndian(bits, needed > 4 ? 8 : needed);
}

/** NULL bits of a record: one per nullable column after InnoDB's leading delete-mark bit, unused bits set. */
function nullBytes(columns: readonly Column[], row: readonly RawValue[], isPacked: boolean): Uint8Array {
  const nullable = columns.map((column, index) => ({ column, index })).filter(({ column }) => column.isNullable);
  const start = isPacked ? 0 : 1;
  const bits = nullable.length + start;
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (const [place, { index }] of nullable.entries()) if (row[index] === null) bytes[(place + start) >> 3] = (bytes[(place + start) >> 3] ?? 0) | (1 << ((place + start) & 7));
  const used = bits % 8;
  const last = bytes.length - 1;
  if (used > 0) bytes[last] = (bytes[last] ?? 0) | (256 - (1 << used));
  if (!isPacked && bytes.length > 0) bytes[0] = (bytes[0] ?? 0) | 1;
  return bytes;
}

/** A table whose record has no variable column is not packed: its first NULL bit is the delete mark. */
function isPackedRecord(table: Table): boolean {
  return table.columns.some((column) => ["varchar", "varbinary"].includes(column.type.base) || /text|blob/.test(column.type.base));
}

/** CHECKSUM TABLE of one table as MariaDB's handler::calculate_checksum (sql/handler.cc) computes it. */
export function tableChecksum(frame: Frame, table: Table): bigint {
  const columns = table.columns;
  const rows = frame.server.store.query(`SELECT ${columns.map((column) => quoteName(column.name)).join(",")} FROM ${storageName(table)}`);
  const isPacked = isPackedRecord(table);
  let sum = 0n;
  for (const row of rows) {
    const nulls = nullBytes(columns, row, isPacked);
    let crc = nulls.length === 0 ? 0 : crc32(nulls);
    for (const [index, column] of columns.entries()) {
      const raw = row[index] ?? null;
      if (raw !== null && (column.generated === undefined || column.generated.isStored)) crc = crc32(recordBytes(raw, column), crc);
    }
    sum += BigInt(crc);
  }
  return sum & 0xffff_ffffn;
}

/** CHECKSUM TABLE, after CHECKSUM. */
export function checksumTables(frame: Frame, cursor: TokenCursor): SqlResult {
  if (!cursor.take("TABLE")) cursor.expect("TABLES");
  const rows: SqlValue[][] = [];
  do {
    const target = cursor.qualifiedName();
    demandOnTable(frame, ["SELECT"], databaseNameOf(frame, target.database), target.name);
    const database = databaseOf(frame, target.database);
    const table = database.tables[target.name];
    if (table === undefined) frame.session.warn("Warning", 1146, `Table '${database.name}.${target.name}' doesn't exist`);
    rows.push([`${database.name}.${target.name}`, table === undefined ? null : Number(tableChecksum(frame, table))]);
  } while (cursor.takeOperator(","));
  cursor.take("EXTENDED");
  cursor.expectEnd();
  return resultSet(["Table", "Checksum#"], rows);
}
