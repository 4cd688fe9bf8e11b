import { isName, isWord, tokenize } from "./lexer.ts";
import type { Token } from "./lexer.ts";

/** A literal, a variable or a column heading taken out of a statement before node-sql-parser reads it. */
export type Placeholder =
  | { readonly kind: "string" | "binary" | "number" | "hex" | "bits" | "variable"; readonly value: string }
  | { readonly kind: "heading"; readonly value: string };

/** A statement in the form that node-sql-parser reads. */
export interface PreparedSql {
  readonly text: string;
  /** By the number behind `§`. */
  readonly placeholders: readonly Placeholder[];
  /** Where in the source an offset of `text` is. */
  sourceOffset(offset: number): number;
}

const selectOptions = ["DISTINCT", "ALL", "DISTINCTROW", "SQL_NO_CACHE", "SQL_CALC_FOUND_ROWS", "STRAIGHT_JOIN", "HIGH_PRIORITY"];
const listEnds = ["FROM", "UNION", "INTO", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "FOR", "LOCK", "EXCEPT", "INTERSECT"];
const joiners = ["AND", "OR", "NOT", "IS", "DIV", "MOD", "LIKE", "IN", "BETWEEN", "REGEXP", "RLIKE", "XOR", "BINARY", "INTERVAL", "COLLATE", "CASE", "WHEN", "THEN", "ELSE"];
const tails = ["END", "NULL", "TRUE", "FALSE", "UNKNOWN"];
const units = /^(?:MICROSECOND|SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR|DAY_HOUR|DAY_MINUTE|DAY_SECOND|HOUR_MINUTE|HOUR_SECOND|MINUTE_SECOND|YEAR_MONTH)$/i;

/** Does a select item end with an alias (`a b`, `a AS b`, `a 'b'`)? */
function hasAlias(item: readonly Token[]): boolean {
  const last = item.at(-1);
  const previous = item.at(-2);
  if (last === undefined || previous === undefined) return false;
  if (isWord(previous, "AS")) return true;
  if (!isName(last) && last.kind !== "string") return false;
  if (isWord(last, ...tails) || isWord(previous, ...joiners)) return false;
  if (units.test(last.value) && item.some((token) => isWord(token, "INTERVAL"))) return false;
  if (previous.kind === "operator") return previous.text === ")";
  // `_binary 'x'` and `'a' 'b'` are one literal each.
  if (last.kind === "string" && (previous.kind === "string" || previous.value.startsWith("_") || (/^n$/i.test(previous.value) && previous.end === last.start))) return false;
  return !(last.kind === "string" && isWord(previous, "DATE", "TIME", "TIMESTAMP"));
}

/** Token indexes (exclusive ends) of select items without alias, with the heading MySQL gives them: their own source. */
function headings(sql: string, tokens: readonly Token[]): Map<number, string> {
  const found = new Map<number, string>();
  const open: { depth: number; from: number }[] = [];
  let depth = 0;
  const close = (index: number): void => {
    const list = open.at(-1);
    if (list === undefined) return;
    const item = tokens.slice(list.from, index);
    const first = item[0];
    const last = item.at(-1);
    if (first !== undefined && last !== undefined && last.text !== "*" && !hasAlias(item)) found.set(index, last.kind === "string" && (item.length === 1 || (item.length === 2 && isIntroducer(first, last))) ? last.value : sql.slice(first.start, last.end));
  };
  for (const [index, token] of tokens.entries()) {
    const list = open.at(-1);
    const isHere = list !== undefined && list.depth === depth;
    if (isHere && (token.kind === "end" || token.text === ";" || token.text === ")" || isWord(token, ...listEnds))) {
      close(index);
      open.pop();
    } else if (isHere && token.text === ",") {
      close(index);
      list.from = index + 1;
    } else if (isHere && list.from === index && isWord(token, ...selectOptions)) list.from = index + 1;
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (isWord(token, "SELECT") && tokens[index - 1]?.text !== ".") open.push({ depth, from: index + 1 });
  }
  return found;
}

class Preparation {
  readonly placeholders: Placeholder[] = [];
  readonly #marks: { readonly out: number; readonly source: number }[] = [];
  text = "";

  emit(text: string, source: number): void {
    // No blank before the first token: node-sql-parser trims, and its offsets would shift.
    if (this.text !== "") this.text += " ";
    this.#marks.push({ out: this.text.length, source });
    this.text += text;
  }

  hold(placeholder: Placeholder, quote: string, source: number, prefix = ""): void {
    this.emit(`${prefix}${quote}§${String(this.placeholders.length)}${quote}`, source);
    this.placeholders.push(placeholder);
  }

  sourceOffset(offset: number): number {
    let source = 0;
    for (const mark of this.#marks) {
      if (mark.out > offset) break;
      source = mark.source;
    }
    return source;
  }
}

/** `_utf8mb4'x'` and `N'x'`. */
function isIntroducer(token: Token, next: Token | undefined): boolean {
  return next?.kind === "string" && (/^_[a-z]\w*$/i.test(token.value) || (/^n$/i.test(token.value) && next.start === token.end));
}

const plainInteger = /^\d{1,15}$/;

/** Emits one token and tells how many tokens it took. */
function emitToken(out: Preparation, tokens: readonly Token[], index: number, isFromList: boolean): number {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (token === undefined) return 1;
  if (token.kind === "string" || (token.kind === "word" && isIntroducer(token, next))) {
    const introducer = token.kind === "word" ? 1 : 0;
    const parts: string[] = [];
    let taken = introducer;
    for (let part = tokens[index + taken]; part?.kind === "string"; part = tokens[index + ++taken]) parts.push(part.value);
    out.hold({ kind: introducer === 1 && /^_binary$/i.test(token.value) ? "binary" : "string", value: parts.join("") }, "'", token.start);
    return taken;
  }
  if (token.kind === "number" && !plainInteger.test(token.value)) out.hold({ kind: "number", value: token.value }, "'", token.start);
  else if (token.kind === "hex" || token.kind === "bits" || token.kind === "variable") out.hold({ kind: token.kind, value: token.value }, "'", token.start);
  else if (isWord(token, "CURRENT_USER") && next?.text !== "(") out.emit("CURRENT_USER()", token.start);
  else if (isWord(token, "RLIKE")) out.emit("REGEXP", token.start);
  // The grammar lacks `<=>`; `!=` is free once its synonym `<>` is used for it.
  else if (token.text === "!=") out.emit("<>", token.start);
  else if (token.text === "<=>") out.emit("!=", token.start);
  else if (isWord(token, "USE", "FORCE", "IGNORE") && isWord(next, "INDEX", "KEY")) return 2 + skipParentheses(tokens, index + 2);
  else if (isWord(token, "DEFAULT") && ["(", ",", "="].includes(tokens[index - 1]?.text ?? "") && next?.text !== "(") out.emit("`§DEFAULT`", token.start);
  else if (isFromList && isWord(token, "FROM", "FOR")) out.emit(",", token.start);
  else out.emit(token.text, token.start);
  return 1;
}

function skipParentheses(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at += 1) {
    if (tokens[at]?.text === "(") depth += 1;
    if (tokens[at]?.text === ")" && --depth === 0) return at - index + 1;
  }
  return 0;
}

/**
 * Rewrites a statement into what node-sql-parser reads exactly: literals and variables become numbered placeholders (it keeps numbers as
 * doubles and strings escaped), select items without alias get one that stands for their source text, and a few spellings it lacks become
 * ones it has. `useHeadings` is turned off for a second try.
 */
export function prepareSql(sql: string, useHeadings: boolean): PreparedSql {
  const tokens = tokenize(sql);
  const headingAt = useHeadings ? headings(sql, tokens) : new Map<number, string>();
  const out = new Preparation();
  const isSubstring: boolean[] = [];
  for (let index = 0; index < tokens.length; ) {
    const token = tokens[index];
    const heading = headingAt.get(index);
    if (heading !== undefined) {
      out.emit("AS", token?.start ?? 0);
      out.hold({ kind: "heading", value: heading }, "`", token?.start ?? 0);
    }
    if (token?.text === "(") isSubstring.push(isWord(tokens[index - 1], "SUBSTRING", "SUBSTR"));
    index += emitToken(out, tokens, index, isSubstring.at(-1) === true);
    if (token?.text === ")") isSubstring.pop();
  }
  return { text: out.text, placeholders: out.placeholders, sourceOffset: (offset) => out.sourceOffset(offset) };
}
