import { isSecretFlag, singular, type SecretRules } from "./secretContext.ts";

/** Masks one text that is not JSON, or one JSON string's content. */
type MaskText = (text: string) => string;

/** What a JSON line is made of: strings (a key's with its colon), brackets and commas, other scalars. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[[\]{},]|[^\s"[\]{}:,]+/g;

/**
 * Masks secrets in a line of JSON so that it stays JSON: a whole document in one line, or a line of one that is laid out over many.
 * `undefined` where the line is none. Each string is masked by its content, so that a secret that is escaped there is seen as it is;
 * strings and numbers under a secret's name are masked whole, those in lists too, and the value of a variable with such a name.
 */
export function maskJsonLine(line: string, rules: SecretRules, maskText: MaskText, mask: string): string | undefined {
  if (!isJson(line)) return undefined;
  /** What is open, from the outside in; with the `name` that an object has (that of its `value`), and a list's element before. */
  const open: { readonly bracket: string; name: string }[] = [];
  let key = "";
  const isSecretHere = (content: string): boolean => {
    const { bracket, name } = open.at(-1) ?? { bracket: "", name: "" };
    if (bracket === "[") return isSecretFlag(name, rules) ? !content.startsWith("-") : rules.isSecretName(singular(key));
    return rules.isSecretName(key) || (key === "value" && rules.isSecretName(name));
  };
  return line.replaceAll(TOKEN, (token: string, text: string | undefined, colon: string | undefined) => {
    if (token === "{" || token === "[") {
      open.push({ bracket: token, name: "" });
      if (token === "{") key = "";
    } else if (token === "}" || token === "]") {
      open.pop();
      key = "";
    } else if (token === ",") {
      if (open.at(-1)?.bracket !== "[") key = "";
    } else if (text !== undefined) {
      const content = String(JSON.parse(text));
      if (colon !== undefined) key = content;
      const masked = colon === undefined && isSecretHere(content) && rules.isSecretValue(content) ? mask : maskText(content);
      const inner = open.at(-1);
      if (colon === undefined && inner !== undefined && (key === "name" || inner.bracket === "[")) inner.name = content;
      return masked === content ? token : JSON.stringify(masked) + (colon ?? "");
    } else if (/^-?\d/.test(token) && isSecretHere(token)) return `"${mask}"`;
    return token;
  });
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
