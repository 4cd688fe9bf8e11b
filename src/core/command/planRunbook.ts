import { RUN_VARIABLES } from "../run/runVariables.ts";
import type { DocumentCell, RunbookDocument } from "../runbook/document.ts";
import type { Surroundings } from "./advice/advise.ts";
import { lastPart } from "./advice/cloud.ts";
import type { StoredNames } from "./advice/view.ts";
import { assignmentsOf } from "./assignments.ts";
import type { Operation } from "./operation.ts";
import type { CellPlan } from "./plan.ts";
import { planCell, type CellContext } from "./planCell.ts";

type Planned = Pick<RunbookDocument, "cells" | "frontMatter"> & Partial<Pick<RunbookDocument, "steps">>;

/**
 * Plans every executable cell of a runbook as it stands in it: parameters have values, and so has what a cell further up assigns;
 * advice sees the cells further up and the step's budget. By index into `document.cells`; `undefined` for prose.
 * `valuesAt` gives the values that are certain before a cell runs, by the cell's index: they are put into the words.
 */
export function planRunbook(document: Planned, valuesAt?: (index: number) => ReadonlyMap<string, string>): readonly (CellPlan | undefined)[] {
  const variables = new Set([...RUN_VARIABLES, ...document.frontMatter.parameters.map((parameter) => parameter.name)]);
  const objects: { readonly written: Set<string>; readonly read: Set<string> } = { written: new Set(), read: new Set() };
  // Names count wherever they stand, also further down: a first pass without surroundings finds them.
  for (const cell of document.cells) collectNames(planDocumentCell(cell, { variables: new Set() }), objects);
  let earlier: Operation[] = [];
  let chapter: number | undefined;
  return document.cells.map((cell, index) => {
    const here = chapterOf(document, cell);
    if (here !== chapter) earlier = [];
    chapter = here;
    const around: Surroundings = { earlier: [...earlier], budgetMs: budgetOf(document, cell), objects };
    const plan = planDocumentCell(cell, { variables, around, ...(valuesAt === undefined ? {} : { values: valuesAt(index) }) });
    for (const { name } of assignmentsOf(cell)) variables.add(name);
    earlier.push(...operationsOf(plan));
    return plan;
  });
}

function planDocumentCell(cell: DocumentCell, context: Omit<CellContext, "expectations" | "inputText">): CellPlan | undefined {
  if (cell.command === undefined) return undefined;
  const { via, commandText, expectations } = cell.command;
  if (cell.kind === "query" && via === undefined) return { statements: [], problems: [] };
  if (via === undefined) return planCell(commandText, { ...context, expectations });
  // The expectations of a query cell stand in its text and belong to its only statement.
  return planCell(via, { ...context, expectations: expectations.map((one) => ({ ...one, start: 0 })), inputText: cell.text });
}

function operationsOf(plan: CellPlan | undefined): readonly Operation[] {
  return plan?.statements.flatMap((statement) => statement.operations.map(({ operation }) => operation)) ?? [];
}

/** Where the chapter of a cell begins: what happened in another scenario says nothing about this one. */
function chapterOf(document: Planned, cell: DocumentCell): number | undefined {
  return document.steps?.findLast((step) => step.level <= 2 && step.start <= cell.start)?.start;
}

/** The budget of a cell's step, or of the step its option belongs to. */
function budgetOf(document: Planned, cell: DocumentCell): number | undefined {
  const step = cell.step === undefined ? undefined : document.steps?.[cell.step];
  return step?.budgetMs ?? (step?.parent === undefined ? undefined : document.steps?.[step.parent]?.budgetMs);
}

function collectNames(plan: CellPlan | undefined, objects: { readonly written: Set<string>; readonly read: Set<string> } & StoredNames): void {
  for (const { tool, verb, positionals } of operationsOf(plan)) {
    const [from = "", to = ""] = positionals;
    if (tool !== "aws" || verb !== "s3 cp") continue;
    if (to.startsWith("s3://")) objects.written.add(to.endsWith("/") ? lastPart(from) : lastPart(to));
    if (from.startsWith("s3://")) objects.read.add(lastPart(from));
  }
}
