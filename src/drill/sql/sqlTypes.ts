/** A value as the engine holds it between statements: integers as `bigint` beyond 2^53, decimals and times as MySQL's text. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * The MySQL type of an expression. In SQLite `decimal` is an integer scaled by 10^scale, temporal types are MySQL's text, `text` is
 * UTF-8 compared without case unless `isBinary`.
 */
export type SqlType =
  | { readonly kind: "int" }
  | { readonly kind: "decimal"; readonly scale: number }
  // With `scale` it is printed with that many decimals, as ROUND(x, 2) and DOUBLE(10,2) are.
  | { readonly kind: "double"; readonly scale?: number }
  | { readonly kind: "text"; readonly isBinary: boolean }
  | { readonly kind: "blob" }
  | { readonly kind: "date" }
  | { readonly kind: "time"; readonly fsp: number }
  | { readonly kind: "datetime"; readonly fsp: number }
  | { readonly kind: "null" };

/** An expression translated to SQLite. */
export interface Typed {
  readonly sql: string;
  readonly type: SqlType;
  /** Set where the expression is one literal. */
  readonly literal?: SqlValue;
  /** Set where the expression is an ENUM column: its members in order, by which MySQL sorts it. */
  readonly members?: readonly string[];
  /** Set for `0x…` and `b'…'`: the number that they are beside numbers. */
  readonly hexNumber?: bigint;
  readonly hasAggregate?: boolean;
}

export const intType: SqlType = { kind: "int" };
export const doubleType: SqlType = { kind: "double" };
export const textType: SqlType = { kind: "text", isBinary: false };
export const binaryTextType: SqlType = { kind: "text", isBinary: true };
export const blobType: SqlType = { kind: "blob" };
export const nullType: SqlType = { kind: "null" };

/** A type of exact or approximate numbers. */
export function isNumeric(type: SqlType): boolean {
  return type.kind === "int" || type.kind === "decimal" || type.kind === "double";
}

/** A date, time or both. */
export function isTemporal(type: SqlType): boolean {
  return type.kind === "date" || type.kind === "time" || type.kind === "datetime";
}

/** Text of a scaled integer: (1250, 2) is `12.50`. */
export function decimalText(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, "0");
  const sign = scaled < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Scaled integer of decimal text, rounded half away from zero; `undefined` when the text is no number. Exponents are read. */
export function scaledFromText(text: string, scale: number): bigint | undefined {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  if (whole === "" && fraction === "") return undefined;
  const power = scale + Number(exponent) - fraction.length;
  if (Math.abs(power) > 400) return power < 0 ? 0n : undefined;
  const digits = BigInt(whole + fraction);
  const magnitude = power >= 0 ? digits * 10n ** BigInt(power) : divideRounded(digits, 10n ** BigInt(-power));
  return sign === "-" ? -magnitude : magnitude;
}

/** Integer quotient rounded half away from zero, MySQL's rule for exact numbers. `divisor` is not zero. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const isNegative = dividend < 0n !== divisor < 0n;
  const over = dividend < 0n ? -dividend : dividend;
  const under = divisor < 0n ? -divisor : divisor;
  const quotient = (over * 2n + under) / (under * 2n);
  return isNegative ? -quotient : quotient;
}

/** MySQL's text of a DOUBLE: shortest round-trip digits, exponent form from 1e15 on and below 1e-15. */
export function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude >= 1e15 || magnitude < 1e-15) return value.toExponential().replace("e+", "e");
  if (magnitude >= 1e-6) return String(value);
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const sign = value < 0 ? "-" : "";
  return `${sign}0.${"0".repeat(-Number(exponent) - 1)}${digits.replace(/[-.]/g, "")}`;
}

/** The leading number of a text as MySQL casts it: `12abc` is 12, `abc` is 0. */
export function leadingNumber(text: string): number {
  const found = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(text);
  return found === null ? 0 : Number(found[0]);
}

/** A bigint as a plain number where that is exact. */
export function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The text MySQL's client prints for a value. */
export function valueText(value: Exclude<SqlValue, null | Uint8Array>): string {
  return typeof value === "number" ? (Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : doubleText(value)) : String(value);
}
