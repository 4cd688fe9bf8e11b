/** String literals, names and comments of a statement that holds one character per byte. */
const quotations = /(_binary\s*)?'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|(_binary\s*)?"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"|`[^`]*`/g;

const escapes: Readonly<Record<string, string>> = { "0": "\0", b: "\b", n: "\n", r: "\r", t: "\t", Z: "\x1a" };

/**
 * The text of a statement given as one character per byte. It is UTF-8; literals that are not (the raw bytes of a BLOB in a dump) are
 * rewritten as hexadecimal literals of the same bytes, because a text cannot hold them.
 */
export function statementText(latin1: string): string {
  // Most statements are ASCII and need no second reading.
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  const text = decode(latin1);
  if (text !== undefined) return text;
  const rewritten = latin1.replace(quotations, (literal, ...groups: unknown[]) => {
    if (literal.startsWith("`") || decode(literal) !== undefined) return literal;
    const prefix = typeof groups[0] === "string" ? groups[0] : typeof groups[1] === "string" ? groups[1] : "";
    const quoted = literal.slice(prefix.length);
    return `0x${Buffer.from(unescape(quoted.slice(1, -1), quoted.charAt(0)), "latin1").toString("hex")}`;
  });
  return Buffer.from(rewritten, "latin1").toString("utf8");
}

function decode(latin1: string): string | undefined {
  const bytes = Buffer.from(latin1, "latin1");
  const text = bytes.toString("utf8");
  // A replacement character may also be in the source itself; then the bytes come back the same.
  return text.includes("\ufffd") && !Buffer.from(text, "utf8").equals(bytes) ? undefined : text;
}

function unescape(body: string, quote: string): string {
  return body.replace(quote === "'" ? /\\([\s\S])|''/g : /\\([\s\S])|""/g, (_all, escaped: string | undefined) => (escaped === undefined ? quote : (escapes[escaped] ?? escaped)));
}
