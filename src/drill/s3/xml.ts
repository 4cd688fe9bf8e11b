/** One element of a small XML document: text and child elements, no attributes (S3's requests need none). */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** What `xml` writes: text, or elements by name; a list repeats its element, `undefined` leaves it out. */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const MAX_DEPTH = 32;

/** A whole document with S3's namespace (or another) on the root; `isError` leaves the namespace out, as S3 does. */
export function xml(root: string, content: XmlContent, isError = false, namespace = NAMESPACE): string {
  const attribute = isError ? "" : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

function inner(content: XmlContent): string {
  if (typeof content !== "object") return escapeXml(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => (value === undefined ? [] : isList(value) ? value.map((item) => element(name, item)) : [element(name, value)]))
    .join("");
}

function isList(value: XmlContent | readonly XmlContent[]): value is readonly XmlContent[] {
  return Array.isArray(value);
}

function element(name: string, content: XmlContent): string {
  return `<${name}>${inner(content)}</${name}>`;
}

function escapeXml(text: string): string {
  // A carriage return would be normalised away by the reader.
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("\r", "&#13;");
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
