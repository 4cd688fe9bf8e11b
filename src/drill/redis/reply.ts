/** What a Redis command answers, in the protocol's own kinds. */
export type RedisReply =
  | { readonly kind: "status" | "bulk" | "error"; readonly text: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "nil" }
  | { readonly kind: "array"; readonly items: readonly RedisReply[] };

/** `+OK`. */
export const status = (text: string): RedisReply => ({ kind: "status", text });
export const OK = status("OK");
/** `-ERR …`. */
export const error = (text: string): RedisReply => ({ kind: "error", text });
export const integer = (value: number): RedisReply => ({ kind: "integer", value });
/** A text; nil for `undefined`. */
export const bulk = (text: string | undefined): RedisReply => (text === undefined ? { kind: "nil" } : { kind: "bulk", text });
export const array = (items: readonly RedisReply[]): RedisReply => ({ kind: "array", items });
/** An array of texts, nil for `undefined`. */
export const bulks = (texts: readonly (string | undefined)[]): RedisReply => array(texts.map(bulk));

/** A refusal on the way to an answer. */
export class RedisRefusal extends Error {
  override readonly name = "RedisRefusal";
}

export const NOT_INTEGER = "ERR value is not an integer or out of range";
export const NOT_FLOAT = "ERR value is not a valid float";
export const SYNTAX = "ERR syntax error";
export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

/** Reads a whole number. Throws Redis' refusal. */
export function wholeNumber(text: string | undefined, refusal = NOT_INTEGER): number {
  if (text === undefined || !/^(?:0|-?[1-9]\d{0,18})$/u.test(text)) throw new RedisRefusal(refusal);
  return Number(text);
}

/** A reply as redis-cli prints it where nobody looks: bare texts, and a blank line after an error. `isPlain` for INFO and its like. */
export function rawText(reply: RedisReply, isPlain = false): string {
  return `${rawPart(reply)}${reply.kind === "error" ? "\n" : ""}${isPlain ? "" : "\n"}`;
}

function rawPart(reply: RedisReply): string {
  switch (reply.kind) {
    case "status":
    case "bulk":
    case "error":
      return reply.text;
    case "integer":
      return String(reply.value);
    case "nil":
      return "";
    case "array":
      return reply.items.map(rawPart).join("\n");
  }
}

/** A reply as redis-cli prints it at a terminal: with kinds, quotation marks and numbers. `isPlain` for INFO and its like. */
export function terminalText(reply: RedisReply, isPlain: boolean): string {
  if (isPlain && reply.kind === "bulk") return reply.text.endsWith("\n") ? reply.text : `${reply.text}\n`;
  return `${terminalLines(reply).join("\n")}\n`;
}

function terminalLines(reply: RedisReply): readonly string[] {
  switch (reply.kind) {
    case "status":
      return [reply.text];
    case "error":
      return [`(error) ${reply.text}`];
    case "bulk":
      return [quoted(reply.text)];
    case "integer":
      return [`(integer) ${reply.value}`];
    case "nil":
      return ["(nil)"];
    case "array": {
      if (reply.items.length === 0) return ["(empty array)"];
      const width = String(reply.items.length).length;
      return reply.items.flatMap((item, index) => terminalLines(item).map((line, row) => `${row === 0 ? `${String(index + 1).padStart(width)}) ` : " ".repeat(width + 2)}${line}`));
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u0007": "\\a", "\b": "\\b", '"': '\\"', "\\": "\\\\" };

/** Every byte that is not printable ASCII is escaped, as `sdscatrepr` does. */
function quoted(text: string): string {
  const bytes = Buffer.from(text);
  const parts = [...bytes].map((byte) => {
    const letter = String.fromCharCode(byte);
    return ESCAPES[letter] ?? (byte >= 0x20 && byte < 0x7f ? letter : `\\x${byte.toString(16).padStart(2, "0")}`);
  });
  return `"${parts.join("")}"`;
}
