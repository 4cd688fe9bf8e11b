import { isJsonList, isObject, type Json } from "./json.ts";

/** Go's name of the type that a decoded JSON value has. */
export function goType(value: Json): string {
  if (isJsonList(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return value === null ? "interface {}" : typeof value === "boolean" ? "bool" : "string";
}

/** A decoded JSON value in Go's syntax (`%#v`), as kubectl shows what a template could not be applied to. */
export function goSyntax(value: Json): string {
  if (isJsonList(value)) return `${goType(value)}{${value.map(goSyntax).join(", ")}}`;
  if (isObject(value)) return `${goType(value)}{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] ?? null)}`).join(", ")}}`;
  return value === null ? "interface {}(nil)" : JSON.stringify(value);
}

/** A decoded JSON value as Go prints it (`%v`). */
export function goText(value: Json): string {
  if (isJsonList(value)) return `[${value.map(goText).join(" ")}]`;
  if (isObject(value)) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key] ?? null)}`).join(" ")}]`;
  return value === null ? "<nil>" : String(value);
}
