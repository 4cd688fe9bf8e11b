import { doubleType, intType, isNumeric, isTemporal, nullType, textType } from "./sqlTypes.ts";
import type { SqlType, SqlValue, Typed } from "./sqlTypes.ts";
import { dateTimeText, parseDateTime, parseTime, roundToFsp, timeText } from "./temporal.ts";

const power = (exponent: number): string => (10n ** BigInt(exponent)).toString();

/** SQLite literal of a text; one with NUL goes through bytes because SQLite's parser would stop at it. */
export function textLiteral(text: string): string {
  return text.includes("\0") ? `CAST(x'${Buffer.from(text).toString("hex")}' AS TEXT)` : `'${text.replaceAll("'", "''")}'`;
}

/** A constant of the type its JavaScript value suggests. */
export function literal(value: SqlValue): Typed {
  if (value === null) return { sql: "NULL", type: nullType, literal: null };
  if (typeof value === "string") return { sql: textLiteral(value), type: textType, literal: value };
  if (value instanceof Uint8Array) return { sql: `x'${Buffer.from(value).toString("hex")}'`, type: { kind: "blob" }, literal: value };
  if (typeof value === "bigint" || Number.isInteger(value)) return { sql: String(value), type: intType, literal: value };
  return { sql: value.toExponential(), type: doubleType, literal: value };
}

/** A constant held as the engine holds values of `type` (decimals as text). */
export function typedLiteral(value: SqlValue, type: SqlType): Typed {
  if (value === null || value instanceof Uint8Array) return { ...literal(value), type };
  if (type.kind === "decimal") return { sql: String(value).replace(".", ""), type, literal: value };
  if (type.kind === "int") return { sql: String(value), type, literal: value };
  if (type.kind === "double") return { sql: Number(value).toExponential(), type, literal: value };
  return { sql: textLiteral(String(value)), type, literal: value };
}

export function int(sql: string): Typed {
  return { sql, type: intType };
}

/** A function of ours whose result is an integer: SQLite gets doubles from JavaScript. */
export function intCall(name: string, ...args: readonly string[]): Typed {
  return int(`CAST(${name}(${args.join(",")}) AS INTEGER)`);
}

export function text(sql: string): Typed {
  return { sql, type: textType };
}

/** SQLite text of the expression as MySQL prints it. */
export function asText(value: Typed): string {
  const { type, sql } = value;
  switch (type.kind) {
    case "int": return `CAST(${sql} AS TEXT)`;
    case "decimal": return `my_dec(CAST(${sql} AS TEXT),${String(type.scale)})`;
    case "double": return type.scale === undefined ? `my_dbl(${sql})` : `CASE WHEN ${sql} IS NOT NULL THEN printf('%.${String(type.scale)}f',${sql}) END`;
    case "text": case "blob": case "date": case "time": case "datetime": case "null": return sql;
  }
}

/** SQLite REAL of the expression. */
export function asDouble(value: Typed): string {
  if (value.hexNumber !== undefined) return `${value.hexNumber.toString()}.0`;
  const { type, sql } = value;
  switch (type.kind) {
    case "double": return sql;
    case "int": return `CAST(${sql} AS REAL)`;
    case "decimal": return `(CAST(${sql} AS REAL)/${power(type.scale)}.0)`;
    case "date": case "time": case "datetime": return `my_num(replace(replace(replace(${sql},'-',''),':',''),' ',''))`;
    case "text": case "blob": case "null": return `my_num(${sql})`;
  }
}

/** SQLite INTEGER of the expression, rounded as MySQL rounds. */
export function asInteger(value: Typed): string {
  if (value.hexNumber !== undefined) return value.hexNumber.toString();
  const { type, sql } = value;
  switch (type.kind) {
    case "int": return sql;
    case "decimal": return type.scale === 0 ? sql : `CAST(my_rescale(CAST(${sql} AS TEXT),${String(type.scale)},0) AS INTEGER)`;
    case "double": return `CAST(round(${sql}) AS INTEGER)`;
    case "text": case "blob": case "null": return `CAST(my_num(${sql}) AS INTEGER)`;
    case "date": case "time": case "datetime": return `CAST(${asDouble(value)} AS INTEGER)`;
  }
}

/** The scaled integer of the expression at `scale`. */
export function asDecimal(value: Typed, scale: number): string {
  if (value.hexNumber !== undefined) return (value.hexNumber * 10n ** BigInt(scale)).toString();
  const { type, sql } = value;
  if (type.kind === "int") return scale === 0 ? sql : `(${sql})*${power(scale)}`;
  if (type.kind === "decimal") {
    if (type.scale === scale) return sql;
    return scale > type.scale ? `(${sql})*${power(scale - type.scale)}` : `CAST(my_rescale(CAST(${sql} AS TEXT),${String(type.scale)},${String(scale)}) AS INTEGER)`;
  }
  return `CAST(my_scale(${type.kind === "double" ? `my_dbl(${sql})` : sql},${String(scale)}) AS INTEGER)`;
}

/** Something true or false for SQLite. */
export function asCondition(value: Typed): string {
  if (value.type.kind === "int" || value.type.kind === "decimal" || value.type.kind === "double" || value.type.kind === "null") return value.sql;
  return `(${asDouble(value)}<>0)`;
}

/** Datetime text with `fsp` digits. */
export function asDateTime(value: Typed, fsp: number): string {
  if (value.type.kind === "datetime" && value.type.fsp === fsp) return value.sql;
  if (value.type.kind === "date" && fsp === 0) return `(${value.sql}||' 00:00:00')`;
  return `my_datetime(${asText(value)},${String(fsp)})`;
}

function temporalPair(left: Typed, right: Typed): readonly [string, string] | undefined {
  const fspOf = (value: Typed): number => {
    if (value.type.kind === "datetime" || value.type.kind === "time") return value.type.fsp;
    return typeof value.literal === "string" ? Math.min(6, /\.(\d+)$/.exec(value.literal)?.[1]?.length ?? 0) : value.type.kind === "text" ? 6 : 0;
  };
  const fsp = Math.max(fspOf(left), fspOf(right));
  if (left.type.kind === "time" || right.type.kind === "time") {
    const constant = (value: Typed): string => {
      const micros = typeof value.literal === "string" ? parseTime(value.literal) : undefined;
      return micros === undefined ? `my_time(${asText(value)},${String(fsp)})` : textLiteral(timeText(micros, fsp));
    };
    return [constant(left), constant(right)];
  }
  if (left.type.kind === "date" && right.type.kind === "date") return [left.sql, right.sql];
  const side = (value: Typed): string => {
    const parts = typeof value.literal === "string" ? parseDateTime(value.literal) : undefined;
    return parts === undefined ? asDateTime(value, fsp) : textLiteral(dateTimeText(roundToFsp(parts, fsp), fsp));
  };
  return [side(left), side(right)];
}

/** Both sides of a comparison brought to what MySQL compares: exact numbers, doubles, times or texts. */
export function comparable(left: Typed, right: Typed): readonly [string, string] {
  const [a, b] = [left.type, right.type];
  if (a.kind === "null" || b.kind === "null") return [left.sql, right.sql];
  if ((isTemporal(a) && !isNumeric(b)) || (isTemporal(b) && !isNumeric(a))) {
    const pair = temporalPair(left, right);
    if (pair !== undefined) return pair;
  }
  if (isNumeric(a) || isNumeric(b)) {
    const isExact = (type: SqlType): boolean => type.kind === "int" || type.kind === "decimal";
    if (isExact(a) && isExact(b)) {
      const scale = Math.max(a.kind === "decimal" ? a.scale : 0, b.kind === "decimal" ? b.scale : 0);
      return [asDecimal(left, scale), asDecimal(right, scale)];
    }
    return [asDouble(left), asDouble(right)];
  }
  if (a.kind === "blob" || b.kind === "blob") return [`CAST(${left.sql} AS BLOB)`, `CAST(${right.sql} AS BLOB)`];
  const isBinary = (a.kind === "text" && a.isBinary) || (b.kind === "text" && b.isBinary);
  return isBinary ? [`${left.sql} COLLATE BINARY`, right.sql] : [`my_weight(${left.sql})`, `my_weight(${right.sql})`];
}

/** What to sort by: members of an ENUM in their order, texts without case and accents. */
export function sortKey(value: Typed): string {
  if (value.members !== undefined) return `my_field(${value.sql},${textLiteral(JSON.stringify(value.members))})`;
  return value.type.kind === "text" && !value.type.isBinary ? `my_weight(${value.sql})` : value.sql;
}

/** What to group by: texts without case and accents. */
export function groupWeight(value: Typed): string {
  return value.type.kind === "text" && !value.type.isBinary ? `my_weight(${value.sql})` : value.sql;
}

/** What to tell rows apart by where the value itself is wanted (DISTINCT, UNION, MIN, MAX): SQLite knows no case of ASCII only. */
export function groupKey(value: Typed): string {
  return value.type.kind === "text" && !value.type.isBinary ? `${value.sql} COLLATE NOCASE` : value.sql;
}

/** The common type of several branches (CASE, IFNULL, UNION). */
export function unionType(types: readonly SqlType[]): SqlType {
  const known = types.filter((type) => type.kind !== "null");
  const first = known[0];
  if (first === undefined) return nullType;
  if (known.every((type) => type.kind === first.kind)) {
    if (first.kind === "decimal") return { kind: "decimal", scale: Math.max(...known.map((type) => (type.kind === "decimal" ? type.scale : 0))) };
    if (first.kind === "text") return known.find((type) => type.kind === "text" && type.isBinary) ?? first;
    if (first.kind === "datetime" || first.kind === "time") return { kind: first.kind, fsp: Math.max(...known.map((type) => ("fsp" in type ? type.fsp : 0))) };
    return first;
  }
  if (known.every((type) => isNumeric(type))) {
    if (known.some((type) => type.kind === "double")) return doubleType;
    return { kind: "decimal", scale: Math.max(...known.map((type) => (type.kind === "decimal" ? type.scale : 0))) };
  }
  if (known.every((type) => type.kind === "date" || type.kind === "datetime")) return { kind: "datetime", fsp: Math.max(...known.map((type) => ("fsp" in type ? type.fsp : 0))) };
  return known.some((type) => type.kind === "blob") ? { kind: "blob" } : textType;
}

/** The expression in the form of `type`. */
export function castTo(value: Typed, type: SqlType): string {
  if (value.type.kind === "null") return value.sql;
  switch (type.kind) {
    case "int": return asInteger(value);
    case "decimal": return asDecimal(value, type.scale);
    case "double": return asDouble(value);
    case "text": case "blob": return asText(value);
    case "date": return value.type.kind === "date" ? value.sql : `my_date(${asText(value)})`;
    case "datetime": return asDateTime(value, type.fsp);
    case "time": return value.type.kind === "time" && value.type.fsp === type.fsp ? value.sql : `my_time(${asText(value)},${String(type.fsp)})`;
    case "null": return value.sql;
  }
}
