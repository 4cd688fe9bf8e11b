import { isJsonList, isObject, type Json } from "../kubectl/json.ts";

/** A value as Python's `str()` writes it: that is how the AWS command line prints texts, numbers, `True` and `None`. */
export function pythonText(value: Json): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** A value as Python's `repr()` writes it: as `str()`, but texts are in quotes. */
export function pythonRepr(value: Json): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isJsonList(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (isObject(value)) return `{${Object.entries(value).map(([key, field]) => `${quoted(key)}: ${pythonRepr(field)}`).join(", ")}}`;
  return String(value);
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const named: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [quote]: `\\${quote}` };
  const escape = (sign: string): string => named[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return `${quote}${text.replaceAll(/[\\'"\p{Cc}]/gu, (sign) => (/['"]/.test(sign) && sign !== quote ? sign : escape(sign)))}${quote}`;
}

/** Order of texts as Python has it, by code points: below 0, 0, above 0. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const [ours, theirs] = [Array.from(left), Array.from(right)];
  const place = ours.findIndex((sign, index) => sign !== theirs[index]);
  if (place < 0) return -1;
  return (ours[place]?.codePointAt(0) ?? 0) - (theirs[place]?.codePointAt(0) ?? -1);
}

/** Python's name of a value's type. */
export function pythonType(value: Json): string {
  if (value === null) return "NoneType";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  return isJsonList(value) ? "list" : "dict";
}
