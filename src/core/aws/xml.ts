import { isJsonList, isObject, scalarText, type Json } from "../kubectl/json.ts";

/** One element of a small XML document: text and child elements, no attributes (AWS's messages need none). */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const MAX_DEPTH = 32;

/** The text of the first element of that name; `undefined` where there is none. AWS's answers to these calls have no attributes that matter. */
export function xmlText(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : unescapeXml(found);
}

/** A value as an element: fields in their order, a list's items named by the list's name without its plural `s`. */
export function xmlElement(name: string, value: Json): string {
  if (isJsonList(value)) return `<${name}>${value.map((item) => xmlElement(name.replace(/s$/, ""), item)).join("")}</${name}>`;
  if (isObject(value)) return `<${name}>${Object.entries(value).map(([key, field]) => xmlElement(key, field)).join("")}</${name}>`;
  return `<${name}>${scalarText(value).replaceAll(/[&<>]/g, (sign) => (sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : "&gt;"))}</${name}>`;
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** Reads elements and text; declarations, comments and attributes are passed over. `undefined` when it is not well-formed. */
export function parseXml(source: string): XmlElement | undefined {
  const document: Open = { name: "", text: "", children: [] };
  const stack = [document];
  const tokens = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w:.-]+)[^<>]*?(\/?)>|([^<]+)|</g;
  for (const [whole, cdata, close, name, selfClosing, text] of source.matchAll(tokens)) {
    const top = stack.at(-1);
    if (top === undefined || whole === "<" || stack.length > MAX_DEPTH) return undefined;
    if (cdata !== undefined) top.text += cdata;
    else if (text !== undefined) top.text += unescapeXml(text);
    else if (name !== undefined && close === "/") {
      if (top.name !== name || stack.length === 1) return undefined;
      stack.pop();
      stack.at(-1)?.children.push(top);
    } else if (name !== undefined && selfClosing === "/") top.children.push({ name, text: "", children: [] });
    else if (name !== undefined) stack.push({ name, text: "", children: [] });
  }
  return stack.length === 1 && document.children.length === 1 ? document.children[0] : undefined;
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
    if (name !== undefined) return named[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Text of the first child of that name; `undefined` without one. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}
