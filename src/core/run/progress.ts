import type { CellStatus } from "../protocol.ts";
import { cellReference } from "../runbook/cellName.ts";
import type { Branch, RunbookDocument, Step } from "../runbook/document.ts";
import type { OutcomeStatus } from "./outcome.ts";

/** Where a run stands in its runbook. */
export interface Progress {
  /** The step to work on now; `undefined` when every step is done. */
  readonly current: Step | undefined;
  /** The step after it, where the way is not forked by what the current one comes to. */
  readonly next: Step | undefined;
  /** First cell of the current step that has not been run; an index into `document.cells`. */
  readonly nextCell: number | undefined;
  /** Options of the current step of which one has yet to be taken. */
  readonly openOptions: readonly Step[];
}

/** What progress depends on: cells run, options taken, steps skipped. */
export interface ProgressFacts {
  readonly cells: readonly CellStatus[];
  readonly options: readonly { readonly step: string; readonly option: string }[];
  readonly skipped: readonly string[];
}

type StepState = "succeeded" | "withFindings" | "skipped" | "open";

/**
 * Follows the steps from the first, along the branches that were met: a step whose cells all succeeded follows its "if successful",
 * one that left a finding behind its "if failed", else the next step. Steps without commands are passed over, and so are those
 * before the step whose cell was run last: the person has gone on.
 */
export function followProgress(document: RunbookDocument, facts: ProgressFacts): Progress {
  const steps = document.steps.filter((step) => step.kind === "step" && (commandCells(document, step).length > 0 || optionsOf(document, step).length > 0));
  const visited = new Set<string>();
  const latest = latestStep(document, steps, facts);
  let step = steps[0];
  while (step !== undefined && !visited.has(step.id)) {
    visited.add(step.id);
    const state = stateOf(document, step, facts);
    if (state === "open" && steps.indexOf(step) >= latest) return openProgress(document, steps, step, facts);
    const goal = branchGoal(document, step, facts, state);
    step = goal === undefined ? steps[steps.indexOf(step) + 1] : steps.find((other) => other.id === goal);
  }
  return { current: undefined, next: undefined, nextCell: undefined, openOptions: [] };
}

/** Options of a step, in document order. */
export function optionsOf(document: RunbookDocument, step: Step): readonly Step[] {
  const index = document.steps.indexOf(step);
  return document.steps.filter((other) => other.kind === "option" && other.parent === index);
}

/** The option that was taken of a step. */
export function takenOption(document: RunbookDocument, step: Step, facts: Pick<ProgressFacts, "options">): Step | undefined {
  const taken = facts.options.find((choice) => choice.step === step.id)?.option;
  return document.steps.find((other) => other.id === taken);
}

/** Index of the step whose cell was started last; -1 before the first. */
function latestStep(document: RunbookDocument, steps: readonly Step[], facts: ProgressFacts): number {
  const stepOfCell = new Map(
    steps.flatMap((step, index) => [step, ...optionsOf(document, step)].flatMap((part) => commandCells(document, part)).map((cell) => [cellReference(document, cell).name, index] as const)),
  );
  return facts.cells.flatMap((status) => stepOfCell.get(status.cell.name) ?? []).at(-1) ?? -1;
}

function openProgress(document: RunbookDocument, steps: readonly Step[], step: Step, facts: ProgressFacts): Progress {
  const hasFork = effectiveBranches(document, step, facts).length > 0;
  const options = optionsOf(document, step);
  const isChosen = takenOption(document, step, facts) !== undefined;
  const nextCell = workCells(document, step, facts).find((index) => statusOf(document, index, facts)?.outcome === undefined);
  return { current: step, next: hasFork || (options.length > 0 && !isChosen) ? undefined : steps[steps.indexOf(step) + 1], nextCell, openOptions: isChosen ? [] : options };
}

function stateOf(document: RunbookDocument, step: Step, facts: ProgressFacts): StepState {
  if (facts.skipped.includes(step.id)) return "skipped";
  if (optionsOf(document, step).length > 0 && takenOption(document, step, facts) === undefined) return "open";
  const outcomes = workCells(document, step, facts).map((index) => settledStatus(statusOf(document, index, facts)));
  if (outcomes.every((status) => status === "succeeded")) return "succeeded";
  // A failure stays open until it is run again or the step is skipped; a finding is an answer.
  return outcomes.every((status) => status === "succeeded" || status === "finding") ? "withFindings" : "open";
}

function branchGoal(document: RunbookDocument, step: Step, facts: ProgressFacts, state: StepState): string | undefined {
  if (state === "skipped" || state === "open") return undefined;
  const condition: Branch["condition"] = state === "succeeded" ? "successful" : "failed";
  return effectiveBranches(document, step, facts).find((branch) => branch.condition === condition)?.goal;
}

function effectiveBranches(document: RunbookDocument, step: Step, facts: ProgressFacts): readonly Branch[] {
  return [...(takenOption(document, step, facts)?.branches ?? []), ...step.branches];
}

/** What a cell counts as: one whose failed expectation was overridden is done. */
function settledStatus(cell: CellStatus | undefined): OutcomeStatus | undefined {
  return cell?.override === undefined ? cell?.outcome?.status : "succeeded";
}

/** Cells of a step and of its option that was taken, as indices into `document.cells`, in order. */
export function workCells(document: RunbookDocument, step: Step, facts: ProgressFacts): readonly number[] {
  const option = takenOption(document, step, facts);
  return [...commandCells(document, step), ...(option === undefined ? [] : commandCells(document, option))];
}

/** Indices of the cells of a step that can be run. */
export function commandCells(document: RunbookDocument, step: Step): readonly number[] {
  return step.cells.filter((index) => document.cells[index]?.command !== undefined);
}

/** What became of a cell in this run; `undefined` where it has not been started. */
export function statusOf(document: RunbookDocument, index: number, facts: ProgressFacts): CellStatus | undefined {
  const { name } = cellReference(document, index);
  return facts.cells.find((status) => status.cell.name === name);
}
