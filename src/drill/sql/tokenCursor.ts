import type { SqlError } from "../contract.ts";
import { syntaxError } from "./errors.ts";
import { isName, isWord, tokenize } from "./lexer.ts";
import type { Token } from "./lexer.ts";

/** Reads one statement token by token; every mismatch is MySQL's syntax error at that token. */
export class TokenCursor {
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly isMariaDb: boolean;
  #index = 0;

  constructor(sql: string, isMariaDb: boolean) {
    this.sql = sql;
    this.tokens = tokenize(sql);
    this.isMariaDb = isMariaDb;
  }

  /** A cursor of the same product over other text. */
  over(sql: string): TokenCursor {
    return new TokenCursor(sql, this.isMariaDb);
  }

  get index(): number {
    return this.#index;
  }

  /** Goes back (or on) to a token index taken from `index`. */
  moveTo(index: number): void {
    this.#index = index;
  }

  peek(ahead = 0): Token {
    const token = this.tokens[this.#index + ahead] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error("tokenize always closes with an end token");
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#index += 1;
    return token;
  }

  is(...words: readonly string[]): boolean {
    return isWord(this.peek(), ...words);
  }

  /** Takes the words in this order if all of them are next. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => isWord(this.peek(ahead), word))) return false;
    this.#index += words.length;
    return true;
  }

  takeOperator(text: string): boolean {
    if (this.peek().kind !== "operator" || this.peek().text !== text) return false;
    this.#index += 1;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) throw this.fail();
  }

  expectOperator(text: string): void {
    if (!this.takeOperator(text)) throw this.fail();
  }

  name(): string {
    if (!isName(this.peek())) throw this.fail();
    return this.next().value;
  }

  /** `table` or `database.table`. */
  qualifiedName(): { readonly database: string | undefined; readonly name: string } {
    const first = this.name();
    return this.takeOperator(".") ? { database: first, name: this.name() } : { database: undefined, name: first };
  }

  string(): string {
    if (this.peek().kind !== "string") throw this.fail();
    return this.next().value;
  }

  integer(): number {
    if (this.peek().kind !== "number" || !/^\d+$/.test(this.peek().value)) throw this.fail();
    return Number(this.next().value);
  }

  /** The source text of a balanced `( … )`, without its parentheses. */
  parenthesized(): string {
    const open = this.peek();
    this.expectOperator("(");
    for (let depth = 1; ; ) {
      const token = this.next();
      if (token.kind === "end" || token.kind === "bad") throw this.fail();
      if (token.text === "(") depth += 1;
      if (token.text === ")") depth -= 1;
      if (depth === 0) return this.sql.slice(open.end, token.start).trim();
    }
  }

  get isAtEnd(): boolean {
    return this.peek().kind === "end";
  }

  expectEnd(): void {
    this.takeOperator(";");
    if (!this.isAtEnd) throw this.fail();
  }

  /** The syntax error at the next token. */
  fail(): SqlError {
    return syntaxError(this.sql, this.peek().start, this.isMariaDb);
  }
}
