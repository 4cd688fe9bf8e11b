/** Masks one text that is not JSON, or one JSON string's content. */
type MaskText = (text: string) => string;

/** What a JSON line is made of: strings (a key's with its colon), brackets and commas, other scalars. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{},]|[^\s"[\]{}:,]+/g;

/**
 * Masks secrets in a line of JSON so that it stays JSON: a whole document in one line, or a line of one that is laid out over many.
 * `undefined` where the line is none. Each string is masked by its content, so that a secret that is escaped there is seen as it is;
 * strings and numbers under a key that `isSecretKey` are masked whole, those in lists too.
 */
export function maskJsonLine(line: string, isSecretKey: (key: string) => boolean, maskText: MaskText, mask: string): string | undefined {
  if (!isJson(line)) return undefined;
  const open: string[] = [];
  let key = "";
  return line.replaceAll(TOKEN, (token: string, text: string | undefined, colon: string | undefined) => {
    if (token === "{" || token === "[") {
      open.push(token);
      if (token === "{") key = "";
    } else if (token === "}" || token === "]") {
      open.pop();
      key = "";
    } else if (token === ",") {
      if (open.at(-1) !== "[") key = "";
    } else if (text !== undefined) {
      const content = String(JSON.parse(text));
      if (colon !== undefined) key = content;
      const masked = colon === undefined && isSecretKey(key) ? maskWhole(content, maskText, mask) : maskText(content);
      return masked === content ? token : JSON.stringify(masked) + (colon ?? "");
    } else if (/^-?\d/.test(token) && isSecretKey(key)) return `"${mask}"`;
    return token;
  });
}

/** References to a secret, and words that say there is none, are no secrets. */
function maskWhole(content: string, maskText: MaskText, mask: string): string {
  const isSecret = content !== "" && maskText(`password: ${JSON.stringify(content)}`) !== `password: ${JSON.stringify(content)}`;
  return isSecret ? mask : maskText(content);
}

/** Whether a line is JSON by itself, or an entry, an opening or an element of JSON laid out over lines. */
function isJson(line: string): boolean {
  const text = line.trim().replace(/,$/, "");
  if (!/^["{[]/.test(text)) return false;
  const opened = /[{[]$/.test(text) && !text.startsWith("{") && !text.startsWith("[") ? `${text.slice(0, -1)}0` : text;
  return parses(text) || parses(`{${opened}}`);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: that is the answer.
    return false;
  }
}
