import { asDouble } from "./convert.ts";
import { doubleType } from "./sqlTypes.ts";
import type { Typed } from "./sqlTypes.ts";

/** TRUNCATE(value, digits): cut off, not rounded. */
export function truncate(value: Typed, digits: number): Typed {
  if (value.type.kind === "int" && digits >= 0) return value;
  if (value.type.kind === "decimal" && digits >= 0) {
    const scale = Math.min(value.type.scale, digits);
    return { sql: `(${value.sql}/${(10n ** BigInt(value.type.scale - scale)).toString()})`, type: { kind: "decimal", scale } };
  }
  const power = (10 ** digits).toExponential();
  return { sql: `(trunc(${asDouble(value)}*${power})/${power})`, type: doubleType };
}
