import type { CellPlan } from "../command/plan.ts";
import { planCell } from "../command/planCell.ts";
import { readExpectations } from "../runbook/expectations.ts";
import type { Report } from "../runbook/report.ts";

/**
 * Plans what a cell's text would do, its `Expected:` comments read from the text itself: what runs is what stands on the screen,
 * saved or not. `via` is the command line of a query cell, whose one statement has all the expectations of the query.
 */
export function planCellText(text: string, via: string | undefined, variables: ReadonlySet<string>): CellPlan {
  // Near misses in a comment are shown by the document's own diagnostics; here only what can be read counts.
  const report: Report = () => undefined;
  if (via === undefined) return planCell(text, { variables, expectations: readExpectations(text, "shell", report) });
  const expectations = readExpectations(text, "sql", report).map((expectation) => ({ ...expectation, start: via.length, end: via.length }));
  return planCell(via, { variables, expectations, inputText: text });
}
