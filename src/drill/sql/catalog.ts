import type { SqlType } from "./sqlTypes.ts";
import { binaryTextType, blobType, doubleType, intType, textType } from "./sqlTypes.ts";

/** Base names of column types, synonyms resolved. */
export const baseTypes = [
  "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year", "date", "time", "datetime", "timestamp",
  "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob",
  "enum", "set", "json",
] as const;
export type BaseType = (typeof baseTypes)[number];

/** A column's declared type. */
export interface ColumnType {
  readonly base: BaseType;
  /** Characters, bytes, digits or display width; fractional digits of temporal types. `undefined` where not declared. */
  readonly length: number | undefined;
  /** Decimals of DECIMAL, FLOAT and DOUBLE. */
  readonly scale: number | undefined;
  readonly isUnsigned: boolean;
  readonly members: readonly string[];
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
  /** Expression text of the default (`NULL`, `'new'`, `current_timestamp()`); `undefined` where there is none. */
  readonly defaultSql: string | undefined;
  readonly isAutoIncrement: boolean;
  readonly isUpdatedNow: boolean;
  readonly charset: string | undefined;
  readonly collation: string | undefined;
  readonly comment: string;
  readonly generated: { readonly expression: string; readonly isStored: boolean } | undefined;
  /** Text of a column CHECK (MariaDB keeps it with the column). */
  readonly check: string | undefined;
}

export interface KeyPart {
  readonly column: string;
  /** Indexed prefix in characters; `undefined` is the whole column. */
  readonly length: number | undefined;
  readonly isDescending: boolean;
}

export interface Key {
  readonly name: string;
  readonly kind: "primary" | "unique" | "index" | "fulltext" | "spatial";
  readonly parts: readonly KeyPart[];
  readonly using: string | undefined;
}

export type ReferentialAction = "RESTRICT" | "CASCADE" | "SET NULL" | "NO ACTION";

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly database: string | undefined;
  readonly table: string;
  readonly references: readonly string[];
  readonly onDelete: ReferentialAction | undefined;
  readonly onUpdate: ReferentialAction | undefined;
}

export interface Check {
  readonly name: string;
  readonly expression: string;
}

export interface Trigger {
  readonly name: string;
  readonly time: "BEFORE" | "AFTER";
  readonly event: "INSERT" | "UPDATE" | "DELETE";
  readonly body: string;
  readonly definer: string;
  readonly sqlMode: string;
  readonly createdAt: number;
}

export interface Table {
  name: string;
  /** Number of the SQLite table that holds the rows. */
  readonly id: number;
  columns: Column[];
  keys: Key[];
  foreignKeys: ForeignKey[];
  checks: Check[];
  engine: string;
  charset: string;
  collation: string;
  comment: string;
  rowFormat: string | undefined;
  /** Next AUTO_INCREMENT value. */
  autoIncrement: number;
  triggers: Trigger[];
  /** World epoch milliseconds. */
  readonly createdAt: number;
}

export interface View {
  readonly name: string;
  readonly select: string;
  readonly columns: readonly string[] | undefined;
  readonly definer: string;
  readonly algorithm: string;
  readonly security: string;
}

export interface Routine {
  readonly name: string;
  readonly kind: "PROCEDURE" | "FUNCTION";
  readonly parameters: readonly { readonly name: string; readonly mode: "IN" | "OUT" | "INOUT" }[];
  readonly parameterText: string;
  readonly characteristics: string;
  readonly body: string;
  readonly definer: string;
  readonly sqlMode: string;
}

export interface Database {
  readonly name: string;
  charset: string;
  collation: string;
  tables: Record<string, Table>;
  views: Record<string, View>;
  routines: Record<string, Routine>;
}

/** Everything a server knows besides its rows. Plain JSON. */
export interface Catalog {
  databases: Record<string, Database>;
  nextTableId: number;
}

/** The SQLite table of a MySQL table, quoted. */
export function storageName(table: Table): string {
  return `"t${String(table.id)}"`;
}

/** An SQLite identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A MySQL identifier in backquotes. */
export function backquote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Columns compare by name without case. */
export function findColumn(table: Table, name: string): Column | undefined {
  const wanted = name.toLowerCase();
  return table.columns.find((column) => column.name.toLowerCase() === wanted);
}

export function primaryKey(table: Table): Key | undefined {
  return table.keys.find((key) => key.kind === "primary");
}

/** The single integer column that SQLite can use as its row id; `undefined` where the primary key is none. */
export function rowIdColumn(table: Table): Column | undefined {
  const parts = primaryKey(table)?.parts ?? [];
  const column = parts.length === 1 && parts[0] !== undefined ? findColumn(table, parts[0].column) : undefined;
  return column !== undefined && typeOf(column).kind === "int" && column.type.base !== "year" ? column : undefined;
}

/** Is the column's text compared byte by byte? */
function isBinaryCollation(column: Column): boolean {
  return column.type.base === "json" || column.charset === "binary" || (column.collation ?? "").endsWith("_bin");
}

/** The engine's type of a column's values. */
export function typeOf(column: Column): SqlType {
  const { base, length, scale } = column.type;
  switch (base) {
    case "tinyint": case "smallint": case "mediumint": case "int": case "bigint": case "year": return intType;
    case "decimal": return { kind: "decimal", scale: scale ?? 0 };
    case "float": case "double": return scale === undefined ? doubleType : { kind: "double", scale };
    case "date": return { kind: "date" };
    case "time": return { kind: "time", fsp: length ?? 0 };
    case "datetime": case "timestamp": return { kind: "datetime", fsp: length ?? 0 };
    case "binary": case "varbinary": case "tinyblob": case "blob": case "mediumblob": case "longblob": return blobType;
    case "char": case "varchar": case "tinytext": case "text": case "mediumtext": case "longtext": case "enum": case "set": case "json":
      return isBinaryCollation(column) ? binaryTextType : textType;
  }
}

/** SQLite's declaration of a column: affinity and collation. */
export function storageType(column: Column): string {
  const type = typeOf(column);
  switch (type.kind) {
    case "int": case "decimal": return "INTEGER";
    case "double": return "REAL";
    case "text": return type.isBinary ? "TEXT" : "TEXT COLLATE NOCASE";
    case "blob": return "BLOB";
    case "date": case "time": case "datetime": return "TEXT";
    case "null": return "BLOB";
  }
}

/** A MySQL string literal. */
export function quoteString(text: string): string {
  const escaped = text.replace(/[\0\n\r\x1a\\']/g, (found) => ({ "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z", "\\": "\\\\", "'": "\\'" })[found] ?? found);
  return `'${escaped}'`;
}

const widths: Readonly<Partial<Record<BaseType, readonly [signed: number, unsigned: number]>>> = {
  tinyint: [4, 3], smallint: [6, 5], mediumint: [9, 8], int: [11, 10], bigint: [20, 20], year: [4, 4],
};

/** The type as SHOW prints it. MySQL 8.0.19 and later leave display widths out, but for `tinyint(1)`. */
export function typeText(type: ColumnType, showsWidths: boolean): string {
  const { base, length, scale } = type;
  const unsigned = type.isUnsigned ? " unsigned" : "";
  const width = widths[base];
  if (width !== undefined) {
    const shown = length ?? width[type.isUnsigned ? 1 : 0];
    return base + (showsWidths || (base === "tinyint" && length === 1) ? `(${String(shown)})` : "") + unsigned;
  }
  if (base === "enum" || base === "set") return `${base}(${type.members.map((member) => `'${member.replaceAll("'", "''")}'`).join(",")})`;
  if (base === "decimal") return `decimal(${String(length ?? 10)},${String(scale ?? 0)})${unsigned}`;
  if (length === undefined || (length === 0 && base !== "varchar" && base !== "char")) return base + unsigned;
  return `${base}(${scale === undefined ? String(length) : `${String(length)},${String(scale)}`})${unsigned}`;
}
