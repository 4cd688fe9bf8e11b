import { PromqlError } from "./ast.ts";

/** One token of a query. */
export interface Token {
  readonly kind: "word" | "number" | "duration" | "string" | "sign" | "end";
  /** As written; a string's contents without quotes and escapes. */
  readonly text: string;
  readonly start: number;
}

const SIGNS = ["==", "!=", "=~", "!~", ">=", "<=", ">", "<", "=", "+", "-", "*", "/", "%", "^", "(", ")", "{", "}", "[", "]", ",", ":", "@"];
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", '"': '"', "'": "'" };

/** `1:7: parse error: …`, as Prometheus words it. */
export function parseError(query: string, offset: number, message: string): PromqlError {
  const before = query.slice(0, offset).split("\n");
  return new PromqlError("bad_data", `${before.length}:${(before.at(-1)?.length ?? 0) + 1}: parse error: ${message}`);
}

/** Splits a query into tokens; the last one is `end`. Throws `PromqlError`. */
export function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let brackets = 0;
  while (offset < query.length) {
    const rest = query.slice(offset);
    const blank = /^(?:\s+|#[^\n]*)/u.exec(rest)?.[0];
    if (blank !== undefined) {
      offset += blank.length;
      continue;
    }
    // Between brackets a colon parts a subquery's range from its step; elsewhere it belongs to a name.
    const [token, length] = tokenAt(query, rest, offset, brackets > 0);
    if (token.text === "[" && token.kind === "sign") brackets += 1;
    if (token.text === "]" && token.kind === "sign") brackets -= 1;
    tokens.push(token);
    offset += length;
  }
  return [...tokens, { kind: "end", text: "", start: query.length }];
}

function tokenAt(query: string, rest: string, start: number, isInBrackets: boolean): readonly [Token, number] {
  const duration = /^(?:\d+(?:ms|[smhdwy]))+(?![\w.])/u.exec(rest)?.[0];
  if (duration !== undefined) return [{ kind: "duration", text: duration, start }, duration.length];
  const number = /^(?:0[xX][\da-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/u.exec(rest)?.[0];
  if (number !== undefined) return [{ kind: "number", text: number, start }, number.length];
  const word = (isInBrackets ? /^[A-Za-z_]\w*/u : /^[A-Za-z_:][\w:]*/u).exec(rest)?.[0];
  if (word !== undefined) return [{ kind: "word", text: word, start }, word.length];
  const [quote] = rest;
  if (quote === '"' || quote === "'" || quote === "`") return stringAt(query, rest, start, quote);
  const sign = SIGNS.find((candidate) => rest.startsWith(candidate));
  if (sign !== undefined) return [{ kind: "sign", text: sign, start }, sign.length];
  throw parseError(query, start, /^\d/u.test(rest) ? `bad number or duration syntax: ${JSON.stringify(/^[\w.]+/u.exec(rest)?.[0] ?? rest)}` : `unexpected character: ${JSON.stringify(quote)}`);
}

function stringAt(query: string, rest: string, start: number, quote: string): readonly [Token, number] {
  let text = "";
  for (let index = 1; index < rest.length; index += 1) {
    const letter = rest[index] ?? "";
    if (letter === quote) return [{ kind: "string", text, start }, index + 1];
    if (letter === "\n" && quote !== "`") break;
    if (letter !== "\\" || quote === "`") {
      text += letter;
      continue;
    }
    index += 1;
    const escaped = ESCAPES[rest[index] ?? ""];
    if (escaped === undefined) throw parseError(query, start, `unknown escape sequence '\\${rest[index] ?? ""}'`);
    text += escaped;
  }
  throw parseError(query, start, "unterminated quoted string");
}

/** `1h30m` as milliseconds. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/gu)) total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return total;
}
