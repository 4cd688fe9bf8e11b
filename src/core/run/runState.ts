import type { CellStatus, ChecklistTick, ClockStatus, RunStatus } from "../protocol.ts";
import { acknowledgeBy } from "./acknowledgement.ts";
import type { CellReference, ClockMark, JournalRecord, PinnedTarget, RunMode, RunVerdict, WholeOutput } from "./journalEvent.ts";
import type { Outcome } from "./outcome.ts";
import { wholeOutputsOf } from "./wholeOutputText.ts";

/** Greens in a row of the verification that make a run "restored". */
export const GREENS_NEEDED = 3;

/** Everything that is known about a run; a reduction of its journal and of nothing else. */
export interface RunState {
  readonly run: string;
  readonly mode: RunMode;
  readonly runbookPath: string;
  readonly title: string;
  readonly driver: string;
  /** Who decides; `undefined` until somebody is named. */
  readonly commander: string | undefined;
  /** When the last update was prepared. */
  readonly messagedAt: number | undefined;
  /** Newest data after the recovery; `undefined` without evidence. */
  readonly recoveryPointAt: number | undefined;
  /** Newest recovery point that a backup showed. */
  readonly newestPointAt: number | undefined;
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  readonly rate: number;
  readonly targets: readonly PinnedTarget[];
  readonly startedAt: number;
  readonly acknowledgeWithinMs: number | undefined;
  readonly impactAt: number | undefined;
  readonly detectedAt: number | undefined;
  readonly acknowledgedAt: number | undefined;
  readonly restoredAt: number | undefined;
  /** Who says so; `undefined` while it is not restored. */
  readonly restoredBy: "person" | "machine" | undefined;
  readonly greens: number;
  /** The verification is being watched: from its first check to the end of the run. */
  readonly isWatched: boolean;
  readonly cells: readonly CellStatus[];
  readonly options: readonly { readonly step: string; readonly option: string }[];
  /** Ids of the steps that were skipped. */
  readonly skipped: readonly string[];
  /** Checklist items that are ticked now. */
  readonly ticked: readonly ChecklistTick[];
  readonly faults: readonly string[];
  readonly ended: RunVerdict | undefined;
  readonly head: string;
  /** Executions that started and whose outcome is not in the journal. */
  readonly open: readonly string[];
}

const EMPTY: RunState = {
  run: "", mode: "incident", runbookPath: "", title: "", driver: "", commander: undefined, messagedAt: undefined, recoveryPointAt: undefined, newestPointAt: undefined, rtoMs: undefined, rpoMs: undefined, rate: 1,
  targets: [], startedAt: 0, acknowledgeWithinMs: undefined, impactAt: undefined, detectedAt: undefined, acknowledgedAt: undefined, restoredAt: undefined, restoredBy: undefined, greens: 0, isWatched: false, cells: [], options: [], skipped: [], ticked: [], faults: [], ended: undefined, head: "", open: [],
};

/** The state after all records. */
export function reduceJournal(records: readonly JournalRecord[]): RunState {
  return records.reduce(applyRecord, EMPTY);
}

/** The state after one more record. */
export function applyRecord(state: RunState, record: JournalRecord): RunState {
  return { ...applyEvent(state, record), head: record.hash };
}

function applyEvent(state: RunState, record: JournalRecord): RunState {
  switch (record.type) {
    case "runStarted":
      return {
        ...state, run: record.run, mode: record.mode, runbookPath: record.runbook.path, title: record.runbook.title, driver: record.driver,
        rtoMs: record.rtoMs, rpoMs: record.rpoMs, rate: record.rate, startedAt: record.at, acknowledgeWithinMs: record.acknowledgeWithinMs,
      };
    case "targetPinned":
      return { ...state, targets: [...state.targets.filter((target) => target.name !== record.target.name), record.target] };
    case "clockMarked":
      return markClock(state, record.mark, record.markedAt, record.by);
    case "faultInjected":
      return { ...state, faults: [...state.faults, record.fault] };
    case "cellStarted":
      return { ...withCell(state, record.execution, record.cell, newCell(record.cell, record.execution)), open: [...state.open, record.execution] };
    case "statementOutcome":
      return withWhole(state, record.execution, wholeOutputsOf(record));
    case "expectationChecked":
      return changeCell(state, record.execution, (cell) => ({
        ...cell,
        expectations: [...cell.expectations, { statement: record.statement, expected: record.expected, actual: record.actual, result: record.result }],
      }));
    case "expectationOverridden":
      return changeCell(state, record.execution, (cell) => ({ ...cell, override: { reason: record.reason, by: record.by } }));
    case "cellOutcome":
      return closeExecution(state, record.execution, record.outcome);
    case "resumed":
      return record.interrupted.reduce((current, execution) => closeExecution(withWhole(current, execution, wholeOutputsOf(record)), execution, unknownOutcome(record)), state);
    case "optionTaken":
      return { ...state, options: [...state.options.filter((taken) => taken.step !== record.step), { step: record.step, option: record.option }] };
    case "stepSkipped":
      return { ...state, skipped: [...state.skipped, record.step] };
    case "checklistTicked":
      return { ...state, ticked: [...state.ticked.filter(({ step, item }) => step !== record.step || item !== record.item), ...(record.ticked ? [{ step: record.step, item: record.item }] : [])] };
    case "verificationChecked":
      return { ...state, greens: record.consecutive, isWatched: true };
    case "driverTaken":
      return { ...state, driver: record.driver };
    case "commanderNamed":
      return { ...state, commander: record.name };
    case "messagePrepared":
      return { ...state, messagedAt: record.at };
    case "recoveryPointMarked":
      return { ...state, recoveryPointAt: record.pointAt };
    case "recoveryPointFound":
      return { ...state, newestPointAt: record.pointAt };
    case "runEnded":
      return { ...state, ended: record.verdict, isWatched: false };
    case "targetDrifted":
    case "gateAsked":
    case "gateAnswered":
    case "statementIntent":
    case "noteAdded":
    case "escalated":
    case "recordingGap":
    case "worldRestarted":
      return state;
  }
}

function markClock(state: RunState, mark: ClockMark, at: number, by: "person" | "machine"): RunState {
  if (mark === "impact") return { ...state, impactAt: at };
  if (mark === "detected") return { ...state, detectedAt: at };
  if (mark === "acknowledged") return { ...state, acknowledgedAt: at };
  if (mark === "restored") return { ...state, restoredAt: at, restoredBy: by };
  if (mark === "reopened") return { ...state, restoredAt: undefined, restoredBy: undefined, greens: 0 };
  return state;
}

function newCell(cell: CellReference, execution: string): CellStatus {
  return { cell, execution, outcome: undefined, expectations: [], whole: [] };
}

/** A cell shows its last execution only: an earlier one of the same name gives way. */
function withCell(state: RunState, execution: string, cell: CellReference, status: CellStatus): RunState {
  return { ...state, cells: [...state.cells.filter((other) => other.cell.name !== cell.name && other.execution !== execution), status] };
}

function changeCell(state: RunState, execution: string, change: (cell: CellStatus) => CellStatus): RunState {
  return { ...state, cells: state.cells.map((cell) => (cell.execution === execution ? change(cell) : cell)) };
}

function withWhole(state: RunState, execution: string, whole: readonly WholeOutput[]): RunState {
  return whole.length === 0 ? state : changeCell(state, execution, (cell) => ({ ...cell, whole: [...cell.whole, ...whole] }));
}

function closeExecution(state: RunState, execution: string, outcome: Outcome): RunState {
  const closed = changeCell(state, execution, (cell) => ({ ...cell, outcome }));
  return { ...closed, open: closed.open.filter((open) => open !== execution) };
}

function unknownOutcome(record: { readonly at: number; readonly reason: string }): Outcome {
  return {
    status: "unknown", exitCode: undefined, reason: "unknown", startedAt: record.at, endedAt: record.at,
    message: `The end of this cell was not seen (${record.reason}): verify its effect before you repeat it.`,
  };
}

/** The clock as the screen shows it. */
export function clockStatus(state: RunState, now: number): ClockStatus {
  return {
    now, rate: state.rate, impactAt: state.impactAt, restoredAt: state.restoredAt, rtoMs: state.rtoMs, rpoMs: state.rpoMs,
    acknowledgedAt: state.acknowledgedAt, acknowledgeBy: acknowledgeBy(state), newestPointAt: state.newestPointAt, greens: state.greens, greensNeeded: GREENS_NEEDED,
  };
}

/** What a front is told. `unwritten` counts the events that are in memory only. */
export function runStatus(state: RunState, now: number, unwritten: number): RunStatus {
  return {
    run: state.run, mode: state.mode, runbookPath: state.runbookPath, title: state.title, driver: state.driver, commander: state.commander, messagedAt: state.messagedAt, targets: state.targets,
    clock: clockStatus(state, now), cells: state.cells, options: state.options, skipped: state.skipped, ticked: state.ticked, ended: state.ended, head: state.head, unwritten,
  };
}

/** Data lost: from the recovery point to the impact, milliseconds; `undefined` where either is not known. Never negative. */
export function achievedRpoMs(state: Pick<RunState, "impactAt" | "recoveryPointAt">): number | undefined {
  return state.impactAt === undefined || state.recoveryPointAt === undefined ? undefined : Math.max(0, state.impactAt - state.recoveryPointAt);
}
