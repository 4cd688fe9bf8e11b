import { KubectlFailure } from "./failure.ts";

/** A part of an action (`{…}`), applied to what the parts before it have found. */
export type PathStep =
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "word"; readonly name: string }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "recursive" }
  | { readonly kind: "wildcard" }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly step: number | undefined; readonly isIndex: boolean }
  | { readonly kind: "union"; readonly parts: readonly (readonly PathStep[])[] }
  | { readonly kind: "filter"; readonly left: readonly PathStep[]; readonly operator: string; readonly right: readonly PathStep[] };

/** A part of a template: text as it stands, or an action. */
export type TemplateNode = { readonly kind: "text"; readonly text: string } | { readonly kind: "action"; readonly steps: readonly PathStep[] };

/** Where a field or a word ends. */
const TERMINATOR = /[ \t\r\n.,[\]$@{}]/;
const WORD = /[\p{L}\p{Nd}_]/u;

/**
 * Parses a template of client-go's `util/jsonpath`, with what is odd in it: quotes in brackets are not looked through (`['a.b']` is `.a.b`,
 * the dots of a key want a backslash), and blanks in an action separate nothing. Throws as kubectl words it.
 */
export function parseJsonPath(template: string): readonly TemplateNode[] {
  try {
    return new TemplateParser(template).nodes();
  } catch (error) {
    if (error instanceof Unreadable) throw new KubectlFailure(`error: error parsing jsonpath ${template}, ${error.message}`);
    throw error;
  }
}

/** A template that is none; the message is client-go's. */
class Unreadable extends Error {}

/** The steps of a text that stands between braces. */
function actionSteps(text: string): readonly PathStep[] {
  const [first] = new TemplateParser(`{${text}}`).nodes();
  return first?.kind === "action" ? first.steps : [];
}

class TemplateParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  nodes(): readonly TemplateNode[] {
    const nodes: TemplateNode[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf("{", this.#at);
      const end = open < 0 ? this.#text.length : open;
      if (end > this.#at) nodes.push({ kind: "text", text: this.#text.slice(this.#at, end) });
      this.#at = end + 1;
      if (open >= 0) nodes.push({ kind: "action", steps: this.#action() });
    }
    return nodes;
  }

  #action(): readonly PathStep[] {
    const steps: PathStep[] = [];
    for (;;) {
      const rest = this.#text.slice(this.#at);
      if (rest.startsWith("}")) {
        this.#at += 1;
        return steps;
      }
      if (rest.startsWith(" ") || rest.startsWith("@") || rest.startsWith("$")) this.#at += 1;
      else steps.push(...this.#step(rest, steps.at(-1)));
    }
  }

  #step(rest: string, before: PathStep | undefined): readonly PathStep[] {
    if (rest.startsWith("[?(")) return [this.#filter()];
    if (rest.startsWith("..")) return this.#recursive(rest, before);
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (rest === "" || char === "\n" || char === "\r") throw new Unreadable("unclosed action");
    if (char === "[") return this.#bracket();
    if (char === '"' || char === "'") return [{ kind: "literal", value: this.#quoted(char) }];
    if (char === ".") {
      this.#at += 1;
      return [this.#field()];
    }
    if (/[-+\p{Nd}]/u.test(char)) return [{ kind: "literal", value: this.#number(rest) }];
    if (!WORD.test(char)) throw new Unreadable(`unrecognized character in action: ${codeOf(char)}`);
    return [this.#word()];
  }

  #recursive(rest: string, before: PathStep | undefined): readonly PathStep[] {
    if (before?.kind === "recursive") throw new Unreadable("invalid multiple recursive descent");
    this.#at += 2;
    return WORD.test(rest[2] ?? "") ? [{ kind: "recursive" }, this.#field()] : [{ kind: "recursive" }];
  }

  #field(): PathStep {
    const start = this.#at;
    while (this.#at < this.#text.length && !TERMINATOR.test(this.#text[this.#at] ?? "")) this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    const name = this.#text.slice(start, this.#at);
    return name === "*" ? { kind: "wildcard" } : { kind: "field", name: name.replaceAll("\\", "") };
  }

  #word(): PathStep {
    const start = this.#at;
    while (this.#at < this.#text.length && !TERMINATOR.test(this.#text[this.#at] ?? "")) this.#at += 1;
    const name = this.#text.slice(start, this.#at);
    return name === "true" || name === "false" ? { kind: "literal", value: name === "true" } : { kind: "word", name };
  }

  #number(rest: string): number {
    const text = /^[-+]?[.\p{Nd}]*/u.exec(rest)?.[0] ?? "";
    this.#at += text.length;
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) throw new Unreadable(`cannot parse number ${text}`);
    return Number(text);
  }

  #quoted(quote: string): string {
    const start = this.#at;
    do {
      this.#at += 1;
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") throw new Unreadable("unterminated quoted string");
    } while (this.#text[this.#at] !== quote || this.#text[this.#at - 1] === "\\");
    this.#at += 1;
    return unquote(this.#text.slice(start, this.#at), quote);
  }

  #bracket(): readonly PathStep[] {
    const inner = /^\[([^\]\n]*)\]/.exec(this.#text.slice(this.#at))?.[1];
    if (inner === undefined) throw new Unreadable("unterminated array");
    this.#at += inner.length + 2;
    const parts = inner.split(",");
    if (parts.length > 1) return [{ kind: "union", parts: parts.map((part) => actionSteps(`[${part.replaceAll(/^ +| +$/g, "")}]`)) }];
    const key = /^'([^']*)'$/.exec(inner)?.[1];
    return key === undefined ? [sliceOf(inner === "*" ? ":" : inner)] : actionSteps(`.${key}`);
  }

  #filter(): PathStep {
    const start = this.#at + 3;
    const end = this.#filterEnd(start);
    if (this.#text[end + 1] !== "]") throw new Unreadable("unclosed array expect ]");
    this.#at = end + 2;
    const text = this.#text.slice(start, end);
    const [, left, operator = "", right = ""] = /^([^!<>=]+)([!<>=]+)(.+)$/u.exec(text) ?? [];
    if (left === undefined) return { kind: "filter", left: actionSteps(text), operator: "exists", right: [] };
    return { kind: "filter", left: actionSteps(left), operator, right: actionSteps(right) };
  }

  /** The place of the closing parenthesis: outside of the filter's quotes, of which the first pair counts. */
  #filterEnd(start: number): number {
    let quote: string | undefined;
    let isQuoteOver = false;
    for (let at = start; ; at += 1) {
      const char = this.#text[at];
      if (char === undefined || char === "\n") throw new Unreadable("unterminated filter");
      if (char === '"' || char === "'") {
        if (quote === undefined) quote = char;
        else if (char === quote && this.#text[at - 1] !== "\\") isQuoteOver = true;
      } else if (char === ")" && (quote === undefined || isQuoteOver)) return at;
    }
  }
}

/** `2`, `-1:`, `0:4:2`, or nothing, which is the first. */
function sliceOf(inner: string): PathStep {
  const parts = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inner);
  if (parts === null) throw new Unreadable(`invalid array index ${inner}`);
  const [from, to, step] = [parts[1], parts[2]?.slice(1), parts[3]?.slice(1)].map((text) => {
    if (text === "-") throw new Unreadable("array index - is not a number");
    return text === undefined || text === "" ? undefined : Number(text);
  });
  return { kind: "slice", from, to, step, isIndex: parts[2] === undefined };
}

/** Go's `%#U`: the character too, where it can be printed. */
function codeOf(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char) ? `U+${code} '${char}'` : `U+${code}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", f: "\f", v: "\v", "\\": "\\" };

/** A quoted text's content, as `strconv.Unquote` reads it, with either quote. */
function unquote(quoted: string, quote: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[^])?/g, (_, code: string | undefined) => {
    const char = code === quote ? quote : ESCAPES[code ?? ""];
    if (char !== undefined) return char;
    if (code === undefined || code.length === 1) throw new Unreadable(`unquote string ${quoted} error invalid syntax`);
    return String.fromCodePoint(/^\d/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16));
  });
}
