import type { Expectation } from "../runbook/document.ts";
import type { CellRunnerHost } from "./cellRunner.ts";
import { checkExpectation, type SeenResult } from "./expectation.ts";

/**
 * Checks each expectation of a statement and journals the result. One that only a person can judge is asked; unattended it stays
 * unverified. Returns why the statement failed, or `undefined`.
 */
export async function checkStatementExpectations(
  statement: { readonly execution: string; readonly statement: number; readonly seen: SeenResult; readonly expectations: readonly Expectation[] },
  host: CellRunnerHost,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const expectation of statement.expectations) {
    const checked = checkExpectation(expectation, statement.seen);
    const result = checked.result === "manual" ? await askPerson(checked.expected, statement, host, signal) : checked.result;
    const { execution } = statement;
    await host.record({ type: "expectationChecked", execution, statement: statement.statement, expected: checked.expected, actual: host.redact(checked.actual), result });
    if (result === "notMet" || result === "manualNotMet") return `Expected ${checked.expected}: got ${host.redact(checked.actual)}.`;
  }
  return undefined;
}

async function askPerson(text: string, statement: { readonly execution: string; readonly seen: SeenResult }, host: CellRunnerHost, signal: AbortSignal): Promise<"manualMet" | "manualNotMet" | "unverified"> {
  if (host.isUnattended) return "unverified";
  const answer = await host.ask({ kind: "manual", execution: statement.execution, text, output: host.redact(statement.seen.stdout) }, signal);
  if (answer?.kind !== "manual") return "unverified";
  return answer.met ? "manualMet" : "manualNotMet";
}
