import { bytesOfText } from "./byteText.ts";
import { unescapeString } from "./lexer.ts";
import type { SqlValue } from "./sqlTypes.ts";

/** `INSERT INTO t (a,b) VALUES (1,'x'),…` of literals only: the form of every dump, read without a syntax tree. */
export interface LiteralInsert {
  readonly verb: "INSERT" | "REPLACE";
  readonly isIgnore: boolean;
  readonly database: string | undefined;
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly (readonly SqlValue[])[];
}

const head = /^\s*(INSERT|REPLACE)\s+(IGNORE\s+)?INTO\s+(?:`((?:[^`]|``)+)`\s*\.\s*)?`((?:[^`]|``)+)`\s*(?:\(([^()]*)\)\s*)?VALUES\s*(?=\()/iy;
const valuePatterns = /\s*(?:(NULL)(?![\w$])|(-?\d+)(?![\w.$])|(-?\d*\.\d+|-?\d+\.)(?![\w$])|'([^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*)'|0x([0-9A-Fa-f]+)|(?:_binary\s*)'([^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*)'|[xX]'([0-9A-Fa-f]*)')\s*/iy;
const approximate = /\s*-?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+\s*/y;

function columnNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  return text.trim() === "" ? [] : text.split(",").map((name) => name.trim().replace(/^`|`$/g, "").replaceAll("``", "`"));
}

function integer(text: string): number | bigint {
  return text.length < 16 ? Number(text) : BigInt(text);
}

class Reader {
  readonly #sql: string;
  at: number;

  constructor(sql: string, at: number) {
    this.#sql = sql;
    this.at = at;
  }

  /** One literal, `undefined` for anything else. */
  value(): SqlValue | undefined {
    valuePatterns.lastIndex = this.at;
    const found = valuePatterns.exec(this.#sql);
    if (found === null) {
      approximate.lastIndex = this.at;
      const number = approximate.exec(this.#sql)?.[0];
      if (number === undefined) return undefined;
      this.at += number.length;
      return Number(number);
    }
    this.at += found[0].length;
    const [, isNull, whole, decimal, text, hex, binary, quotedHex] = found;
    if (isNull !== undefined) return null;
    if (whole !== undefined) return integer(whole);
    if (decimal !== undefined) return decimal;
    if (text !== undefined) return unescapeString(text, "'");
    if (binary !== undefined) return bytesOfText(unescapeString(binary, "'"));
    return new Uint8Array(Buffer.from(hex ?? quotedHex ?? "", "hex"));
  }

  take(letter: string): boolean {
    while (/\s/.test(this.#sql[this.at] ?? "")) this.at += 1;
    if (this.#sql[this.at] !== letter) return false;
    this.at += 1;
    return true;
  }

  get isAtEnd(): boolean {
    return /^\s*;?\s*$/.test(this.#sql.slice(this.at, this.at + 100)) && this.#sql.length - this.at < 100;
  }
}

/** Reads the statement, or `undefined` when it is anything but literals: then the parser decides what it is. */
export function readLiteralInsert(sql: string): LiteralInsert | undefined {
  head.lastIndex = 0;
  const start = head.exec(sql);
  if (start === null) return undefined;
  const [all, verb = "", ignore, database, table = "", columns] = start;
  const reader = new Reader(sql, all.length);
  const rows: SqlValue[][] = [];
  do {
    if (!reader.take("(")) return undefined;
    const row: SqlValue[] = [];
    do {
      const value = reader.value();
      if (value === undefined) return undefined;
      row.push(value);
    } while (reader.take(","));
    if (!reader.take(")")) return undefined;
    rows.push(row);
  } while (reader.take(","));
  if (!reader.isAtEnd) return undefined;
  return {
    verb: verb.toUpperCase() === "REPLACE" ? "REPLACE" : "INSERT", isIgnore: ignore !== undefined, database: database?.replaceAll("``", "`"), table: table.replaceAll("``", "`"), columns: columnNames(columns), rows,
  };
}
