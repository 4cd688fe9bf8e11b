import type { Problem } from "../problem.ts";
import type { StatementPlan } from "./plan.ts";
import { insidePod, queryRewrites, secretPatch } from "./rewrites.ts";
import { flagText } from "./schema/spec.ts";

const SQL_WORDS = new Set(["STOP", "START", "RESET", "SELECT", "SHOW", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "ALTER", "CREATE", "GRANT", "REVOKE", "FLUSH", "USE", "CHANGE", "SET", "PURGE", "CALL", "REPLACE", "DESCRIBE"]);

/** True for a command name that is a word of SQL in capitals. */
export function isSqlCommand(name: string): boolean {
  return SQL_WORDS.has(name);
}

/**
 * SQL written as commands: one problem for each run of such statements. Where a database client without SQL stands just above, the
 * problem covers it too, and its fix makes one call of both.
 */
export function sqlProblems(statements: readonly StatementPlan[], known: readonly Problem[], source: string): readonly Problem[] {
  const problems: Problem[] = [];
  let index = 0;
  while (index < statements.length) {
    const run = takeSqlRun(statements, index);
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) {
      index += 1;
      continue;
    }
    const before = statements[index - 1];
    const isOpenClient = before !== undefined && known.some((problem) => problem.code === "interactive-session" && problem.start >= before.start && problem.end <= before.end);
    const end = source[last.end] === ";" ? last.end + 1 : last.end;
    const sql = run.map((statement) => `${statement.text.replace(/;$/, "")};`).join(" ");
    const facts = { statement: first.text.replace(/;$/, "") };
    if (before !== undefined && isOpenClient) {
      const text = `${before.text} -e "${currentNames(sql).replaceAll('"', '\\"')}"`;
      problems.push({ code: "sql-in-shell", start: before.start, end, facts, fix: { title: "Give the SQL to the client with -e, in current names", text } });
    } else problems.push({ code: "sql-in-shell", start: first.start, end, facts });
    index += run.length;
  }
  return problems;
}

function takeSqlRun(statements: readonly StatementPlan[], from: number): readonly StatementPlan[] {
  const run: StatementPlan[] = [];
  for (const statement of statements.slice(from)) {
    if (!isSqlCommand(statement.operations[0]?.operation.tool ?? "")) break;
    run.push(statement);
  }
  return run;
}

/** MySQL 8.4 no longer knows the former names; 8.0.22 and MariaDB 10.5 know both. */
function currentNames(sql: string): string {
  return sql.replaceAll(/\b(STOP|START|RESET) SLAVE\b/g, "$1 REPLICA").replaceAll(/\bSHOW SLAVE STATUS\b/g, "SHOW REPLICA STATUS");
}

/** A database client of this machine behind `kubectl exec`: the fix, and the whole statement as its span. */
export function withPodRewrites(problems: readonly Problem[], statements: readonly StatementPlan[]): readonly Problem[] {
  return problems.map((problem) => {
    if (problem.code !== "local-database-client") return problem;
    const statement = statements.find((one) => problem.start >= one.start && problem.end <= one.end);
    const fix = statement === undefined ? undefined : insidePod(statement);
    return statement === undefined || fix === undefined ? problem : { ...problem, start: statement.start, end: statement.end, fix };
  });
}

/** A syntax error in a line whose address the shell cannot read: the line as its span, and a call that sends the query as it was meant. */
export function withQueryRewrites(problems: readonly Problem[], text: string): readonly Problem[] {
  const lines = queryRewrites(text);
  let isGiven = false;
  // Quotes alone would not cure such a line.
  const others = problems.filter((problem) => problem.code !== "unquoted-url" || !lines.some((line) => problem.start >= line.start && problem.end <= line.end));
  return others.map((problem) => {
    const line = problem.code === "shell-syntax" && !isGiven ? (lines.find((one) => problem.start >= one.start && problem.start <= one.end) ?? lines[0]) : undefined;
    if (line === undefined) return problem;
    isGiven = true;
    return { ...problem, ...line };
  });
}

/** `kubectl create secret … --dry-run=client -o yaml | kubectl apply -f -`. */
export function secretProblems(statements: readonly StatementPlan[]): readonly Problem[] {
  return statements.flatMap((statement) => {
    const create = statement.operations.find(({ operation }) => operation.tool === "kubectl" && operation.verb === "create" && operation.positionals[0] === "secret" && operation.flags["dry-run"] !== undefined);
    const apply = statement.operations.find(({ operation }) => operation.tool === "kubectl" && operation.verb === "apply");
    if (create === undefined || apply === undefined) return [];
    const namespace = flagText(create.operation, "namespace");
    const facts = { secret: create.operation.positionals[2] ?? "NAME", namespace: namespace === undefined ? "the context's own namespace, as none is named" : `namespace ${namespace}` };
    const fix = secretPatch(create);
    return [{ code: "secret-overwrite", start: statement.start, end: statement.end, facts, ...(fix === undefined ? {} : { fix }) }];
  });
}
