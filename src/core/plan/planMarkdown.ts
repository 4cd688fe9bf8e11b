import { describe, severityOf } from "../problem.ts";
import type { Step, TargetSpec } from "../runbook/document.ts";
import { consequence, engineWords, requestText, RISK_WORDS, riskCounts } from "./callWords.ts";
import { codeCell, textCell } from "./markdownCell.ts";
import { countRisks, placeText, type PlannedCall, type PlannedCell, type RunbookPlan } from "./runbookPlan.ts";
import { stepFacts, stepHeading } from "./stepWords.ts";

/** The plan as a Markdown document: each step, option and section with what its cells would do. */
export function planMarkdown(plan: RunbookPlan): string {
  const { document } = plan;
  const { frontMatter } = document;
  const variables = frontMatter.parameters.length === 0 ? [] : ["## Parameters", "", "| Name | Value | Meaning |", "| --- | --- | --- |", ...frontMatter.parameters.map(({ name, type, default: standard, description }) => `| ${codeCell(name)} | ${type === "secret" ? "asked for, hidden" : standard === undefined ? "asked for at the start" : codeCell(standard)} | ${textCell(description ?? "")} |`), ""];
  return [
    `# Plan: ${frontMatter.title ?? "runbook"}`, "",
    `What this runbook would do, every option and branch of it: ${riskCounts(countRisks(plan))}. Nothing has been run. Reads run at once; everything else asks first.`, "",
    ...targetLines(frontMatter.targets),
    ...variables,
    ...groupByStep(plan.cells).flatMap((group) => stepLines(plan, group)),
  ].join("\n");
}

function targetLines(targets: readonly TargetSpec[]): readonly string[] {
  if (targets.length === 0) return ["The runbook names no targets: nothing in it can change anything.", ""];
  return ["## Targets", "", "| Alias | Name | Where |", "| --- | --- | --- |", ...targets.map((target) => `| ${textCell(target.alias)} | ${textCell(target.name)} | ${textCell(describeTarget(target))} |`), ""];
}

/** What a target is, in words. */
export function describeTarget(target: TargetSpec): string {
  switch (target.kind) {
    case "kubernetes":
      return `Kubernetes context ${target.context ?? "that is current"}, namespace ${target.namespace ?? "of the context"}`;
    case "aws":
      return `AWS profile ${target.profile ?? "default"}${target.region === undefined ? "" : `, ${target.region}`}${target.account === undefined ? "" : `, account ${target.account}`}${target.buckets.length === 0 ? "" : `, buckets ${target.buckets.join(", ")}`}`;
    case "http":
      return target.url;
  }
}

interface StepGroup {
  readonly step: Step | undefined;
  readonly cells: readonly PlannedCell[];
}

/** Cells of one step that follow each other, in document order. */
export function groupByStep(cells: readonly PlannedCell[]): readonly StepGroup[] {
  const groups: { readonly step: Step | undefined; readonly cells: PlannedCell[] }[] = [];
  for (const cell of cells) {
    const last = groups.at(-1);
    if (last !== undefined && last.step === cell.step) last.cells.push(cell);
    else groups.push({ step: cell.step, cells: [cell] });
  }
  return groups;
}

function stepLines(plan: RunbookPlan, { step, cells }: StepGroup): readonly string[] {
  const facts = step === undefined ? [] : stepFacts(plan.document, step);
  return [`## ${step === undefined ? "Before the first heading" : stepHeading(plan.document, step)}`, "", ...(facts.length === 0 ? [] : [facts.join(" "), ""]), ...cells.flatMap(cellLines)];
}

function cellLines(cell: PlannedCell): readonly string[] {
  const errors = cell.problems.filter((problem) => severityOf(problem) === "error").map((problem) => `> **This cell does not run as it is:** ${describe(problem)}`);
  return [`**${cell.name}**`, "", ...errors.flatMap((line) => [line, ""]), "| Risk | Request | Target | Where it runs | Why, and the way back |", "| --- | --- | --- | --- | --- |", ...cell.calls.flatMap((call) => callRows(call)), ""];
}

function callRows(call: PlannedCall): readonly string[] {
  return call.resolved.map((one, index) => {
    const { operation } = one;
    const or = index === 0 ? "" : "or: ";
    const risk = operation.risk === "read" ? RISK_WORDS.read : `**${RISK_WORDS[operation.risk]}**`;
    return `| ${risk} | ${or}${codeCell(requestText(one))} | ${textCell(placeText(operation, call.target))} | ${engineWords(operation.engine, operation.tool)} | ${textCell(consequence(operation))} |`;
  });
}
