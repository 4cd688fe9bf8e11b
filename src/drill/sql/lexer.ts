/** One token of MySQL's dialect; `text` is the source, `value` its meaning (identifier name, unescaped string, digits). */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "hex" | "bits" | "variable" | "operator" | "bad" | "end";
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly value: string;
}

const escapes: Readonly<Record<string, string>> = { "0": "\0", b: "\b", n: "\n", r: "\r", t: "\t", Z: "\x1a" };

/** The characters a quoted string stands for: backslash escapes and doubled quotes; `\%` and `\_` keep their backslash as MySQL's patterns want. */
export function unescapeString(body: string, quote: string): string {
  if (!body.includes("\\") && !body.includes(quote)) return body;
  return body.replace(quote === "'" ? /\\([\s\S])|''/g : /\\([\s\S])|""/g, (_all, escaped: string | undefined) => {
    if (escaped === undefined) return quote;
    if (escaped === "%" || escaped === "_") return `\\${escaped}`;
    return escapes[escaped] ?? escaped;
  });
}

const patterns = {
  space: /(?:[\s\u00a0]+|#[^\n]*|--(?=[\s\u0000-\u001f]|$)[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)+/y,
  string: /'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"/y,
  quoted: /`(?:[^`]|``)*`/y,
  hex: /0x[0-9a-fA-F]+(?![\w$])|[xX]'[0-9a-fA-F]*'/y,
  bits: /0b[01]+(?![\w$])|[bB]'[01]*'/y,
  number: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w$\u0080-\uffff])/y,
  variable: /@@(?:(?:global|session|local)\s*\.\s*)?[\w$.]+|@(?:`[^`]*`|'[^']*'|"[^"]*"|[\w$.]*)/iy,
  word: /[\w$\u0080-\uffff]+/y,
  operator: /<=>|->>|->|<<|>>|<=|>=|<>|!=|:=|&&|\|\||[-+*/%=<>!~^&|(),.;?:{}]/y,
} as const;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

function readToken(sql: string, at: number): Token {
  const token = (kind: Token["kind"], text: string, value: string): Token => ({ kind, start: at, end: at + text.length, text, value });
  const first = sql[at] ?? "";
  if (first === "'" || first === '"') {
    const text = match(patterns.string, sql, at);
    return text === undefined ? token("bad", sql.slice(at), "") : token("string", text, unescapeString(text.slice(1, -1), first));
  }
  if (first === "`") {
    const text = match(patterns.quoted, sql, at);
    return text === undefined ? token("bad", sql.slice(at), "") : token("quoted", text, text.slice(1, -1).replaceAll("``", "`"));
  }
  if (first === "@") {
    const text = match(patterns.variable, sql, at) ?? "@";
    return token("variable", text, text);
  }
  const hex = match(patterns.hex, sql, at);
  if (hex !== undefined) return token("hex", hex, hex.replace(/^0x|^[xX]'|'$/g, ""));
  const bits = match(patterns.bits, sql, at);
  if (bits !== undefined) return token("bits", bits, bits.replace(/^0b|^[bB]'|'$/g, ""));
  const number = /[\d.]/.test(first) ? match(patterns.number, sql, at) : undefined;
  if (number !== undefined && !(first === "." && number.length === 1)) return token("number", number, number);
  const word = match(patterns.word, sql, at);
  if (word !== undefined) return token("word", word, word);
  const operator = match(patterns.operator, sql, at);
  return operator === undefined ? token("bad", first, first) : token("operator", operator, operator);
}

/** All tokens of one statement, comments left out, closed by an `end` token. Total: what is no token becomes one `bad` token. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    const space = match(patterns.space, sql, at);
    if (space !== undefined) at += space.length;
    if (at >= sql.length) break;
    let token = readToken(sql, at);
    const previous = tokens.at(-1);
    // After a dot even digits and keywords are a name: `t.1st`.
    if (previous?.text === "." && previous.end === at && token.kind === "number") token = { ...token, kind: "word" };
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", start: sql.length, end: sql.length, text: "", value: "" });
  return tokens;
}

/** Does the token read as this keyword (unquoted, any case)? */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.value.toUpperCase());
}

/** Can the token name something (a bare word or a backquoted name)? */
export function isName(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "quoted";
}
