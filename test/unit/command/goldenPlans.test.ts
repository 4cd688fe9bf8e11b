import { readdirSync, readFileSync } from "node:fs";
import type { Operation } from "../../../src/core/command/operation.ts";
import type { CellPlan } from "../../../src/core/command/plan.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { describe as wordsOf, severityOf } from "../../../src/core/problem.ts";
import { assertGolden } from "./golden.ts";

const folder = new URL("../../golden/plans/", import.meta.url);

describe("plans of the seed runbook's cells", () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".sh"))) {
    it(name, () => {
      const text = readFileSync(new URL(name, folder), "utf8").replace(/\n$/, "");
      const at = text.indexOf("# Expected");
      const expectations = at < 0 ? [] : [{ kind: "manual", text: "x", start: at, end: at + 10 } as const];
      const plan = planCell(text, { variables: new Set(), expectations });
      assertGolden(new URL(name.replace(/\.sh$/, ".plan"), folder), show(plan, text));
    });
  }
});

function show(plan: CellPlan, text: string): string {
  const statements = plan.statements.map((statement) => {
    const operations = statement.operations.map((planned) => `  ${showOperation(planned.operation)}${planned.unresolved.length > 0 ? `\n    unresolved: ${planned.unresolved.join(" ")}` : ""}`);
    const expected = statement.expectations.length > 0 ? [`  expectations: ${statement.expectations.length}`] : [];
    return [`[${statement.start}-${statement.end}] ${statement.risk}: ${JSON.stringify(statement.text)}`, ...operations, ...expected].join("\n");
  });
  const problems = plan.problems.map((problem) => {
    const fix = problem.fix === undefined ? "" : `\n  fix: ${problem.fix.title}: ${JSON.stringify(problem.fix.text)}`;
    return `${severityOf(problem)} ${problem.code} [${problem.start}-${problem.end}] ${JSON.stringify(text.slice(problem.start, problem.end))}\n  ${wordsOf(problem)}${fix}`;
  });
  return `${[...statements, ...problems].join("\n")}\n`;
}

function showOperation(operation: Operation): string {
  const lines = [
    `${operation.tool} ${operation.verb}`.trim() + ` (${operation.engine}, ${operation.risk}: ${operation.why})`,
    `argv: ${JSON.stringify(operation.argv)}`,
    `flags: ${JSON.stringify(operation.flags)} positionals: ${JSON.stringify(operation.positionals)}`,
    ...(operation.destination === undefined ? [] : [`destination: ${JSON.stringify(operation.destination)}`]),
    ...(operation.undo === undefined ? [] : [`undo: ${operation.undo}`]),
    ...(operation.waits ? ["waits"] : []),
    ...(operation.inner === undefined ? [] : [`inner: ${showOperation(operation.inner).replaceAll("\n", "\n  ")}`]),
  ];
  return lines.join("\n    ");
}
