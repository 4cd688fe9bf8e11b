import { sqlStatements } from "../command/sql.ts";
import { judgeSql } from "../command/sqlRisk.ts";
import { RISK_WORDS } from "../plan/callWords.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import type { CompletionItem } from "./completion.ts";

/** What is known around a query cell. */
export interface SqlFacts {
  /** Tables that the runbook's SQL names, in the order of the text. */
  readonly tables: readonly string[];
  /** True where the cell's program is MySQL's or MariaDB's, which have statements of their own. */
  readonly isMySql: boolean;
}

/** How statements begin that an operator on call writes, and what they are for; what each risks is computed. */
const OPENINGS: readonly (readonly [text: string, meaning: string])[] = [
  ["SELECT COUNT(*) FROM ", "How many rows a table has."], ["SELECT ", "Rows of tables."], ["EXPLAIN ", "How a statement would be carried out."], ["START TRANSACTION;", "What follows can be taken back with ROLLBACK."], ["COMMIT;", "Keeps what the transaction changed."], ["ROLLBACK;", "Takes back what the transaction changed."],
  ["INSERT INTO ", "Adds rows."], ["UPDATE ", "Changes rows: those that WHERE chooses."], ["DELETE FROM ", "Removes rows: those that WHERE chooses."], ["TRUNCATE TABLE ", "Empties a table. No ROLLBACK brings it back."], ["DROP TABLE ", "Removes a table. No ROLLBACK brings it back."],
];
const MYSQL_OPENINGS: readonly (readonly [text: string, meaning: string])[] = [
  ["SHOW FULL PROCESSLIST;", "Who runs what, and for how long."], ["SHOW REPLICA STATUS\\G", "How far this replica is, and its last error."], ["SHOW BINARY LOGS;", "The binary logs that are still there."], ["SHOW ENGINE INNODB STATUS\\G", "Locks, the last deadlock, recovery after a crash."], ["SHOW DATABASES;", "The databases."], ["SHOW TABLES FROM ", "The tables of a database."],
  ["SHOW CREATE TABLE ", "How a table is defined."], ["SHOW GRANTS FOR ", "What an account may do."], ["SHOW GLOBAL VARIABLES LIKE '", "How the server is set."], ["SHOW GLOBAL STATUS LIKE '", "What the server counts."], ["CHECK TABLE ", "Whether a table is sound."], ["KILL ", "Ends a connection, by its id in the process list."],
  ["STOP REPLICA;", "The replica takes no more from its source."], ["START REPLICA;", "The replica goes on from where it stopped."], ["SET GLOBAL ", "Changes a setting until the server restarts."], ["RESET REPLICA ALL;", "The replica forgets its source and how far it was."],
];
const TABLE_POSITION = /(?:^|[\s(])(?:FROM|JOIN|INTO|UPDATE|TABLE|DESCRIBE|DESC)\s+$/i;

/** What may stand at an offset of a text of SQL: how a statement begins, or a table. Total; nothing inside quotes and comments. */
export function completeSql(text: string, offset: number, { tables, isMySql }: SqlFacts): readonly CompletionItem[] {
  const before = text.slice(0, offset);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/(?:^|\s)(?:--(?:\s|$)|#)/.test(line) || isInside(before)) return [];
  const last = sqlStatements(before).at(-1);
  const start = last?.end === before.length ? last.start : offset;
  const statement = before.slice(start);
  const word = /[\w.]*$/.exec(statement)?.[0] ?? "";
  if (TABLE_POSITION.test(statement.slice(0, statement.length - word.length))) {
    return tables.map((name) => ({ kind: "object", label: name, detail: "a table of this runbook", documentation: "", insert: name, start: offset - word.length, end: offset }));
  }
  // A suggestion takes the place of what was typed of it, on one line.
  if (statement.includes("\n")) return [];
  const typed = statement.replaceAll(/\s+/g, " ").toUpperCase();
  return [...(isMySql ? MYSQL_OPENINGS : []), ...OPENINGS].filter(([opening]) => opening.startsWith(typed)).map(([opening, meaning]) => {
    const { risk, why } = judgeSql(opening);
    return { kind: "verb", label: opening.replace(/(?: |;|'|\\G)+$/, ""), detail: RISK_WORDS[risk], documentation: `${meaning} Risk: ${RISK_WORDS[risk]} (${why}).`, insert: opening, start, end: offset };
  });
}

/** Whether a text ends within a quoted word or a comment. */
function isInside(text: string): boolean {
  return /['"`]|\/\*/.test(text.replaceAll(/'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`|\/\*[^]*?\*\/|(?:--(?=\s|$)|#)[^\n]*/g, " "));
}

/** Tables that the SQL of a runbook names: its query cells, and what its commands hand to a database's client. Names stand after words in capitals. */
export function tablesOf(document: RunbookDocument): readonly string[] {
  const texts = document.cells.flatMap(({ command }) => command?.commandText ?? []);
  const names = texts.flatMap((text) => [...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+`?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)`?(?![\w(])/g)].flatMap(([, name]) => name ?? []));
  return [...new Set(names)].filter((name) => !/^(?:IF|SET|OUTFILE|SELECT|information_schema\..*)$/i.test(name));
}
