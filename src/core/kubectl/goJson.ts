import { isJsonList, isObject, type Json } from "./json.ts";

/**
 * JSON as Go's `encoding/json` writes maps: keys sorted, `<`, `>`, `&` and the line separators escaped. `indent` empty gives the compact
 * form; otherwise one value a line (`MarshalIndent`). A struct's fields stand in their own order: `isOrdered` keeps the keys as they are.
 */
export function goJson(value: Json, indent: string, prefix = "", isOrdered = false): string {
  if (isJsonList(value)) return bracketed("[", "]", value.map((item) => goJson(item, indent, prefix + indent, isOrdered)), indent, prefix);
  if (isObject(value)) {
    const keys = isOrdered ? Object.keys(value) : Object.keys(value).sort();
    const fields = keys.map((key) => `${goString(key)}:${indent === "" ? "" : " "}${goJson(value[key] ?? null, indent, prefix + indent, isOrdered)}`);
    return bracketed("{", "}", fields, indent, prefix);
  }
  return typeof value === "string" ? goString(value) : JSON.stringify(value);
}

function bracketed(open: string, close: string, parts: readonly string[], indent: string, prefix: string): string {
  if (parts.length === 0) return open + close;
  if (indent === "") return open + parts.join(",") + close;
  return `${open}\n${parts.map((part) => prefix + indent + part).join(",\n")}\n${prefix}${close}`;
}

function goString(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029\u007F]/g, (char) => (char === "\u007F" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
