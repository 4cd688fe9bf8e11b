import { SqlError } from "../contract.ts";
import { bytesOfText, hasForeignBytes, textOfBytes } from "./byteText.ts";
import { backquote, typeOf } from "./catalog.ts";
import type { BaseType, Column } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { decimalText, leadingNumber, narrow, scaledFromText, valueText } from "./sqlTypes.ts";
import type { SqlType, SqlValue } from "./sqlTypes.ts";
import type { RawValue } from "./store.ts";
import { cutToFsp, dateText, dateTimeText, fromMicros, isZeroDate, parseDateTime, parseTime, roundToFsp, timeText, toMicros } from "./temporal.ts";

/** How a value is stored: strict mode refuses what does not fit, otherwise it is cut to fit as MySQL does. */
export interface StoreMode {
  readonly isStrict: boolean;
  /** Minutes east of UTC of the session's time zone, for TIMESTAMP. */
  readonly zoneMinutes: number;
  /** Row number in the statement, for error texts. */
  readonly row: number;
  readonly isMariaDb: boolean;
  /** The table as MariaDB names it in some errors: `` `shop`.`orders` ``. */
  readonly home: string;
  /** Told what was cut to fit, where the mode is not strict. */
  readonly warn: (problem: SqlError) => void;
}

/** Refuses what does not fit in strict mode; otherwise it is a warning, and the caller cuts to fit. */
function complain(problem: SqlError, mode: StoreMode): void {
  if (mode.isStrict) throw problem;
  mode.warn(problem);
}

/** 1366 or 1292 for a value, in the product's wording. */
function badValue(symbol: "ER_TRUNCATED_WRONG_VALUE" | "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", kind: string, shown: string, column: Column, mode: StoreMode): SqlError {
  const error = sqlError(symbol, kind, shown, mode.isMariaDb ? `${mode.home}.${backquote(column.name)}` : `'${column.name}'`, mode.row);
  // MariaDB gives 1366 the SQLSTATE of 1292.
  return mode.isMariaDb ? new SqlError(error.errno, "22007", error.message) : error;
}

const integerBits: Readonly<Partial<Record<BaseType, number>>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };
const textBytes: Readonly<Partial<Record<BaseType, number>>> = {
  tinytext: 255, text: 65_535, mediumtext: 16_777_215, longtext: 4_294_967_295, json: 4_294_967_295, tinyblob: 255, blob: 65_535, mediumblob: 16_777_215, longblob: 4_294_967_295,
};

function bounded(value: bigint, least: bigint, most: bigint, column: Column, mode: StoreMode): bigint {
  if (value >= least && value <= most) return value;
  complain(sqlError("ER_WARN_DATA_OUT_OF_RANGE", column.name, mode.row), mode);
  return value < least ? least : most;
}

function numberText(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode, kind: string): string {
  if (value instanceof Uint8Array) return BigInt(`0x${Buffer.from(value).toString("hex") || "0"}`).toString();
  const text = valueText(value);
  if (scaledFromText(text, 0) !== undefined) return text;
  const isPartial = leadingNumber(text) !== 0;
  complain(isPartial ? sqlError("WARN_DATA_TRUNCATED", column.name, mode.row) : badValue("ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", kind, text, column, mode), mode);
  return String(leadingNumber(text));
}

function storeInteger(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode): number | bigint {
  // Most of what is stored needs no big numbers.
  const most = column.type.base === "year" ? 0 : 2 ** (Math.min(integerBits[column.type.base] ?? 64, 54) - 1) - 1;
  if (typeof value === "number" && value >= 0 && value <= most && Number.isInteger(value)) return value;
  const scaled = scaledFromText(numberText(value, column, mode, "integer"), 0) ?? 0n;
  if (column.type.base === "year") {
    const year = scaled > 0n && scaled < 70n ? scaled + 2000n : scaled >= 70n && scaled < 100n ? scaled + 1900n : scaled;
    return narrow(year === 0n ? 0n : bounded(year, 1901n, 2155n, column, mode));
  }
  const bits = BigInt(integerBits[column.type.base] ?? 64);
  const isUnsigned = column.type.isUnsigned;
  const result = bounded(scaled, isUnsigned ? 0n : -(1n << (bits - 1n)), isUnsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n, column, mode);
  if (result >= 1n << 63n) throw notSupported("BIGINT UNSIGNED values above 9223372036854775807");
  return narrow(result);
}

function storeDecimal(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode): number | bigint {
  const scale = column.type.scale ?? 0;
  const digits = column.type.length ?? 10;
  // Most decimals are written with the very digits that the column keeps, and few of them.
  if (typeof value === "string" && digits <= 15) {
    const [, whole, fraction = ""] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(value) ?? [];
    if (whole !== undefined && fraction.length === scale && whole.length <= digits - scale) return Number(whole + fraction);
  }
  const scaled = scaledFromText(numberText(value, column, mode, "decimal"), scale) ?? 0n;
  const most = 10n ** BigInt(digits) - 1n;
  const result = bounded(scaled, column.type.isUnsigned ? 0n : -most, most, column, mode);
  if (result > (1n << 63n) - 1n || result < -(1n << 63n)) throw notSupported("DECIMAL values of more than 18 digits");
  return narrow(result);
}

/** A text that is too long is an error of its own in strict mode, and "data truncated" as a warning. */
function tooLong(column: Column, mode: StoreMode): SqlError {
  return sqlError(mode.isStrict ? "ER_DATA_TOO_LONG" : "WARN_DATA_TRUNCATED", column.name, mode.row);
}

function cutText(text: string, column: Column, mode: StoreMode): string {
  const { base, length } = column.type;
  const limit = base === "char" || base === "varchar" ? length : undefined;
  const stored = base === "char" ? text.replace(/ +$/, "") : text;
  if (limit !== undefined && stored.length > limit && [...stored].length > limit) {
    const letters = [...stored];
    const isOnlyBlanks = letters.slice(limit).every((letter) => letter === " ");
    if (!isOnlyBlanks) complain(tooLong(column, mode), mode);
    return letters.slice(0, limit).join("");
  }
  const bytes = textBytes[base];
  if (bytes !== undefined && stored.length * 3 > bytes && Buffer.byteLength(stored) > bytes) {
    complain(tooLong(column, mode), mode);
    return Buffer.from(stored).subarray(0, bytes).toString().replace(/\ufffd$/, "");
  }
  return stored;
}

function badMember(column: Column, mode: StoreMode): SqlError {
  return sqlError("WARN_DATA_TRUNCATED", column.name, mode.row);
}

function storeMembers(text: string, column: Column, mode: StoreMode): string {
  const { base, members } = column.type;
  const find = (wanted: string): string | undefined => members.find((member) => member.toLowerCase() === wanted.toLowerCase().trimEnd());
  if (base === "enum") {
    const found = find(text) ?? (/^\d+$/.test(text) ? members[Number(text) - 1] : undefined);
    if (found === undefined) complain(badMember(column, mode), mode);
    return found ?? "";
  }
  const wanted = text === "" ? [] : text.split(",").map(find);
  if (wanted.includes(undefined)) complain(badMember(column, mode), mode);
  return members.filter((member) => wanted.includes(member)).join(",");
}

function storeText(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode): string {
  const text = value instanceof Uint8Array ? textOfBytes(value) : valueText(value);
  const { base } = column.type;
  if (hasForeignBytes(text)) throw badValue("ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", "string", foreignText(text), column, mode);
  if (base === "enum" || base === "set") return storeMembers(text, column, mode);
  if (base === "json" && !mode.isMariaDb) return normalJson(text, column);
  return cutText(text, column, mode);
}

/** Bytes as MySQL shows those that fit no character set: `\\x89PNG…`. */
function foreignText(text: string): string {
  const bytes = bytesOfText(text).subarray(0, 6);
  return `${[...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase()}`)).join("")}...`;
}

/** MySQL stores JSON parsed; keys sorted by length and then bytes, one blank after `:` and `,`. */
function normalJson(text: string, column: Column): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON is an answer of its own: MySQL's 3140.
    throw sqlError("ER_INVALID_JSON_TEXT", "Invalid value.", column.name);
  }
  return printJson(parsed);
}

function printJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([left], [right]) => left.length - right.length || (left < right ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}: ${printJson(member)}`).join(", ")}}`;
}

function storeBytes(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : bytesOfText(valueText(value));
  const limit = textBytes[column.type.base] ?? column.type.length ?? bytes.length;
  if (bytes.length > limit) complain(tooLong(column, mode), mode);
  if (column.type.base !== "binary") return bytes.subarray(0, limit);
  const padded = new Uint8Array(limit);
  padded.set(bytes.subarray(0, limit));
  return padded;
}

function storeMoment(value: Exclude<SqlValue, null>, column: Column, mode: StoreMode): string {
  const { base, length } = column.type;
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : valueText(value);
  const fsp = length ?? 0;
  if (base === "time") {
    const micros = parseTime(text);
    if (micros !== undefined) return timeText(micros, fsp);
  }
  const parts = parseDateTime(text);
  if (parts === undefined || (isZeroDate(parts) && mode.isStrict)) {
    if (parts === undefined || mode.isStrict) complain(badValue("ER_TRUNCATED_WRONG_VALUE", base === "timestamp" ? "datetime" : base, text, column, mode), mode);
    return base === "date" ? "0000-00-00" : base === "time" ? "00:00:00" : `0000-00-00 00:00:00${fsp > 0 ? `.${"0".repeat(fsp)}` : ""}`;
  }
  if (base === "date") return dateText(parts);
  const rounded = mode.isMariaDb ? cutToFsp(parts, fsp) : roundToFsp(parts, fsp);
  if (base === "time") return dateTimeText(rounded, fsp).slice(11);
  const zone = base === "timestamp" && !isZeroDate(rounded) ? BigInt(mode.zoneMinutes) : 0n;
  return dateTimeText(zone === 0n ? rounded : fromMicros(toMicros(rounded) - zone * 60_000_000n), fsp);
}

/** A value in the form its column is stored in. Throws MySQL's errors 1264, 1265, 1292, 1366 and 1406. */
export function storeValue(value: SqlValue, column: Column, mode: StoreMode): RawValue {
  if (value === null) return null;
  const type = typeOf(column);
  switch (type.kind) {
    case "int": return storeInteger(value, column, mode);
    case "decimal": return storeDecimal(value, column, mode);
    case "double": {
      const number = typeof value === "number" ? value : Number(numberText(value, column, mode, "double"));
      return column.type.base === "float" ? Math.fround(number) : number;
    }
    case "text": return storeText(value, column, mode);
    case "blob": return storeBytes(value, column, mode);
    case "date": case "time": case "datetime": return storeMoment(value, column, mode);
    case "null": return null;
  }
}

/** A value of SQLite as MySQL answers it. Throws 1690 where exact arithmetic overflowed. */
export function readValue(raw: RawValue, type: SqlType): SqlValue {
  if (raw === null) return null;
  switch (type.kind) {
    case "int":
      if (typeof raw === "number") throw sqlError("ER_DATA_OUT_OF_RANGE", "BIGINT", "the expression");
      return typeof raw === "bigint" ? narrow(raw) : raw;
    case "decimal":
      if (typeof raw === "number") throw sqlError("ER_DATA_OUT_OF_RANGE", "DECIMAL", "the expression");
      return typeof raw === "bigint" ? decimalText(raw, type.scale) : raw;
    case "double": return type.scale === undefined ? Number(raw) : Number(raw).toFixed(type.scale);
    case "blob": return typeof raw === "string" ? new Uint8Array(Buffer.from(raw)) : raw;
    case "text": case "date": case "time": case "datetime": return typeof raw === "string" ? raw : raw instanceof Uint8Array ? Buffer.from(raw).toString("utf8") : valueText(raw);
    case "null": return typeof raw === "bigint" ? narrow(raw) : raw;
  }
}

/** A stored value of a column as MySQL answers it (FLOAT prints six digits). */
export function readStored(raw: RawValue, column: Column): SqlValue {
  const type = typeOf(column);
  const exact = typeof raw === "number" && type.kind !== "double" ? BigInt(raw) : raw;
  const value = readValue(exact, type);
  return column.type.base === "float" && typeof value === "number" && column.type.scale === undefined ? Number(value.toPrecision(6)) : value;
}
