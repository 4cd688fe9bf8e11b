/** A telephone number as a person wrote it, read as one that can be dialled from anywhere. */
export type PhoneNumber =
  | { readonly kind: "dialable"; /** `+15553382468`. */ readonly number: string }
  | { readonly kind: "undialable"; readonly reason: string };

/** The keypad's letters, two to nine. */
const KEYPAD: readonly string[] = ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];
const NORTH_AMERICAN_DIGITS = 10;
const LONGEST_DIGITS = 15;
const SHORTEST_DIGITS = 8;

/**
 * Reads an international number (E.164): a plus sign, a country code, and 8 to 15 digits in all; after +1 exactly ten. Letters stand
 * for the digits of their key.
 */
export function readPhone(text: string): PhoneNumber {
  const trimmed = text.trim();
  const odd = /[^\p{L}\d\s().+-]/u.exec(trimmed) ?? /[^\p{ASCII}]/u.exec(trimmed);
  if (odd !== null) return { kind: "undialable", reason: `${odd[0]} is on no keypad` };
  if (!trimmed.startsWith("+")) return { kind: "undialable", reason: "it does not begin with + and a country code" };
  const digits = [...trimmed.slice(1).toUpperCase()].map((sign) => digitOf(sign)).join("");
  if (digits.startsWith("1") && digits.length !== NORTH_AMERICAN_DIGITS + 1) {
    return { kind: "undialable", reason: `after +1 come ten digits, here are ${String(digits.length - 1)}` };
  }
  if (digits.length < SHORTEST_DIGITS || digits.length > LONGEST_DIGITS) return { kind: "undialable", reason: `it has ${String(digits.length)} digits` };
  return { kind: "dialable", number: `+${digits}` };
}

function digitOf(sign: string): string {
  if (/\d/.test(sign)) return sign;
  const key = KEYPAD.findIndex((letters) => letters.includes(sign));
  return key < 0 || sign.trim() === "" ? "" : String(key + 2);
}
