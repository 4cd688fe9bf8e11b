import { faultText, type FaultSpec } from "../runbook/drillCase.ts";
import { verifyChain } from "../run/chain.ts";
import type { JournalRecord, RunMode, RunVerdict } from "../run/journalEvent.ts";
import { achievedRpoMs, reduceJournal } from "../run/runState.ts";
import { stepVisits, type StepVisit } from "./stepTimes.ts";

/** What history keeps of one run: a reduction of its journal. */
export interface RunSummary {
  readonly run: string;
  readonly mode: RunMode;
  /** Identity of the runbook over time: its `id`, or its path where it has none. */
  readonly runbook: string;
  readonly runbookPath: string;
  readonly title: string;
  readonly driver: string;
  /** Real time, epoch milliseconds. The run's own times may be those of a fast clock. */
  readonly startedAt: number;
  /** World time per real time. */
  readonly rate: number;
  readonly isUnattended: boolean;
  readonly faults: readonly InjectedFault[];
  readonly impactAt: number | undefined;
  /** Impact to restored in the run's time, milliseconds. */
  readonly recoveryMs: number | undefined;
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  /** Real time of its end; `undefined` while the run is open. */
  readonly endedAt: number | undefined;
  /** Names of the templates from which messages were sent or written. */
  readonly messages: readonly string[];
  /** Data lost, from the recovery point to the impact, milliseconds; `undefined` where nobody knows. */
  readonly lostMs: number | undefined;
  /** Impact to the end of the run where service was not restored by then; `undefined` otherwise. */
  readonly unrestoredMs: number | undefined;
  readonly visits: readonly StepVisit[];
  readonly skipped: readonly { readonly step: string; readonly reason: string }[];
  /** Expectations that were not met and that a person overrode. */
  readonly overridden: readonly { readonly expected: string; readonly reason: string }[];
  readonly options: readonly string[];
  /** Expectations that nobody and nothing has checked. */
  readonly unverified: readonly string[];
  /** `undefined` while the run is open. */
  readonly verdict: RunVerdict | undefined;
}

export interface InjectedFault extends FaultSpec {
  readonly announced: boolean;
  /** Whether the runbook named it, then, as a fault that it is for. */
  readonly isOwn: boolean;
  /** Whether the drill began with it: before the first cell ran. */
  readonly isAtStart: boolean;
}

/** Summary of a run, or why its journal tells nothing that can be relied on. */
export type ReadRun = { readonly kind: "run"; readonly summary: RunSummary } | { readonly kind: "unreadable"; readonly reason: string };

/** A run whose journal tells nothing that can be relied on. */
export interface UnreadableRun {
  readonly run: string;
  readonly path: string;
  readonly reason: string;
}

/** All runs that are on record, oldest first. */
export interface RunHistory {
  readonly runs: readonly RunSummary[];
  readonly unreadable: readonly UnreadableRun[];
}

/** Reduces a journal. One whose chain is broken, or that never began, is unreadable: nothing is guessed from the rest of it. */
export function summariseRun(records: readonly JournalRecord[]): ReadRun {
  const fault = verifyChain(records);
  if (fault !== undefined) return { kind: "unreadable", reason: fault.message };
  const started = records[0];
  if (started?.type !== "runStarted") return { kind: "unreadable", reason: "The journal does not begin with the start of a run." };
  const state = reduceJournal(records);
  const ran = records.findIndex((record) => record.type === "cellStarted");
  const firstCell = ran < 0 ? records.length : ran;
  const end = records.findLast((record) => record.type === "runEnded");
  const clockMs = state.impactAt === undefined || state.restoredAt === undefined ? undefined : state.restoredAt - state.impactAt;
  // What was judged goes before what the clock said: a clock that stopped over a fault that still stood is no recovery.
  const recoveryMs = state.ended === undefined ? clockMs : state.ended.recoveryMs;
  return {
    kind: "run",
    summary: {
      run: started.run, mode: started.mode, runbook: started.runbook.id === "" ? started.runbook.path : started.runbook.id, runbookPath: started.runbook.path, title: started.runbook.title,
      driver: state.driver, startedAt: started.wall, rate: started.rate, isUnattended: started.unattended,
      faults: records.flatMap((record, index) => (record.type === "faultInjected" ? [{ fault: record.fault, parameters: record.parameters ?? {}, announced: record.announced, isOwn: record.isOwn === true, isAtStart: index < firstCell }] : [])),
      impactAt: state.impactAt, recoveryMs, rtoMs: state.rtoMs, rpoMs: state.rpoMs, lostMs: achievedRpoMs(state), endedAt: end?.wall,
      messages: records.flatMap((record) => (record.type === "messagePrepared" ? [record.template] : [])),
      unrestoredMs: recoveryMs !== undefined || state.impactAt === undefined || end === undefined ? undefined : end.at - state.impactAt,
      visits: stepVisits(records),
      skipped: records.flatMap((record) => (record.type === "stepSkipped" ? [{ step: record.step, reason: record.reason }] : [])),
      overridden: records.flatMap((record) => (record.type === "expectationOverridden" ? [{ expected: record.expected, reason: record.reason }] : [])),
      options: state.options.map(({ option }) => option),
      unverified: state.cells.flatMap(({ expectations }) => expectations.flatMap(({ expected, result }) => (result === "unverified" ? [expected] : []))),
      verdict: state.ended,
    },
  };
}

/** True for a drill that a person went through in real time to its end: only such ones say how long people take. */
export function isPersonsDrill(summary: RunSummary): boolean {
  return summary.mode === "drill" && summary.rate === 1 && !summary.isUnattended && summary.verdict !== undefined;
}

/** True for a drill that proves the runbook: by a person, in real time, passed, of a fault that the runbook is for, with no more data lost than its objective allows. */
export function isProof(summary: RunSummary): boolean {
  return isPersonsDrill(summary) && summary.verdict?.status === "passed" && summary.faults.some(({ isOwn }) => isOwn) && !isRpoMissed(summary);
}

/** True where more data was lost than the objective allows. */
export function isRpoMissed({ rpoMs, lostMs }: Pick<RunSummary, "rpoMs" | "lostMs">): boolean {
  return rpoMs !== undefined && lostMs !== undefined && lostMs > rpoMs;
}

/** The faults of a drill as one text, for finding drills of the same scenario. */
export function faultsOf(summary: RunSummary): string {
  return summary.faults.map((spec) => faultText(spec)).sort().join(" + ");
}
