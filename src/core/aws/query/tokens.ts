import { parseJson, type Json } from "../../kubectl/json.ts";
import { QueryError } from "./queryError.ts";

export type TokenKind =
  | "eof" | "unquoted_identifier" | "quoted_identifier" | "literal" | "number" | "current" | "expref" | "star" | "dot" | "comma" | "colon" | "flatten" | "filter"
  | "lbracket" | "rbracket" | "lparen" | "rparen" | "lbrace" | "rbrace" | "pipe" | "or" | "and" | "not" | "eq" | "ne" | "lt" | "lte" | "gt" | "gte";

/** One token of a JMESPath expression; kinds are named as by the tool, which prints them. */
export interface QueryToken {
  readonly kind: TokenKind;
  /** What it stands for: a name without its quotes, a literal's value. */
  readonly value: Json;
  /** Code points before it. */
  readonly start: number;
  /** True where a literal has a number with a fraction or an exponent, which Python keeps apart from whole ones. */
  readonly isFraction?: boolean;
}

const SIMPLE: Readonly<Record<string, TokenKind>> = { ".": "dot", "*": "star", "]": "rbracket", ",": "comma", ":": "colon", "@": "current", "(": "lparen", ")": "rparen", "{": "lbrace", "}": "rbrace" };
/** Signs that mean something else with the sign that may follow. */
const PAIRS: Readonly<Record<string, { readonly next: string; readonly both: TokenKind; readonly alone: TokenKind }>> = {
  "|": { next: "|", both: "or", alone: "pipe" }, "&": { next: "&", both: "and", alone: "expref" },
  "<": { next: "=", both: "lte", alone: "lt" }, ">": { next: "=", both: "gte", alone: "gt" }, "!": { next: "=", both: "ne", alone: "not" },
};

/** Splits an expression as the AWS command line's JMESPath (Python's jmespath, 1.x) does. Throws `QueryError`. */
export function tokenize(expression: string): readonly QueryToken[] {
  if (expression === "") throw new QueryError("Invalid JMESPath expression: cannot be empty.");
  const lexer = new Lexer(expression);
  const tokens: QueryToken[] = [];
  for (let token = lexer.next(); ; token = lexer.next()) {
    tokens.push(token);
    if (token.kind === "eof") return tokens;
  }
}

class Lexer {
  readonly #expression: string;
  readonly #signs: readonly string[];
  #at = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#signs = Array.from(expression);
  }

  next(): QueryToken {
    while (/^[ \t\n\r]$/.test(this.#sign)) this.#at += 1;
    const [start, sign] = [this.#at, this.#sign];
    if (sign === "") return { kind: "eof", value: "", start };
    if (/[A-Za-z_]/.test(sign)) return { kind: "unquoted_identifier", value: this.#run(/[A-Za-z0-9_]/), start };
    if (/[0-9-]/.test(sign)) return this.#number(start);
    if (sign === '"') return this.#name(start);
    if (sign === "'") return { kind: "literal", value: this.#until("'").replaceAll("\\'", "'"), start };
    if (sign === "`") return this.#literal(start);
    this.#at += 1;
    const simple = SIMPLE[sign];
    if (simple !== undefined) return { kind: simple, value: sign, start };
    if (sign === "[") return this.#bracket(start);
    if (sign === "=") return this.#take("=") ? { kind: "eq", value: "==", start } : this.#fail("Unknown token '='", start);
    const pair = PAIRS[sign];
    if (pair === undefined) return this.#fail(`Unknown token ${sign}`, start);
    return this.#take(pair.next) ? { kind: pair.both, value: sign + pair.next, start } : { kind: pair.alone, value: sign, start };
  }

  get #sign(): string {
    return this.#signs[this.#at] ?? "";
  }

  #take(sign: string): boolean {
    if (this.#sign !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** This sign and those after it that belong to the class. */
  #run(more: RegExp): string {
    const start = this.#at;
    do this.#at += 1;
    while (more.test(this.#sign));
    return this.#signs.slice(start, this.#at).join("");
  }

  #bracket(start: number): QueryToken {
    if (this.#take("]")) return { kind: "flatten", value: "[]", start };
    return this.#take("?") ? { kind: "filter", value: "[?", start } : { kind: "lbracket", value: "[", start };
  }

  #number(start: number): QueryToken {
    const text = this.#run(/[0-9]/);
    return text === "-" ? this.#fail("Unknown token '-'", start) : { kind: "number", value: Number(text), start };
  }

  #name(start: number): QueryToken {
    const text = `"${this.#until('"')}"`;
    const value = parseJson(text);
    return typeof value === "string" ? { kind: "quoted_identifier", value, start } : this.#fail(whyNoText(text), start);
  }

  /** JSON between backticks; what is no JSON is a text, as before the language had any other way to write one. */
  #literal(start: number): QueryToken {
    const text = this.#until("`").replaceAll("\\`", "`");
    const json = parseJson(text);
    const value = json === undefined ? parseJson(`"${text.trimStart()}"`) : json;
    if (value === undefined) return this.#fail(`Bad token ${text}`, start);
    const numbers = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
    return { kind: "literal", value, start, isFraction: typeof value !== "string" && /\d[.eE]/.test(numbers) };
  }

  /** What stands up to the sign that opened it, which may be escaped inside. */
  #until(delimiter: string): string {
    const start = this.#at;
    this.#at += 1;
    while (this.#sign !== delimiter) {
      if (this.#sign === "\\") this.#at += 1;
      if (this.#sign === "") return this.#fail(`Unclosed ${delimiter} delimiter`, start);
      this.#at += 1;
    }
    this.#at += 1;
    return this.#signs.slice(start + 1, this.#at - 1).join("");
  }

  #fail(message: string, at: number): never {
    throw new QueryError(`Bad jmespath expression: ${message}:\n${this.#expression}\n${" ".repeat(at)}^`);
  }
}

/** Python's reason why a quoted text is none. */
function whyNoText(text: string): string {
  const [wrong = ""] = /\\u(?![\da-fA-F]{4})|\\[^"\\/bfnrtu]|\p{Cc}/u.exec(text) ?? [];
  if (wrong === "\\u") return "Invalid \\uXXXX escape";
  return wrong.startsWith("\\") ? "Invalid \\escape" : "Invalid control character at";
}
