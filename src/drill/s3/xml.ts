/** What `xml` writes: text, or elements by name; a list repeats its element, `undefined` leaves it out. */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

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
