import mysqlParser from "node-sql-parser/build/mysql.js";
import { isNode } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { notSupported, syntaxError } from "./errors.ts";
import { isWord, tokenize } from "./lexer.ts";
import { missingFunctions } from "./missingFunctions.ts";
import { prepareSql } from "./prepare.ts";
import type { Placeholder, PreparedSql } from "./prepare.ts";

/** One parsed statement. */
export interface ParsedSql {
  readonly ast: AstNode;
  readonly placeholders: readonly Placeholder[];
}

function failureOffset(error: unknown): number | undefined {
  if (!isNode(error) || !isNode(error["location"])) return undefined;
  const start = error["location"]["start"];
  return isNode(start) && typeof start["offset"] === "number" ? start["offset"] : undefined;
}

/** What the statement holds that MySQL reads and node-sql-parser does not; `undefined` where nothing is known. */
function beyondGrammar(sql: string): string | undefined {
  const tokens = tokenize(sql);
  const assignment = tokens.findIndex((token) => token.text === ":=");
  if (assignment > 0) return `${tokens[assignment - 1]?.text ?? ""} := …`;
  const call = tokens.find((token, index) => token.kind === "word" && missingFunctions.has(token.value.toUpperCase()) && tokens[index + 1]?.text === "(");
  return call === undefined ? undefined : `${call.value.toUpperCase()}()`;
}

/** Reads queries, data changes and expressions with node-sql-parser; keeps the trees of the last few hundred statements. */
export class SqlParser {
  readonly #parser = new mysqlParser.Parser();
  readonly #isMariaDb: boolean;
  readonly #kept = new Map<string, ParsedSql>();

  constructor(isMariaDb: boolean) {
    this.#isMariaDb = isMariaDb;
  }

  /** Throws MySQL's error 1064 where the statement is none, 1235 for several at once. */
  parse(sql: string): ParsedSql {
    const known = this.#kept.get(sql);
    if (known !== undefined) return known;
    const bad = tokenize(sql).find((token) => token.kind === "bad");
    if (bad !== undefined) throw syntaxError(sql, bad.start, this.#isMariaDb);
    // node-sql-parser drops the operator before a string, and refuses it before a column.
    if (tokenize(sql).some((token, index, all) => isWord(token, "BINARY") && ["word", "quoted", "string", "variable"].includes(all[index + 1]?.kind ?? "end"))) throw notSupported("BINARY …");
    const parsed = this.#parseFresh(sql);
    if (this.#kept.size > 300) this.#kept.clear();
    if (sql.length < 4000) this.#kept.set(sql, parsed);
    return parsed;
  }

  /** The tree of one expression (a default, a check, a trigger's condition). */
  parseExpression(expression: string): ParsedSql {
    return this.parse(`SELECT ${expression}`);
  }

  #parseFresh(sql: string): ParsedSql {
    for (const useHeadings of [true, false]) {
      const prepared = prepareSql(sql, useHeadings);
      try {
        return { ast: this.#single(prepared), placeholders: prepared.placeholders };
      } catch (error) {
        const offset = failureOffset(error);
        if (offset === undefined) throw error;
        if (useHeadings) continue;
        const missing = beyondGrammar(sql);
        if (missing !== undefined) throw notSupported(missing);
        throw syntaxError(sql, this.#tokenStart(sql, prepared, offset), this.#isMariaDb);
      }
    }
    throw notSupported("statement");
  }

  #single(prepared: PreparedSql): AstNode {
    const ast: unknown = this.#parser.astify(prepared.text, { database: "mysql" });
    const list: unknown[] = Array.isArray(ast) ? ast : [ast];
    const only = list[0];
    if (list.length !== 1 || !isNode(only)) throw notSupported("multiple statements");
    return only;
  }

  /** MySQL's `near` begins with a token; the parser may have stopped inside or before one. */
  #tokenStart(sql: string, prepared: PreparedSql, offset: number): number {
    const isBetween = prepared.text[offset] === " " || offset >= prepared.text.length;
    return offset >= prepared.text.trimEnd().length ? sql.length : prepared.sourceOffset(isBetween ? offset + 1 : offset);
  }
}
