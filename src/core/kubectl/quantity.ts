const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const NANO = 1_000_000_000n;

/** A Kubernetes resource quantity, exact to 1e-9 (finer parts round away from zero, as in apimachinery). */
export interface Quantity {
  readonly nano: bigint;
  readonly format: "decimal" | "binary" | "exponent";
}

/** Parses `250m`, `1.5Gi`, `2e3`; `undefined` when it is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const scale = scaleOf(suffix);
  const exponent = scale.exponent - fraction.length + 9;
  const product = digits * scale.factor;
  const nano = exponent >= 0 ? product * 10n ** BigInt(exponent) : ceilDivide(product, 10n ** BigInt(-exponent));
  return { nano: sign === "-" ? -nano : nano, format: scale.format };
}

function scaleOf(suffix: string): { readonly factor: bigint; readonly exponent: number; readonly format: Quantity["format"] } {
  const binary = BINARY[suffix];
  if (binary !== undefined) return { factor: binary, exponent: 0, format: "binary" };
  const decimal = DECIMAL[suffix];
  if (decimal !== undefined) return { factor: 1n, exponent: decimal, format: "decimal" };
  return { factor: 1n, exponent: Number(suffix.slice(1)), format: "exponent" };
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** The canonical text that Go's `Quantity.String()` gives; a text that is no quantity stays as it is. */
export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  return quantity === undefined ? text : formatQuantity(quantity);
}

export function formatQuantity(quantity: Quantity): string {
  const { nano } = quantity;
  if (nano === 0n) return "0";
  const size = nano < 0n ? -nano : nano;
  if (quantity.format === "binary" && size >= 1024n * NANO && nano % NANO === 0n) {
    let value = nano / NANO;
    let suffix = "";
    for (const name of Object.keys(BINARY)) {
      if (value % 1024n !== 0n) break;
      value /= 1024n;
      suffix = name;
    }
    return `${String(value)}${suffix}`;
  }
  let value = nano;
  let exponent = -9;
  for (; value % 1000n === 0n && exponent < 18; exponent += 3) value /= 1000n;
  if (quantity.format === "exponent") return exponent === 0 ? String(value) : `${String(value)}e${String(exponent)}`;
  const suffix = Object.entries(DECIMAL).find(([, power]) => power === exponent)?.[0] ?? "";
  return `${String(value)}${suffix}`;
}

/** Value in thousandths, rounded up. */
export function milliValue(text: string): bigint {
  return ceilDivide(parseQuantity(text)?.nano ?? 0n, 1_000_000n);
}

/** Whole value, rounded up (bytes of a memory quantity). */
export function wholeValue(text: string): bigint {
  return ceilDivide(parseQuantity(text)?.nano ?? 0n, NANO);
}
