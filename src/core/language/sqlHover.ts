import { sqlStatements } from "../command/sql.ts";
import { judgeSql } from "../command/sqlRisk.ts";
import { RISK_WORDS } from "../plan/callWords.ts";
import type { Hover } from "./hover.ts";

/** Explains the SQL statement whose first words are at an offset: its risk as the gate sees it, and what is missing in it. */
export function hoverSql(text: string, offset: number): Hover | undefined {
  const statement = sqlStatements(text).find(({ start, end }) => start <= offset && offset <= end);
  const words = statement === undefined ? undefined : /^[A-Za-z]+(?:\s+[A-Za-z]+)?/.exec(text.slice(statement.start))?.[0];
  if (statement === undefined || words === undefined || offset > statement.start + words.length) return undefined;
  const { risk, why, undo } = judgeSql(statement.text);
  const lines = [
    `**${words.replace(/\s+/g, " ").toUpperCase()}**`,
    `Risk: **${RISK_WORDS[risk]}** (${why})`,
    isWithoutWhere(statement.text) ? "Without WHERE: it takes every row of the table." : "",
    undo === undefined ? "" : `Undo: ${undo}`,
  ];
  return { markdown: lines.filter((line) => line !== "").join("\n\n"), start: statement.start, end: statement.start + words.length };
}

function isWithoutWhere(statement: string): boolean {
  return /^(?:DELETE|UPDATE)\b/i.test(statement) && !/\b(?:WHERE|LIMIT)\b/i.test(statement.replaceAll(/'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`[^`]*`/g, "x"));
}
