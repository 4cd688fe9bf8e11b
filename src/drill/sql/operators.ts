import { asCondition, asDecimal, asDouble, asInteger, asText, comparable, int, typedLiteral } from "./convert.ts";
import { notSupported, sqlError } from "./errors.ts";
import { doubleType, isNumeric, isTemporal } from "./sqlTypes.ts";
import type { Typed } from "./sqlTypes.ts";
import { addInterval, dateText, dateTimeText, hasTimePart, isIntervalUnit, parseDateTime } from "./temporal.ts";
import { textLiteral } from "./convert.ts";

const isExact = (value: Typed): boolean => value.type.kind === "int" || value.type.kind === "decimal";
const scaleOf = (value: Typed): number => (value.type.kind === "decimal" ? value.type.scale : 0);

function sum(operator: "+" | "-", left: Typed, right: Typed): Typed {
  if (!isExact(left) || !isExact(right)) return { sql: `(${asDouble(left)}${operator}${asDouble(right)})`, type: doubleType };
  const scale = Math.max(scaleOf(left), scaleOf(right));
  const sql = `(${asDecimal(left, scale)}${operator}${asDecimal(right, scale)})`;
  return { sql, type: left.type.kind === "int" && right.type.kind === "int" ? left.type : { kind: "decimal", scale } };
}

function product(left: Typed, right: Typed): Typed {
  if (!isExact(left) || !isExact(right)) return { sql: `(${asDouble(left)}*${asDouble(right)})`, type: doubleType };
  const sql = `(${left.sql}*${right.sql})`;
  return { sql, type: left.type.kind === "int" && right.type.kind === "int" ? left.type : { kind: "decimal", scale: scaleOf(left) + scaleOf(right) } };
}

/** `/`: exact numbers get four more decimals (div_precision_increment), NULL by zero. */
export function quotient(left: Typed, right: Typed): Typed {
  if (!isExact(left) || !isExact(right)) return { sql: `(${asDouble(left)}/NULLIF(${asDouble(right)},0.0))`, type: doubleType };
  const scale = Math.min(30, scaleOf(left) + 4);
  const power = scale + scaleOf(right) - scaleOf(left);
  return { sql: `CAST(my_div(CAST(${left.sql} AS TEXT),CAST(${right.sql} AS TEXT),${String(power)}) AS INTEGER)`, type: { kind: "decimal", scale } };
}

function integerQuotient(left: Typed, right: Typed): Typed {
  if (!isExact(left) || !isExact(right)) return int(`CAST(${asDouble(left)}/NULLIF(${asDouble(right)},0.0) AS INTEGER)`);
  const scale = Math.max(scaleOf(left), scaleOf(right));
  return int(`(${asDecimal(left, scale)}/NULLIF(${asDecimal(right, scale)},0))`);
}

function remainder(left: Typed, right: Typed): Typed {
  if (!isExact(left) || !isExact(right)) return { sql: `my_fmod(${asDouble(left)},${asDouble(right)})`, type: doubleType };
  const scale = Math.max(scaleOf(left), scaleOf(right));
  const sql = `(${asDecimal(left, scale)}%NULLIF(${asDecimal(right, scale)},0))`;
  return { sql, type: scale === 0 ? { kind: "int" } : { kind: "decimal", scale } };
}

/** `date + INTERVAL amount unit`; `sign` -1 subtracts. */
export function addIntervalTo(date: Typed, amount: Typed, unit: string, sign: 1 | -1): Typed {
  if (!isIntervalUnit(unit)) throw notSupported(`INTERVAL ${unit}`);
  const isDate = !hasTimePart(unit) && (date.type.kind === "date" || (typeof date.literal === "string" && /^\d{4}-\d{1,2}-\d{1,2}$/.test(date.literal)));
  const fsp = date.type.kind === "datetime" ? date.type.fsp : unit === "MICROSECOND" ? 6 : typeof date.literal === "string" && date.literal.includes(".") ? 6 : 0;
  const type: Typed["type"] = isDate ? { kind: "date" } : { kind: "datetime", fsp };
  if (typeof date.literal === "string" && (typeof amount.literal === "number" || typeof amount.literal === "string")) {
    const parts = parseDateTime(date.literal);
    const result = parts === undefined ? undefined : addInterval(parts, String(amount.literal), unit, sign);
    const value = result === undefined ? null : isDate ? dateText(result) : dateTimeText(result, fsp);
    return value === null ? { sql: "NULL", type, literal: null } : { sql: textLiteral(value), type, literal: value };
  }
  return { sql: `my_add(${asText(date)},${asText(amount)},${textLiteral(unit)},${String(sign)},${isDate ? "-1" : String(fsp)})`, type };
}

const comparisons: Readonly<Record<string, string>> = { "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "<>": "<>" };

/** A comparison of two scalars by one of MySQL's operators, `<=>` included. */
export function compare(operator: string, left: Typed, right: Typed): Typed {
  const [a, b] = comparable(left, right);
  if (operator === "<=>") return int(`(${a} IS ${b})`);
  const own = comparisons[operator];
  if (own === undefined) throw notSupported(`operator ${operator}`);
  return int(`(${a}${own}${b})`);
}

function isBinaryPair(left: Typed, right: Typed): "1" | "0" {
  return [left, right].some((value) => value.type.kind === "blob" || (value.type.kind === "text" && value.type.isBinary)) ? "1" : "0";
}

/** LIKE with its escape character. */
export function like(left: Typed, right: Typed, escape: string, isNegated: boolean): Typed {
  const call = `CAST(my_like(${asText(left)},${asText(right)},${textLiteral(escape)},${isBinaryPair(left, right)}) AS INTEGER)`;
  return int(isNegated ? `(NOT ${call})` : call);
}

/** Arithmetic, logic, bits and patterns. Throws 1235 for what is left out. */
export function applyBinary(operator: string, left: Typed, right: Typed): Typed {
  switch (operator) {
    case "+": case "-": return sum(operator, left, right);
    case "*": return product(left, right);
    case "/": return quotient(left, right);
    case "DIV": return integerQuotient(left, right);
    case "%": case "MOD": return remainder(left, right);
    case "AND": case "&&": return int(`(${asCondition(left)} AND ${asCondition(right)})`);
    case "OR": case "||": return int(`(${asCondition(left)} OR ${asCondition(right)})`);
    case "XOR": return int(`((${asCondition(left)}<>0)<>(${asCondition(right)}<>0))`);
    case "&": case "|": case "<<": case ">>": return int(`(${asInteger(left)}${operator}${asInteger(right)})`);
    case "^": return int(`((${asInteger(left)}|${asInteger(right)})-(${asInteger(left)}&${asInteger(right)}))`);
    case "REGEXP": return int(`CAST(my_regexp(${asText(left)},${asText(right)},${isBinaryPair(left, right)}) AS INTEGER)`);
    case "NOT REGEXP": return int(`(NOT CAST(my_regexp(${asText(left)},${asText(right)},${isBinaryPair(left, right)}) AS INTEGER))`);
    // The grammar's stand-in for `<=>`, see prepareSql.
    case "!=": return compare("<=>", left, right);
    default: return compare(operator, left, right);
  }
}

/** Unary minus, plus, NOT and `~`. */
export function applyUnary(operator: string, value: Typed): Typed {
  switch (operator) {
    case "-": {
      const negated = isNumeric(value.type) ? value : { sql: asDouble(value), type: doubleType };
      if (value.literal !== undefined && value.literal !== null && !(value.literal instanceof Uint8Array) && isNumeric(value.type)) {
        const text = String(value.literal);
        return typedLiteral(text.startsWith("-") ? text.slice(1) : `-${text}`, value.type);
      }
      return { sql: `(-${negated.sql})`, type: negated.type };
    }
    case "+": return value;
    case "NOT": case "!": return int(`(NOT ${asCondition(value)})`);
    case "~": throw notSupported("operator ~");
    default: throw notSupported(`operator ${operator}`);
  }
}

/** Throws 1241 unless both rows have as many columns. */
export function checkColumns(expected: number, given: number): void {
  if (expected !== given) throw sqlError("ER_OPERAND_COLUMNS", expected);
}

/** Is the operand a moment, for `+ INTERVAL`? */
export function isMoment(value: Typed): boolean {
  return isTemporal(value.type) || value.type.kind === "text";
}
