/** Decides what is a secret, and by which words. */
export interface SecretRules {
  /** Whether a name (of a field, a variable, a flag) says that its value is a secret. */
  isSecretName(name: string): boolean;
  /** Whether a value may be one: references to a secret, and words that say there is none, are not. */
  isSecretValue(value: string): boolean;
}

/**
 * Masks values of which other lines say that they are secrets, in YAML and in JSON that is laid out over lines: a variable's
 * (`- name: DB_PASSWORD`, `value: …`), a list's or a text's over lines under a secret's key, and what follows a flag in a list of
 * arguments (`- --password`). Lines must come in order.
 */
export interface SecretContext {
  /** The line with what is secret in it masked. */
  mask(line: string, mask: string): string;
}

interface Scope {
  readonly kind: "text" | "list";
  /** Column of the key that it belongs to. */
  readonly column: number;
}

interface Scalar {
  /** What stands before it and after it on its line. */
  readonly before: string;
  readonly value: string;
  readonly after: string;
  readonly isJson: boolean;
}

interface Entry extends Scalar {
  readonly column: number;
  readonly key: string;
}

const TEXT_OVER_LINES = /^[|>][-+\d]*$/;

/** `--password`, `-token`: the argument after it is a secret. */
export function isSecretFlag(argument: string, rules: SecretRules): boolean {
  return /^--?[A-Za-z]/.test(argument) && rules.isSecretName(argument);
}

/** `password` for `passwords`: what a list's name is of one element. */
export function singular(name: string): string {
  return name.replace(/s$/, "");
}

/** State for one stream. */
export function secretContext(rules: SecretRules): SecretContext {
  let scope: Scope | undefined;
  /** The last variable's name, and its column. */
  let named: { readonly column: number; readonly isSecret: boolean } | undefined;
  let isAfterFlag = false;

  const maskEntry = (entry: Entry, mask: string): string | undefined => {
    const { key, column, value } = entry;
    const isValue = key === "value" && named?.isSecret === true && named.column === column;
    if (key === "name") named = { column, isSecret: rules.isSecretName(contentOf(value)) };
    if (!isValue && !rules.isSecretName(singular(key))) return undefined;
    if (TEXT_OVER_LINES.test(value)) scope = { kind: "text", column };
    else if (value === "" || value === "[") scope = { kind: "list", column };
    else if (isValue && rules.isSecretValue(contentOf(value))) return masked(entry, mask);
    return undefined;
  };
  const maskElement = (element: Scalar, mask: string): string | undefined => {
    const content = contentOf(element.value);
    const isSecret = (scope?.kind === "list" || (isAfterFlag && !content.startsWith("-"))) && rules.isSecretValue(content);
    isAfterFlag = isSecretFlag(content, rules);
    return isSecret ? masked(element, mask) : undefined;
  };
  return {
    mask(line, mask) {
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      if (line.trim() === "") return line;
      if (scope?.kind === "text") {
        if (indent > scope.column) return " ".repeat(indent) + mask;
        scope = undefined;
      }
      if (/^\s*(?:- |[{}])/.test(line)) named = undefined;
      const entry = entryOf(line);
      if (entry !== undefined) {
        scope = undefined;
        isAfterFlag = false;
        return maskEntry(entry, mask) ?? line;
      }
      const element = elementOf(line);
      if (element === undefined || (scope !== undefined && indent < scope.column)) {
        scope = undefined;
        return line;
      }
      return maskElement(element, mask) ?? line;
    },
  };
}

function entryOf(line: string): Entry | undefined {
  const [head, lead = "", quote = "", key = ""] = /^(\s*(?:- )*)("?)([^"'\s:{}[\]-][^":]*)\2:(?=\s|$)/.exec(line) ?? [];
  return head === undefined ? undefined : { ...scalarAfter(line, head.length, quote !== ""), column: lead.length, key: key.trim() };
}

/** An element of a list that is one scalar: `- x`, or a line of JSON. */
function elementOf(line: string): Scalar | undefined {
  const dash = /^\s*(?:- )+/.exec(line)?.[0];
  if (dash !== undefined) return scalarAfter(line, dash.length, false);
  return /^\s*(?:"(?:[^"\\]|\\.)*"|-?\d[\w.+-]*),?\s*$/.test(line) ? scalarAfter(line, 0, true) : undefined;
}

function scalarAfter(line: string, at: number, isJson: boolean): Scalar {
  const rest = line.slice(at);
  const text = rest.trimEnd();
  const value = (isJson ? text.replace(/,$/, "") : text).trimStart();
  const start = line.length - rest.trimStart().length;
  return { before: line.slice(0, start), value, after: line.slice(start + value.length), isJson };
}

/** A scalar without its quotes. */
function contentOf(value: string): string {
  if (value.startsWith("'")) return value.replaceAll(/^'|'$/g, "").replaceAll("''", "'");
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    // YAML's quotes know escapes that JSON does not: it is judged as it is written.
    return value.slice(1, -1);
  }
}

/** The mask in the quotes of what it stands for; in JSON a number's too. */
function masked({ before, value, after, isJson }: Scalar, mask: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? (isJson ? '"' : "");
  return before + quote + mask + quote + after;
}
