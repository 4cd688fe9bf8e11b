import { isJsonList, isObject, scalarText, type Json } from "../kubectl/json.ts";

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The text of the first element of that name; `undefined` where there is none. AWS's answers to these calls have no attributes that matter. */
export function xmlText(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
  return found?.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex: string | undefined, code: string | undefined, entity: string | undefined) =>
    hex !== undefined ? String.fromCodePoint(Number.parseInt(hex, 16)) : code !== undefined ? String.fromCodePoint(Number(code)) : (ENTITIES[entity ?? ""] ?? whole),
  );
}

/** A value as an element: fields in their order, a list's items named by the list's name without its plural `s`. */
export function xmlElement(name: string, value: Json): string {
  if (isJsonList(value)) return `<${name}>${value.map((item) => xmlElement(name.replace(/s$/, ""), item)).join("")}</${name}>`;
  if (isObject(value)) return `<${name}>${Object.entries(value).map(([key, field]) => xmlElement(key, field)).join("")}</${name}>`;
  return `<${name}>${scalarText(value).replaceAll(/[&<>]/g, (sign) => (sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : "&gt;"))}</${name}>`;
}
