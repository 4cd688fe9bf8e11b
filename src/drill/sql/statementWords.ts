import { isWord, tokenize } from "./lexer.ts";

/** Words of the statements that change data, schema or accounts. */
export const writes = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "TRUNCATE", "RENAME", "CALL", "GRANT", "REVOKE", "SET PASSWORD"]);

/** Statements that need room for rows, for what undoes them and for the log. */
export const growing = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE", "CREATE", "ALTER", "CALL"]);

/** Whether a statement changes the schema of a table: such a one leaves no transaction in its session, and no value that a later one could ask for. */
export function changesTables(sql: string): boolean {
  return /^\s*(?:CREATE|ALTER|DROP)\s+TABLE\b/iu.test(sql);
}

/** The table that a statement writes to, as far as its beginning says. */
export function tableIn(sql: string): string {
  return /\b(?:INTO|UPDATE|FROM|TABLE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`?\w+`?\.)?`?(\w+)/iu.exec(sql)?.[1] ?? "";
}

/** What a statement begins with: `SET PASSWORD` changes the server, SET alone does not. */
export function firstWord(sql: string): string {
  if (/^\s*SET\s+PASSWORD\b/i.test(sql)) return "SET PASSWORD";
  const quick = /^\s*([a-zA-Z]+)/.exec(sql)?.[1];
  const token = quick === undefined ? tokenize(sql.slice(0, 2000))[0] : undefined;
  return (quick ?? (isWord(token, token?.value.toUpperCase() ?? "") ? (token?.value ?? "") : "")).toUpperCase();
}

/** Does the statement use tables? Others leave the warnings of the one before. */
export function usesTables(word: string, sql: string): boolean {
  return /^(?:CHECK|ANALYZE|OPTIMIZE|CHECKSUM|LOCK|DESCRIBE|DESC|EXPLAIN|WITH)$/.test(word) || (word === "SELECT" && /\bFROM\b/i.test(sql));
}
