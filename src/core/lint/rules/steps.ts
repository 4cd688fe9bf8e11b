import type { StatementPlan } from "../../command/plan.ts";
import { enclosingOf } from "../../runbook/budget.ts";
import type { Step } from "../../runbook/document.ts";
import { shortText, worstOperation, type CellStatement, type LintFacts, type LintRule } from "../facts.ts";
import { headingPlace } from "./paths.ts";
import { frontMatterPlace } from "./people.ts";

/** Words that say how a change is taken back, or that it cannot be. */
const WAY_BACK = /\b(?:(?:take|taking|taken|go|going|put|switch|fail)(?: \w+){0,3}[ -]back|(?:roll(?:ed|s|ing)?|fail)[ -]?back|(?:no|only|the) way back|undo(?:ne|es)?|revert(?:s|ed|ing)?|reversible|irreversible|cannot be (?:taken back|undone)|former value)\b/i;
const ROLLBACK_TITLE = /\b(?:roll[ -]?back|fail[ -]?back|way back|undo|revert)/i;

/** What every step owes: a time budget, a sign that it worked, and the way back from what it changes. */
export const checkSteps: LintRule = (facts, report) => {
  const { steps } = facts.document;
  const around = enclosingOf(steps);
  for (const [index, step] of steps.entries()) {
    const own = facts.statements.filter(({ cell }) => facts.document.cells[cell]?.step === index);
    if (step.kind === "section" || own.length === 0) continue;
    const place = headingPlace(facts, index);
    const name = { step: step.title };
    // The budget of a step counts for its options, and the other way round.
    const hasBudget = step.budgetMs !== undefined || parentBudget(steps, step) !== undefined;
    if (!hasBudget) report("budget-missing", place.start, place.end, name);
    if (own.every(({ statement }) => statement.expectations.length === 0)) report("expectation-missing", place.start, place.end, name);
    const change = own.find(({ statement }) => isChangeWithoutWayBack(statement));
    if (change === undefined || saysWayBack(facts, index, around)) continue;
    const { cell, statement } = change;
    const worst = worstOperation(statement);
    report("rollback-missing", facts.place(cell, worst?.start ?? statement.start), facts.place(cell, worst?.end ?? statement.end), { ...name, command: shortText(statement) });
  }
};

/** `5. **Update DNS**` after items that are steps by their budgets: meant as a step, and missing in every total. */
export const checkListSteps: LintRule = ({ document, prose }, report) => {
  const { steps, source } = document;
  const listSteps = steps.filter((step) => /^\s*\d+[.)]\s/.test(source.slice(step.start, step.end)) && step.budgetMs !== undefined);
  for (const { text, start } of prose) {
    const item = /^\s*\d+[.)]\s+\*\*(.+?)\*\*/.exec(text);
    const end = start + text.trimEnd().length;
    if (item === null || steps.some((step) => step.start >= start && step.start <= end)) continue;
    const before = steps.findLast((step) => step.start < start);
    if (before !== undefined && listSteps.includes(before)) report("budget-missing", start + text.length - text.trimStart().length, end, { step: item[1] ?? "" });
  }
};

function parentBudget(steps: readonly Step[], step: Step): number | undefined {
  return step.parent === undefined ? undefined : steps[step.parent]?.budgetMs;
}

/** The gate shows the undo that the schema knows; for anything else the runbook has to say it. */
function isChangeWithoutWayBack(statement: StatementPlan): boolean {
  return statement.operations.some(({ operation }) => (operation.risk === "change" || operation.risk === "destroy") && operation.undo === undefined);
}

/** The step's own words, those of the step its option belongs to, or a section on rolling back in what stands around it. */
function saysWayBack({ document }: LintFacts, index: number, around: readonly (number | undefined)[]): boolean {
  const { steps, cells } = document;
  const words = [index, steps[index]?.parent].flatMap((step) => (step === undefined ? [] : (steps[step]?.cells ?? []))).map((cell) => cells[cell]?.text ?? "");
  if (words.some((text) => WAY_BACK.test(text))) return true;
  const ancestors = new Set<number | undefined>([undefined]);
  for (let outer = around[index]; outer !== undefined; outer = around[outer]) ancestors.add(outer);
  return steps.some((step, at) => step.kind === "section" && ROLLBACK_TITLE.test(step.title) && ancestors.has(around[at]));
}

/**
 * What recovers something has to say what "recovered" means. A runbook that only reads, and that no objective or fault makes a recovery,
 * restores nothing: it needs none.
 */
export const checkVerification: LintRule = ({ document, statements, context }, report) => {
  const { verification, rtoMs, drillFault, drillCases } = document.frontMatter;
  if (!context.isRunbook || verification.length > 0 || statements.length === 0) return;
  const change = statements.find(({ statement }) => statement.risk === "change" || statement.risk === "destroy");
  if (change === undefined && rtoMs === undefined && drillFault === undefined && drillCases.length === 0) return;
  const place = frontMatterPlace(document.source, "verification");
  report("verification-missing", place.start, place.end, { reason: change === undefined ? "This runbook has an objective or a drill" : `This runbook changes something (${shortText(change.statement)})` });
};

/** After what destroys, something has to look: in the same step, or in the next one. */
export const checkDestruction: LintRule = (facts, report) => {
  for (const [at, { cell, statement }] of facts.statements.entries()) {
    if (statement.risk !== "destroy" || isChecked(statement)) continue;
    const limit = nextSteps(facts, cell);
    const later = facts.statements.slice(at + 1).filter((other) => limit(other));
    if (later.some((other) => isChecked(other.statement) || waits(other.statement))) continue;
    const worst = worstOperation(statement);
    report("destruction-unverified", facts.place(cell, worst?.start ?? statement.start), facts.place(cell, worst?.end ?? statement.end), { command: shortText(statement), why: worst?.operation.why ?? "it destroys" });
  }
};

/** Statements of the cell's own step, and of the next one that has any. */
function nextSteps({ document, statements }: LintFacts, cell: number): (statement: CellStatement) => boolean {
  const own = document.cells[cell]?.step;
  const next = statements.find((other) => other.cell > cell && document.cells[other.cell]?.step !== own);
  const following = next === undefined ? undefined : document.cells[next.cell]?.step;
  return (statement) => [own, following].includes(document.cells[statement.cell]?.step);
}

function isChecked(statement: StatementPlan): boolean {
  return statement.expectations.length > 0;
}

function waits(statement: StatementPlan): boolean {
  return statement.risk === "read" && statement.operations.some(({ operation }) => operation.waits);
}
