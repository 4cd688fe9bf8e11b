import { formatDuration } from "../run/recoveryClock.ts";
import type { ClockStatus } from "../protocol.ts";
import type { JournalRecord } from "../run/journalEvent.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { isPersonsDrill, type RunSummary } from "./runSummary.ts";
import { stepVisits, type StepVisit } from "./stepTimes.ts";

/** When a run will have recovered if it goes on as past drills did. */
export interface RecoveryForecast {
  /** Impact to restored, milliseconds. */
  readonly recoveryMs: number;
  /** Beyond the objective, milliseconds; negative is time to spare. `undefined` without an objective. */
  readonly overMs: number | undefined;
  /** The step during which the objective passes; `undefined` where it holds, or is missed only after the last step. */
  readonly lateStep: string | undefined;
  /** Past drills that it rests on. */
  readonly drills: number;
}

/** The run that is forecast. */
export interface RunSoFar {
  readonly impactAt: number;
  readonly now: number;
  readonly rtoMs: number | undefined;
  readonly visits: readonly StepVisit[];
}

/** What a past drill had left to do from the step at which the run stands. */
interface Rest {
  readonly totalMs: number;
  readonly steps: readonly { readonly step: string; readonly ms: number }[];
}

/**
 * Looks at what was left from the present step on in the past drills that came to it, less what has been spent in it already, and
 * takes the drill in the middle. `undefined` where no past drill that recovered came to this step.
 */
export function forecastRecovery(run: RunSoFar, past: readonly RunSummary[]): RecoveryForecast | undefined {
  const elapsedMs = run.now - run.impactAt;
  const current = run.visits.at(-1);
  const spentMs = current === undefined ? elapsedMs : run.now - current.startedAt;
  const rests = past.flatMap((drill) => restFrom(drill, current?.step, spentMs) ?? []).sort((a, b) => a.totalMs - b.totalMs);
  const middle = rests[Math.floor((rests.length - 1) / 2)];
  if (middle === undefined) return undefined;
  const recoveryMs = elapsedMs + middle.totalMs;
  const overMs = run.rtoMs === undefined ? undefined : recoveryMs - run.rtoMs;
  return { recoveryMs, overMs, lateStep: overMs === undefined || overMs <= 0 ? undefined : stepAt(middle, (run.rtoMs ?? 0) - elapsedMs), drills: rests.length };
}

/** `undefined` where the drill did not recover or never came to the step. Without a step the run stands before the first one. */
function restFrom(drill: RunSummary, step: string | undefined, spentMs: number): Rest | undefined {
  const { impactAt, recoveryMs, visits } = drill;
  if (impactAt === undefined || recoveryMs === undefined) return undefined;
  const restoredAt = impactAt + recoveryMs;
  const before: StepVisit = { step: "", startedAt: impactAt, spentMs: Math.max(0, (visits[0]?.startedAt ?? restoredAt) - impactAt), outcome: undefined };
  const way = [before, ...visits].filter((visit) => visit.startedAt < restoredAt);
  const at = step === undefined ? 0 : way.findLastIndex((visit, index) => index > 0 && visit.step === step);
  if (at < 0) return undefined;
  const steps = way.slice(at).map((visit, index) => ({ step: visit.step, ms: Math.max(0, Math.min(visit.spentMs, restoredAt - visit.startedAt) - (index === 0 ? spentMs : 0)) }));
  return { totalMs: steps.reduce((sum, { ms }) => sum + ms, 0), steps };
}

/** The step during which `ms` from now are over; none where they are over already. */
function stepAt(rest: Rest, ms: number): string | undefined {
  if (ms < 0) return undefined;
  let left = ms;
  for (const step of rest.steps) {
    if (left <= step.ms) return step.step === "" ? undefined : step.step;
    left -= step.ms;
  }
  return undefined;
}

/** `at this pace 3 min over, at step 5`, `at this pace 4 min to spare`; `nameOf` words a step's id. `""` without an objective. */
export function recoveryForecastWords(forecast: RecoveryForecast, nameOf: (step: string) => string): string {
  const { overMs, lateStep } = forecast;
  if (overMs === undefined) return `at this pace restored after ${inMinutes(forecast.recoveryMs)}`;
  if (overMs <= 0) return `at this pace ${inMinutes(-overMs)} to spare`;
  return `at this pace ${inMinutes(overMs)} over${lateStep === undefined ? "" : `, at ${nameOf(lateStep)}`}`;
}

/** Whole minutes from two on, since seconds would promise too much and jump about. */
function inMinutes(ms: number): string {
  return formatDuration(ms < 120_000 ? Math.round(ms / 10_000) * 10_000 : Math.round(ms / 60_000) * 60_000);
}

/** `step 5`, `step 3, option a` for ids that come of labels; other ids as words. */
function stepIdWords(id: string): string {
  return id === "" ? "the start" : id.replaceAll("/", ", ").replaceAll("-", " ");
}

/** The forecast of a run that is going on, as text; `""` without an impact, after recovery, and without drills to go by. */
export function forecastText(events: readonly JournalRecord[], clock: ClockStatus, history: readonly RunSummary[], document: Pick<RunbookDocument, "steps"> | undefined): string {
  const forecast = forecastRun(events, clock, history);
  return forecast === undefined ? "" : recoveryForecastWords(forecast, (id) => stepWords(id, document));
}

/** The forecast of a run that is going on, by the drills of people among its runbook's `history`. */
export function forecastRun(events: readonly JournalRecord[], clock: ClockStatus, history: readonly RunSummary[]): RecoveryForecast | undefined {
  if (clock.impactAt === undefined || clock.restoredAt !== undefined) return undefined;
  return forecastRecovery({ impactAt: clock.impactAt, now: clock.now, rtoMs: clock.rtoMs, visits: stepVisits(events) }, history.filter((run) => isPersonsDrill(run)));
}

/** `step 5`, `option B`; a section by its title. */
export function stepWords(id: string, document: Pick<RunbookDocument, "steps"> | undefined): string {
  const step = document?.steps.find((candidate) => candidate.id === id);
  if (step === undefined) return stepIdWords(id);
  if (step.label === undefined) return step.title;
  return `${step.kind === "option" ? "option" : "step"} ${step.label}`;
}
