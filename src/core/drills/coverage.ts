import { commandCells } from "../run/progress.ts";
import type { Branch, RunbookDocument, Step } from "../runbook/document.ts";
import { isProof, type RunSummary } from "./runSummary.ts";

/** What of a runbook no drill has come to. */
export interface Uncovered {
  /** Steps with commands, options left out. */
  readonly steps: readonly Step[];
  readonly options: readonly Step[];
  readonly branches: readonly { readonly owner: Step; readonly branch: Branch }[];
}

/** What none of these runs has exercised. A branch is exercised when the step that it leads to was worked on right after its own. */
export function uncovered(document: RunbookDocument, runs: readonly RunSummary[]): Uncovered {
  const visited = new Set(runs.flatMap((run) => [...run.visits.map(({ step }) => step), ...run.options]));
  const moves = new Set(runs.flatMap((run) => run.visits.flatMap((visit, index) => {
    const next = run.visits[index + 1];
    return next === undefined ? [] : [moveKey(visit.step, next.step)];
  })));
  const { steps } = document;
  return {
    steps: steps.filter((step) => step.kind === "step" && commandCells(document, step).length > 0 && !visited.has(step.id)),
    options: steps.filter((step) => step.kind === "option" && !visited.has(step.id)),
    branches: steps.flatMap((owner) => owner.branches.filter(({ goal }) => goal !== undefined && !isExercised(owner, goal, steps, moves)).map((branch) => ({ owner, branch }))),
  };
}

/** True where some run went from the branch's step, or an option of it, to its goal, or an option of that. */
function isExercised(owner: Step, goal: string, steps: readonly Step[], moves: ReadonlySet<string>): boolean {
  const from = withOptions(owner.id, steps);
  const to = withOptions(goal, steps);
  return from.some((a) => to.some((b) => moves.has(moveKey(a, b))));
}

function withOptions(id: string, steps: readonly Step[]): readonly string[] {
  const index = steps.findIndex((step) => step.id === id);
  return [id, ...steps.flatMap((step) => (step.kind === "option" && step.parent === index ? [step.id] : []))];
}

function moveKey(from: string, to: string): string {
  return `${from}\n${to}`;
}

/** When a runbook was last proven, and what of it never was. */
export interface Staleness {
  /** The latest proof; `undefined` where there is none. */
  readonly proof: RunSummary | undefined;
  readonly ageMs: number | undefined;
  readonly neverExercised: Uncovered;
}

/** The staleness of a runbook at `now` (real time) by the history of its runs. */
export function staleness(document: RunbookDocument, history: readonly RunSummary[], now: number): Staleness {
  const proofs = history.filter((run) => isProof(run)).sort((a, b) => a.startedAt - b.startedAt);
  const proof = proofs.at(-1);
  return { proof, ageMs: proof === undefined ? undefined : now - proof.startedAt, neverExercised: uncovered(document, proofs) };
}

const DAY_MS = 86_400_000;

/** `last proven 143 days ago, 2 steps never exercised`. */
export function stalenessWords({ ageMs, neverExercised }: Staleness): string {
  if (ageMs === undefined) return "never proven by a drill";
  const missing = [countWords(neverExercised.steps.length, "step"), countWords(neverExercised.options.length, "option")].filter((words) => words !== "");
  return `last ${ageWords(ageMs)}${missing.length === 0 ? "" : `, ${missing.join(" and ")} never exercised`}`;
}

/** `proven 143 days ago`, `never proven`: for where there is little room. */
export function provenWords({ ageMs }: Staleness): string {
  return ageMs === undefined ? "never proven" : ageWords(ageMs);
}

function ageWords(ageMs: number): string {
  const days = Math.floor(ageMs / DAY_MS);
  return `proven ${days === 0 ? "today" : days === 1 ? "yesterday" : `${String(days)} days ago`}`;
}

function countWords(count: number, noun: string): string {
  return count === 0 ? "" : `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
