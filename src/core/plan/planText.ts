import { describe, severityOf } from "../problem.ts";
import { consequence, engineWords, requestText, RISK_WORDS, riskCounts } from "./callWords.ts";
import { describeTarget, groupByStep } from "./planMarkdown.ts";
import { countRisks, placeText, type PlannedCall, type PlannedCell, type RunbookPlan } from "./runbookPlan.ts";
import { stepFacts, stepHeading } from "./stepWords.ts";

/** The plan for a terminal: one line a call, what it means below it. */
export function planText(plan: RunbookPlan): string {
  const { document } = plan;
  const { frontMatter } = document;
  return [
    `Plan: ${frontMatter.title ?? "runbook"}`, `${riskCounts(countRisks(plan))}; nothing has been run`, "",
    ...frontMatter.targets.map((target) => `  ${target.alias} (${target.name}): ${describeTarget(target)}`),
    ...frontMatter.parameters.map(({ name, type, default: standard }) => `  ${name} = ${type === "secret" ? "(asked for, hidden)" : (standard ?? "(asked for at the start)")}`),
    ...groupByStep(plan.cells).flatMap(({ step, cells }) => {
      const facts = step === undefined ? [] : stepFacts(document, step);
      return ["", step === undefined ? "Before the first heading" : stepHeading(document, step), ...facts.map((fact) => `  ${fact}`), ...cells.flatMap(cellLines)];
    }),
    "",
  ].join("\n");
}

function cellLines(cell: PlannedCell): readonly string[] {
  const errors = cell.problems.filter((problem) => severityOf(problem) === "error").map((problem) => `    does not run as it is: ${describe(problem)}`);
  return [`  ${cell.name}`, ...errors, ...cell.calls.flatMap(callLines)];
}

function callLines(call: PlannedCall): readonly string[] {
  return call.resolved.flatMap((one, index) => {
    const { operation } = one;
    const place = [placeText(operation, call.target), engineWords(operation.engine, operation.tool)].filter((part) => part !== "").join("; ");
    const more = consequence(operation);
    const request = requestText(one).replaceAll("\n", "\n            ");
    return [`    ${RISK_WORDS[operation.risk].padEnd(7)} ${index === 0 ? "" : "or: "}${request}`, `            → ${place}`, ...(more === "" ? [] : [`            ${more}`])];
  });
}
