import { describe, severityOf } from "../problem.ts";
import { requestText } from "./callWords.ts";
import type { RunbookPlan } from "./runbookPlan.ts";

/** What `dr-runbook plan FILE` prints: one entry an operation, as it is written (`argv`) and as it will be sent (`requests`). */
export function planJson(plan: RunbookPlan): { readonly version: 1; readonly operations: readonly object[] } {
  const operations = plan.cells.flatMap(({ name, step, problems, calls }) => {
    const found = problems.map((problem) => ({ code: problem.code, severity: severityOf(problem), message: describe(problem) }));
    return calls.map(({ written: { operation, unresolved }, resolved, target }) => {
      const { argv, tool, verb, engine, risk, why, undo } = operation;
      return { cell: name, step: step?.id, argv, tool, verb, engine, risk, why, undo, target: target.kind === "target" ? target.spec.name : undefined, unresolved, requests: resolved.map(requestText), problems: found };
    });
  });
  return { version: 1, operations };
}
