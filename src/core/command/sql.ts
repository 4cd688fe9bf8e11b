import { worseRisk } from "./plan.ts";
import type { Verdict } from "./schema/spec.ts";

/** One statement of a text of SQL, without comments; `start` is where its first word stands, `end` is after its last character. */
export interface SqlStatement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The statements of SQL, parted at its semicolons outside quotes and comments; conditional comments (`/*! … *\/`) are code. */
export function sqlStatements(text: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current = "";
  let start: number | undefined;
  const pattern = /'(?:[^'\\]|\\[^]|'')*'?|"(?:[^"\\]|\\[^]|"")*"?|`[^`]*`?|\/\*[!M]?\d*|\*\/|(?:--(?=\s|$)|#)[^\n]*|;|\\[gG]|[^'"`/*\-#;\\]+|[^]/g;
  let isComment = false;
  const finish = (end: number): void => {
    if (start !== undefined) statements.push({ text: current.trim(), start, end });
    current = "";
    start = undefined;
  };
  for (const { 0: token, index } of text.matchAll(pattern)) {
    if (isComment) {
      isComment = token !== "*/";
    } else if (token.startsWith("/*")) {
      // `/*!40101 SET … */` runs on MySQL; a plain comment does not.
      isComment = token.length === 2 || !/^\/\*(?:!|M!?)/.test(token);
    } else if (token === ";" || token === "\\g" || token === "\\G") {
      finish(index);
    } else if (token !== "*/" && !/^(?:--\s|--$|#)/.test(token)) {
      if (token.trim() !== "") start ??= index + token.search(/\S/);
      current += token;
    }
  }
  finish(text.length);
  return statements;
}

/** The statements' texts alone. */
export function splitSql(text: string): readonly string[] {
  return sqlStatements(text).map((statement) => statement.text);
}

/** What a text of SQL does, by its most dangerous statement. Statements that no rule knows are `undetermined`. */
export function judgeSql(text: string): Verdict {
  let worst: Verdict = { risk: "read", why: "only reads rows" };
  for (const statement of splitSql(text)) {
    const verdict = judgeStatement(statement);
    if (worseRisk(verdict.risk, worst.risk) !== worst.risk) worst = verdict;
  }
  return worst;
}

const READS = new Set(["SHOW", "DESCRIBE", "DESC", "USE", "HELP", "CHECK", "CHECKSUM", "STATUS", "VALUES", "TABLE", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "UNLOCK"]);
const CHANGES = new Set(["INSERT", "UPDATE", "REPLACE", "CREATE", "ALTER", "GRANT", "REVOKE", "RENAME", "FLUSH", "OPTIMIZE", "ANALYZE", "REPAIR", "LOCK", "KILL", "LOAD", "INSTALL", "UNINSTALL", "START", "STOP", "CHANGE", "SHUTDOWN", "RESTART", "CLONE", "IMPORT"]);

function judgeStatement(statement: string): Verdict {
  const words = statement.replaceAll(/[(]/g, " ").trim().toUpperCase().split(/\s+/);
  const [first = "", second = ""] = words;
  const name = `${first} ${second}`.trim();
  if (["DROP", "TRUNCATE", "DELETE", "PURGE"].includes(first)) return { risk: "destroy", why: `${name} removes data for good` };
  if (first === "RESET") return { risk: "destroy", why: `${name} removes logs or replication coordinates for good` };
  if (first === "SOURCE" || first === "\\.") return { risk: "destroy", why: "a script of SQL is run over the database" };
  if (/\bDROP\b/.test(unquoted(statement)) && first === "ALTER") return { risk: "destroy", why: "ALTER … DROP removes data for good" };
  if (first === "CREATE" && words[1] === "OR" && words[2] === "REPLACE") return { risk: "destroy", why: "CREATE OR REPLACE removes what was there" };
  if (first === "SELECT" || first === "WITH") return judgeSelect(statement);
  if (first === "EXPLAIN") return second === "ANALYZE" && !words.includes("SELECT") ? { risk: "undetermined", why: "EXPLAIN ANALYZE runs the statement" } : { risk: "read", why: "explains a statement" };
  if (first === "SET") return judgeSet(words);
  if (first === "START" && second === "TRANSACTION") return { risk: "read", why: "begins a transaction" };
  if (READS.has(first)) return { risk: "read", why: `${name} only reads` };
  if (CHANGES.has(first)) return { risk: "change", why: `${name} changes the database`, ...undoOf(name) };
  return { risk: "undetermined", why: `what ${first === "" ? "an empty statement" : first} does is not known` };
}

function undoOf(name: string): { undo?: string } {
  if (name === "STOP REPLICA" || name === "STOP SLAVE") return { undo: name.replace("STOP", "START") };
  if (name === "START REPLICA" || name === "START SLAVE") return { undo: name.replace("START", "STOP") };
  return {};
}

function judgeSelect(statement: string): Verdict {
  const code = unquoted(statement);
  if (/\bINTO\s+(?:OUTFILE|DUMPFILE)\b/.test(code)) return { risk: "change", why: "SELECT INTO writes a file on the server" };
  if (/\bDELETE\b/.test(code) && /^WITH\b/.test(code)) return { risk: "destroy", why: "WITH … DELETE removes rows for good" };
  if (/\bUPDATE\b/.test(code) && /^WITH\b/.test(code)) return { risk: "change", why: "WITH … UPDATE changes rows" };
  return { risk: "read", why: "only reads rows" };
}

function judgeSet(words: readonly string[]): Verdict {
  const isGlobal = words.some((word) => /^(?:@@)?(?:GLOBAL|PERSIST|PERSIST_ONLY)\b/.test(word.replace(/^[,(]/, "")));
  if (isGlobal) return { risk: "change", why: "SET GLOBAL changes the server", undo: "Set the former value again." };
  if (words[1] === "PASSWORD") return { risk: "change", why: "SET PASSWORD changes an account" };
  return { risk: "read", why: "SET changes only this session" };
}

function unquoted(statement: string): string {
  return statement.replaceAll(/'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`/g, "x").toUpperCase();
}
