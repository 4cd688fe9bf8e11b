import { clockText } from "../run/clockText.ts";
import { formatDuration } from "../run/recoveryClock.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { timeByStep } from "./comparison.ts";
import type { RunSummary } from "./runSummary.ts";

/** One step of a run against its budget. */
export interface StepScore {
  readonly step: string;
  readonly title: string;
  readonly spentMs: number;
  readonly budgetMs: number | undefined;
  readonly isOver: boolean;
  readonly outcome: string;
}

/** A run against its objectives. Budgets warn: a step over its budget fails no drill that recovered in time. */
export interface Score {
  readonly result: "pass" | "fail" | "open" | "ended";
  readonly reasons: readonly string[];
  /** Facts that a reader must not overlook, though they do not decide. */
  readonly warnings: readonly string[];
  readonly steps: readonly StepScore[];
}

/** Scores a run; `document` is the runbook as it is now. */
export function scoreRun(summary: RunSummary, document: RunbookDocument): Score {
  const steps = [...timeByStep(summary)].map(([id, spentMs]) => scoreStep(id, spentMs, summary, document));
  const over = steps.filter(({ isOver }) => isOver);
  return {
    result: resultOf(summary),
    reasons: summary.verdict?.reasons ?? [],
    warnings: [
      ...(summary.verdict?.warnings ?? []),
      ...over.map(({ title, spentMs, budgetMs }) => `${title} took ${formatDuration(spentMs)}, ${formatDuration(spentMs - (budgetMs ?? 0))} over its budget.`),
      ...summary.skipped.map(({ step, reason }) => `${titleOf(step, document)} was skipped: ${reason}`),
      ...summary.overridden.map(({ expected, reason }) => `The expectation ${expected} was not met and was overridden: ${reason}`),
      ...summary.unverified.map((expected) => `Nobody checked: ${expected}`),
    ],
    steps,
  };
}

function resultOf({ verdict }: RunSummary): Score["result"] {
  switch (verdict?.status) {
    case undefined:
      return "open";
    case "passed":
      return "pass";
    case "failed":
      return "fail";
    case "ended":
      return "ended";
  }
}

function scoreStep(id: string, spentMs: number, summary: RunSummary, document: RunbookDocument): StepScore {
  const budgetMs = budgetOf(document.steps.find((step) => step.id === id), document);
  const outcome = summary.visits.findLast((visit) => visit.step === id)?.outcome ?? "not finished";
  return { step: id, title: titleOf(id, document), spentMs, budgetMs, isOver: budgetMs !== undefined && spentMs > budgetMs, outcome };
}

/** An option without a budget of its own has its step's. */
function budgetOf(step: Step | undefined, document: RunbookDocument): number | undefined {
  return step?.budgetMs ?? (step?.kind === "option" ? document.steps[step.parent ?? -1]?.budgetMs : undefined);
}

/** A step's title; its id where the runbook has no such step any more. */
export function titleOf(id: string, document: RunbookDocument): string {
  return id === "" ? "Before the first heading" : (document.steps.find((step) => step.id === id)?.title ?? id);
}

/** `1 h 5 min of data lost, RPO 5 min`; empty where there is nothing to say: no objective, and nothing known. */
export function dataLossWords({ lostMs, rpoMs }: Pick<RunSummary, "lostMs" | "rpoMs">): string {
  if (lostMs === undefined && rpoMs === undefined) return "";
  const lost = lostMs === undefined ? "data lost: unknown" : lostMs === 0 ? "no data lost" : `${formatDuration(lostMs)} of data lost`;
  return `${lost}, ${rpoMs === undefined ? "no RPO" : `RPO ${formatDuration(rpoMs)}`}`;
}

/** `recovered in 08:12, RTO 15:00`. */
export function recoveryWords({ recoveryMs, rtoMs }: Pick<RunSummary, "recoveryMs" | "rtoMs">): string {
  const recovery = recoveryMs === undefined ? "not recovered" : `recovered in ${clockText(recoveryMs)}`;
  return `${recovery}, ${rtoMs === undefined ? "no RTO" : `RTO ${clockText(rtoMs)}`}`;
}
