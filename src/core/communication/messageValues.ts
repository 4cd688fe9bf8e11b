import { contactOf } from "../facts/escalation.ts";
import type { Facts } from "../facts/facts.ts";
import { describeEvent, markWords } from "../run/eventText.ts";
import type { ClockMark, JournalRecord } from "../run/journalEvent.ts";
import { formatDuration } from "../run/recoveryClock.ts";
import { achievedRpoMs, reduceJournal, type RunState } from "../run/runState.ts";
import type { RunbookDocument, Severity } from "../runbook/document.ts";

/** What a message is filled from. */
export interface MessageSources {
  readonly document: RunbookDocument;
  readonly records: readonly JournalRecord[];
  /** `undefined` for a runbook without shared facts. */
  readonly facts: Facts | undefined;
  /** The run's clock. */
  readonly now: number;
}

const PRIORITIES: Readonly<Record<Severity, string>> = { critical: "P1", high: "P2", medium: "P3", low: "P4" };
const MINUTE_MS = 60_000;
/** Events that a report tells. */
const TOLD: ReadonlySet<JournalRecord["type"]> = new Set(["clockMarked", "noteAdded", "optionTaken", "expectationOverridden", "commanderNamed", "escalated"]);

/**
 * The values of a message's places, out of journal, runbook and shared facts. Times are UTC. A value that nothing is known of is
 * `undefined`; docs/FORMAT.md lists the names.
 */
export function messageValues({ document, records, facts, now }: MessageSources): Readonly<Record<string, string | undefined>> {
  const state = reduceJournal(records);
  const { severity, owner } = document.frontMatter;
  const startedAt = state.impactAt ?? records[0]?.at ?? now;
  const every = facts?.communication.updateEveryMs;
  return {
    incident: state.title.replace(/^scenario\s+\w+\s*:\s*/i, ""),
    kind: state.mode === "drill" ? "DRILL" : "Incident",
    owner,
    severity,
    priority: severity === undefined ? undefined : PRIORITIES[severity],
    date: isoDate(startedAt),
    now: utcMinute(now),
    detectedAt: utcMinute(markOf(records, "detected")?.markedAt ?? startedAt),
    impactAt: state.impactAt === undefined ? undefined : utcMinute(state.impactAt),
    acknowledgedAt: state.acknowledgedAt === undefined ? undefined : utcMinute(state.acknowledgedAt),
    restoredAt: state.restoredAt === undefined ? undefined : utcMinute(state.restoredAt),
    duration: state.restoredAt === undefined || state.impactAt === undefined ? undefined : wholeMinutes(state.restoredAt - state.impactAt),
    status: statusWords(state, records),
    eta: etaWords(state, now),
    estimatedResolution: etaWords(state, now)?.replace(/ to recovery$/, ""),
    actions: stepWords(document, records),
    nextUpdate: every === undefined ? undefined : utcMinute(now + every),
    commander: state.commander,
    driver: state.driver,
    warRoom: facts?.communication.warRoom,
    statusPage: facts?.communication.statusPage,
    timeline: timelineLines(records),
    rootCause: markOf(records, "causeIdentified")?.reason,
    resolution: changeLines(document, records),
    dataLossWindow: dataLossWindow(state),
    rpoTarget: state.rpoMs === undefined ? undefined : formatDuration(state.rpoMs),
    rpoAchieved: rpoWords(state),
    rtoTarget: state.rtoMs === undefined ? undefined : formatDuration(state.rtoMs),
    rtoVerdict: rtoWords(state),
    signOff: facts === undefined || facts.communication.signOff.length === 0 ? undefined : facts.communication.signOff.map((role) => `- ${role}: ${contactOf(facts, role)?.name ?? "[Name]"}`).join("\n"),
    run: state.run,
    head: state.head,
  };
}

/** The last time that a mark was set: a person may have corrected it. */
function markOf(records: readonly JournalRecord[], mark: ClockMark): Extract<JournalRecord, { readonly type: "clockMarked" }> | undefined {
  return records.filter((record) => record.type === "clockMarked").findLast((record) => record.mark === mark);
}

function statusWords(state: RunState, records: readonly JournalRecord[]): string {
  if (markOf(records, "stable") !== undefined) return "Resolved, and stable";
  if (state.restoredAt !== undefined) return "Service restored, monitoring";
  if (markOf(records, "fixed") !== undefined) return "Fix deployed, verifying";
  if (markOf(records, "causeIdentified") !== undefined) return "Cause identified, recovering";
  return "Investigating";
}

/** What is left of the objective. Once it is missed nobody has promised anything: then a person says. */
function etaWords(state: RunState, now: number): string | undefined {
  if (state.restoredAt !== undefined) return `Restored at ${utcMinute(state.restoredAt)}`;
  if (state.rtoMs === undefined || state.impactAt === undefined) return undefined;
  const left = state.impactAt + state.rtoMs - now;
  return left < MINUTE_MS ? undefined : `${wholeMinutes(left)} to recovery`;
}

/** The steps that were begun, in order, the one that runs last. */
function stepWords(document: RunbookDocument, records: readonly JournalRecord[]): string | undefined {
  const ids = new Set(records.flatMap((record) => (record.type === "cellStarted" && record.cell.step !== undefined ? [record.cell.step] : [])));
  const titles = [...ids].flatMap((id) => document.steps.filter((step) => step.id === id).map((step) => step.title.replace(/^(?:step|option)\s+\w+\s*:\s*/i, "")));
  return titles.length === 0 ? undefined : titles.join(", ");
}

/** Marks, notes, decisions and people; what cells did stands in the incident log. */
function timelineLines(records: readonly JournalRecord[]): string | undefined {
  const lines = records.flatMap((record) => {
    if (!TOLD.has(record.type)) return [];
    if (record.type === "clockMarked") return [{ at: record.markedAt, text: markWords(record.mark) }];
    return [{ at: record.at, text: describeEvent(record)?.text ?? "" }];
  });
  return lines.length === 0 ? undefined : lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `- ${minute(at)} - ${text}`).join("\n");
}

/** The cells that changed something and succeeded, with their steps. */
function changeLines(document: RunbookDocument, records: readonly JournalRecord[]): string | undefined {
  const changing = new Set(records.flatMap((record) => (record.type === "statementIntent" && record.risk !== "read" ? [record.execution] : [])));
  const lines = records.flatMap((record) => {
    if (record.type !== "cellOutcome" || record.outcome.status !== "succeeded" || !changing.has(record.execution)) return [];
    const step = document.steps.find((candidate) => candidate.id === record.cell.step)?.title;
    return [`- ${minute(record.at)} - ${step === undefined ? "" : `${step}: `}${record.cell.name}`];
  });
  return lines.length === 0 ? undefined : lines.join("\n");
}

function dataLossWindow(state: RunState): string | undefined {
  const lost = achievedRpoMs(state);
  if (lost === undefined || state.recoveryPointAt === undefined || state.impactAt === undefined) return undefined;
  return lost === 0 ? "none" : `${utcMinute(state.recoveryPointAt)} to ${utcMinute(state.impactAt)} (${formatDuration(lost)})`;
}

function rpoWords(state: RunState): string | undefined {
  const lost = achievedRpoMs(state);
  if (lost === undefined) return undefined;
  if (state.rpoMs === undefined) return formatDuration(lost);
  return `${formatDuration(lost)} (target: ${formatDuration(state.rpoMs)}) ${lost <= state.rpoMs ? "✅" : "❌ missed"}`;
}

function rtoWords(state: RunState): string | undefined {
  if (state.rtoMs === undefined || state.restoredAt === undefined || state.impactAt === undefined) return undefined;
  const took = state.restoredAt - state.impactAt;
  return `${formatDuration(took)} (target: ${formatDuration(state.rtoMs)}) ${took <= state.rtoMs ? "✅" : "❌ missed"}`;
}

function wholeMinutes(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  return `${String(minutes)} minute${minutes === 1 ? "" : "s"}`;
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** `14:32 UTC`. */
function utcMinute(ms: number): string {
  return `${minute(ms)} UTC`;
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
