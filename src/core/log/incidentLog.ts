import { acknowledgedText } from "../run/acknowledgement.ts";
import { clockText } from "../run/clockText.ts";
import { describeEvent, type TimelineEntry } from "../run/eventText.ts";
import type { JournalEvent, JournalRecord, RunMode, RunVerdict, WholeOutput, WrittenFile } from "../run/journalEvent.ts";
import type { OutcomeStatus } from "../run/outcome.ts";
import { runKind } from "../run/runKind.ts";
import { achievedRpoMs, reduceJournal, type RunState } from "../run/runState.ts";
import { isUnpinned } from "../run/targets.ts";
import { wholeOutputsOf } from "../run/wholeOutputText.ts";
import type { RunbookDocument } from "../runbook/document.ts";

/**
 * The incident log: who did what, where, when and what came of it. It is made of the journal alone; Markdown, HTML and JSON are
 * printed from it. Times are epoch milliseconds of the run's clock.
 */
export interface IncidentLog {
  readonly mode: RunMode;
  /** `Incident log: TITLE` or `Drill log: TITLE`. */
  readonly title: string;
  readonly run: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly impactAt: number | undefined;
  readonly restoredAt: number | undefined;
  readonly rtoMs: number | undefined;
  readonly timeline: readonly TimelineRow[];
  readonly executions: readonly ExecutionLog[];
  /** How many records the journal has, and the hash of the last: a cut tail shows by it. */
  readonly records: number;
  readonly head: string;
}

export interface TimelineRow {
  readonly at: number;
  readonly icon: TimelineEntry["icon"];
  readonly text: string;
}

/** One execution of a cell. */
export interface ExecutionLog {
  readonly cell: string;
  /** Title of its step; `undefined` before the first one, or when the runbook has it no more. */
  readonly step: string | undefined;
  readonly language: string;
  readonly text: string;
  readonly startedAt: number;
  /** `undefined` where the journal holds no outcome. */
  readonly endedAt: number | undefined;
  /** `unknown` where the journal holds no outcome: the end was not seen. */
  readonly status: OutcomeStatus;
  readonly details: readonly ExecutionDetail[];
}

/** What happened inside an execution, in order. */
export type ExecutionDetail =
  | { readonly kind: "gate"; readonly title: string; readonly target: string; readonly address: string; readonly actor: string; readonly why: string }
  | { readonly kind: "answer"; readonly answer: "yes" | "no"; readonly by: string; readonly at: number }
  | { readonly kind: "expectation"; readonly expected: string; readonly actual: string; readonly result: ExpectationResult }
  | { readonly kind: "override"; readonly expected: string; readonly reason: string; readonly by: string; readonly at: number }
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "file"; readonly path: string; readonly bytes: number; readonly sha256: string }
  /** Where the whole of the output above is, of which it is head and tail; `path` is inside the run's folder. */
  | ({ readonly kind: "wholeOutput" } & WholeOutput)
  | { readonly kind: "message"; readonly status: OutcomeStatus; readonly text: string };

type ExpectationResult = Extract<JournalEvent, { type: "expectationChecked" }>["result"];

/** Reads the log out of a journal. `document` gives the titles of steps; a runbook that has changed since does no harm. */
export function readIncidentLog(document: RunbookDocument, records: readonly JournalRecord[]): IncidentLog {
  const state = reduceJournal(records);
  const last = records.at(-1)?.at ?? 0;
  return {
    mode: state.mode,
    title: `${state.mode === "drill" ? "Drill log" : "Incident log"}: ${state.title}`,
    run: state.run,
    facts: readFacts(state, records),
    startedAt: records[0]?.at ?? 0,
    endedAt: last,
    impactAt: state.impactAt,
    restoredAt: state.restoredAt,
    rtoMs: state.rtoMs,
    timeline: records.flatMap(timelineRow),
    executions: readExecutions(document, records),
    records: records.length,
    head: state.head,
  };
}

function readFacts(state: RunState, records: readonly JournalRecord[]): IncidentLog["facts"] {
  const started = records.find((record) => record.type === "runStarted");
  const rows: (readonly [string, string])[] = [
    ["Run", state.run],
    ["Kind", state.mode === "drill" ? `Drill${started?.type === "runStarted" && started.unattended ? ", unattended (no proof of readiness)" : ""}` : runKind(state) === "look" ? "Look at the live targets: no impact was marked" : "Incident"],
    ["Driver", state.driver],
    ...(state.commander === undefined ? [] : [["Incident commander", state.commander] as const]),
    ["Runbook", started?.type === "runStarted" ? `${started.runbook.id} (SHA-256 ${started.runbook.sha256.slice(0, 16)}…)` : ""],
    ...state.targets.map((target) => [`Target ${target.name}`, isUnpinned(target) ? `${target.kind}, no such cluster: ${target.actor}` : `${target.kind} at ${target.address}${target.identity === "" ? "" : `, identity ${target.identity}`}, as ${target.actor}`] as const),
    ["Impact began", state.impactAt === undefined ? "not recorded" : utc(state.impactAt)],
    ...(state.acknowledgedAt === undefined && state.acknowledgeWithinMs === undefined ? [] : [["Acknowledged", acknowledgedText(state)] as const]),
    ["Service restored", state.restoredAt === undefined ? "not restored" : utc(state.restoredAt)],
    ["Recovery time", recoveryText(state)],
    ["RPO", recoveryPointText(state)],
    ["Verdict", state.ended === undefined ? "the run is still open" : verdictText(state.ended)],
  ];
  return rows.map(([name, value]) => ({ name, value }));
}

function recoveryText(state: RunState): string {
  const objective = state.rtoMs === undefined ? "no RTO" : `RTO ${clockText(state.rtoMs)}`;
  if (state.impactAt === undefined || state.restoredAt === undefined) return `not measured (${objective})`;
  return `${clockText(state.restoredAt - state.impactAt)} (${objective})`;
}

function recoveryPointText(state: RunState): string {
  const objective = state.rpoMs === undefined ? "no objective" : `objective ${clockText(state.rpoMs)}`;
  const achieved = achievedRpoMs(state);
  if (achieved === undefined) return state.rpoMs === undefined ? objective : `${objective}; achieved: unknown (no evidence was recorded)`;
  return `${objective}; achieved: ${clockText(achieved)}${state.rpoMs !== undefined && achieved > state.rpoMs ? ", missed" : ""}`;
}

function verdictText(verdict: RunVerdict): string {
  const words = [...verdict.reasons, ...(verdict.warnings ?? [])];
  return words.length === 0 ? verdict.status : `${verdict.status}: ${words.join(" ")}`;
}

function timelineRow(record: JournalRecord): readonly TimelineRow[] {
  const entry = describeEvent(record);
  // Expectations and verification rounds stand beside their cells; in the timeline they would drown what people did.
  if (entry === undefined || record.type === "expectationChecked" || record.type === "verificationChecked") return [];
  return [{ at: record.type === "clockMarked" ? record.markedAt : record.at, icon: entry.icon, text: entry.text }];
}

/** Each execution with its text, answers, outputs and expectations, in the order they began. */
function readExecutions(document: RunbookDocument, records: readonly JournalRecord[]): readonly ExecutionLog[] {
  const own = Map.groupBy(records.filter((record) => "execution" in record), (record) => record.execution);
  const resumptions = records.filter((record) => record.type === "resumed");
  return records.flatMap((record) => {
    if (record.type !== "cellStarted") return [];
    const events = own.get(record.execution) ?? [];
    const end = events.find((event) => event.type === "cellOutcome")?.outcome;
    return [{
      cell: record.cell.name,
      step: document.steps.find((step) => step.id === record.cell.step)?.title,
      language: record.cell.language,
      text: record.text,
      startedAt: record.at,
      endedAt: end === undefined ? undefined : record.at + (end.endedAt - end.startedAt),
      status: end?.status ?? "unknown",
      details: [...events, ...resumptions.filter(({ interrupted }) => interrupted.includes(record.execution))].flatMap(readDetail),
    }];
  });
}

function readDetail(record: JournalRecord): readonly ExecutionDetail[] {
  if (record.type === "gateAsked") {
    const { title, target, address, actor, why } = record.question;
    return [{ kind: "gate", title, target, address, actor, why }];
  }
  if (record.type === "gateAnswered") return [{ kind: "answer", answer: record.answer, by: record.by, at: record.at }];
  if (record.type === "expectationChecked") return [{ kind: "expectation", expected: record.expected, actual: record.actual, result: record.result }];
  if (record.type === "expectationOverridden") return [{ kind: "override", expected: record.expected, reason: record.reason, by: record.by, at: record.at }];
  const wholes = wholeOutputsOf(record).map((whole): ExecutionDetail => ({ kind: "wholeOutput", ...whole }));
  if (record.type !== "statementOutcome") return wholes;
  const outputs = [{ stream: "stdout", text: record.stdout }, { stream: "stderr", text: record.stderr }] as const;
  return [
    ...outputs.flatMap((output): readonly ExecutionDetail[] => (output.text === "" ? [] : [{ kind: "output", ...output }])),
    ...wholes,
    ...record.files.map(({ path, bytes, sha256 }: WrittenFile): ExecutionDetail => ({ kind: "file", path, bytes, sha256 })),
    ...(record.outcome.message === undefined ? [] : [{ kind: "message", status: record.outcome.status, text: record.outcome.message } as const]),
  ];
}

/** `2026-01-31T02:00:00.000Z` */
export function utc(ms: number): string {
  return new Date(ms).toISOString();
}

/** Time of day in UTC: `02:00:00`. */
export function utcTime(ms: number): string {
  return utc(ms).slice(11, 19);
}

/** `4:12` after the impact; `""` before it, or where it is not marked. */
export function afterImpact(log: Pick<IncidentLog, "impactAt">, at: number): string {
  return log.impactAt === undefined || at < log.impactAt ? "" : clockText(at - log.impactAt);
}

/** `succeeded, 0:12`, or that the end was not seen. */
export function statusText(execution: ExecutionLog): string {
  if (execution.endedAt === undefined) return "unknown: its end was not seen, verify its effect";
  return `${execution.status}, ${clockText(execution.endedAt - execution.startedAt)}`;
}
