import { worseRisk } from "./plan.ts";
import type { Verdict } from "./schema/spec.ts";
import { splitSql, sqlCode } from "./sql.ts";
import { unknownFunction } from "./sqlFunctions.ts";
import { judgeSet } from "./sqlSet.ts";

/** What a text of SQL does, by its most dangerous statement. Statements that no rule knows are `undetermined`. */
export function judgeSql(text: string): Verdict {
  let worst: Verdict = { risk: "read", why: "only reads rows" };
  for (const statement of splitSql(text)) {
    const verdict = judgeStatement(sqlCode(statement));
    if (worseRisk(verdict.risk, worst.risk) !== worst.risk) worst = verdict;
  }
  return worst;
}

const READS = new Set(["SHOW", "USE", "HELP", "CHECK", "CHECKSUM", "STATUS", "COMMIT", "ROLLBACK", "SAVEPOINT", "UNLOCK"]);
const DESTROYS = new Set(["DROP", "TRUNCATE", "DELETE", "PURGE"]);
const CHANGES = new Set(["INSERT", "UPDATE", "REPLACE", "CREATE", "ALTER", "GRANT", "REVOKE", "RENAME", "FLUSH", "OPTIMIZE", "ANALYZE", "REPAIR", "LOCK", "KILL", "LOAD", "INSTALL", "UNINSTALL", "START", "STOP", "CHANGE", "SHUTDOWN", "RESTART", "CLONE", "IMPORT"]);

function judgeStatement(code: string): Verdict {
  const words = code.replaceAll("(", " ").trim().split(/\s+/);
  const [first = "", second = ""] = words;
  const name = `${first} ${second}`.trim();
  if (first === "SOURCE" || /\\\./.test(code)) return { risk: "destroy", why: "a script of SQL is run over the database" };
  if (code.includes("\\")) return { risk: "undetermined", why: "the text holds a command of the client itself" };
  if (DESTROYS.has(first)) return { risk: "destroy", why: `${name} removes data for good` };
  if (first === "RESET") return { risk: "destroy", why: `${name} removes logs or replication coordinates for good` };
  const lost = lossOf(code, words);
  if (lost !== undefined) return { risk: "destroy", why: lost };
  if (["EXPLAIN", "DESCRIBE", "DESC", "ANALYZE"].includes(first) && !/^ANALYZE\s+(?:(?:NO_WRITE_TO_BINLOG|LOCAL)\s+)?TABLES?\b/.test(code)) return judgeExplained(code);
  if (["SELECT", "TABLE", "VALUES", "DO"].includes(first)) return judgeSelect(code);
  if (first === "WITH") return judgeWith(code);
  if (first === "SET") return judgeSet(code, judgeStatement);
  if (first === "START" && second === "TRANSACTION") return { risk: "read", why: "begins a transaction" };
  // MariaDB's BEGIN NOT ATOMIC opens a block of statements.
  if (first === "BEGIN" && /^BEGIN(?:\s+WORK)?$/.test(code.trim())) return { risk: "read", why: "begins a transaction" };
  if (READS.has(first)) return { risk: "read", why: `${name} only reads` };
  if (CHANGES.has(first)) return { risk: "change", why: `${name} changes the database`, ...undoOf(name) };
  return { risk: "undetermined", why: `what ${first === "" ? "an empty statement" : first} does is not known` };
}

/** What a statement that mostly changes takes away for good; `undefined` where it takes nothing. */
function lossOf(code: string, words: readonly string[]): string | undefined {
  const [first = "", second = ""] = words;
  if (first === "CREATE" && second === "OR" && words[2] === "REPLACE") return "CREATE OR REPLACE removes what was there";
  if (first === "CLONE" && second === "INSTANCE" && !/\bDATA\s+DIRECTORY\b/.test(code)) return "CLONE INSTANCE replaces this server's data with another's";
  if (first !== "ALTER") return undefined;
  const taken = /\b(?:DROP|TRUNCATE|DISCARD)\b/.exec(code)?.[0];
  if (taken !== undefined) return `ALTER … ${taken} removes data for good`;
  return /\bENGINE\s*=?\s*(?:BLACKHOLE|MEMORY)\b/.test(code) ? "ALTER … ENGINE moves the rows to where they are not kept" : undefined;
}

function undoOf(name: string): { undo?: string } {
  if (name === "STOP REPLICA" || name === "STOP SLAVE") return { undo: name.replace("STOP", "START") };
  if (name === "START REPLICA" || name === "START SLAVE") return { undo: name.replace("START", "STOP") };
  return {};
}

/** EXPLAIN and DESCRIBE show a plan; with ANALYZE (MariaDB writes it alone) the statement is run, and does what it does. */
function judgeExplained(code: string): Verdict {
  const [, verb = "", options = "", statement = ""] = /^(\w+)\s*((?:(?:ANALYZE|EXTENDED|PARTITIONS|FORMAT\s*=\s*\w+|INTO\s+@\w+|FOR\s+(?:DATABASE|SCHEMA)\s+\S+)\s+)*)([^]*)$/.exec(code.trim()) ?? [];
  if (verb === "ANALYZE" || /\bANALYZE\b/.test(options)) {
    const run = judgeStatement(statement);
    return { risk: run.risk, why: `ANALYZE runs the statement: ${run.why}` };
  }
  return /\bANALYZE\b/.test(statement) ? { risk: "undetermined", why: "ANALYZE runs the statement" } : { risk: "read", why: "explains a statement" };
}

function judgeSelect(code: string): Verdict {
  if (/\bINTO\s+(?:OUTFILE|DUMPFILE)\b/.test(code)) return { risk: "change", why: "SELECT INTO writes a file on the server" };
  const name = unknownFunction(code);
  return name === undefined ? { risk: "read", why: "only reads rows" } : { risk: "undetermined", why: `what the function ${name} does is not known` };
}

/** A statement after common table expressions, which only read. */
function judgeWith(code: string): Verdict {
  const outer = outsideParentheses(code);
  const found = /\b(?:SELECT|TABLE|VALUES|UPDATE|DELETE|INSERT|REPLACE)\b/.exec(outer);
  if (found === null) return { risk: "undetermined", why: "what WITH leads to is not known" };
  if (["SELECT", "TABLE", "VALUES"].includes(found[0])) return judgeSelect(code);
  const verdict = judgeStatement(outer.slice(found.index));
  return { risk: verdict.risk, why: `WITH … ${verdict.why}` };
}

function outsideParentheses(code: string): string {
  let depth = 0;
  let outer = "";
  for (const part of code.split(/([()])/)) {
    if (part === "(") depth += 1;
    else if (part === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) outer += `${part} `;
  }
  return outer;
}
