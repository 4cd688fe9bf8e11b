import { faultText } from "../runbook/drillCase.ts";
import { clockText } from "./clockText.ts";
import { frontWords } from "./driving.ts";
import type { ClockMark, ContactMeans, JournalEvent, JournalRecord } from "./journalEvent.ts";
import { OUTCOME_WORDS } from "./outcomeText.ts";
import { isUnpinned } from "./targets.ts";

/** One line of a timeline; `undefined` for events that are only of interest inside a cell. */
export interface TimelineEntry {
  readonly text: string;
  readonly icon: "start" | "target" | "clock" | "cell" | "good" | "bad" | "gate" | "note" | "fault" | "end";
}

const MARK_WORDS: Readonly<Record<ClockMark, string>> = {
  impact: "Impact began", detected: "Detected", acknowledged: "Acknowledged", causeIdentified: "Cause identified",
  fixed: "Fixed", restored: "Service restored", reopened: "Reopened: the verification is red again", stable: "Stable",
};

const MEANS_WORDS: Readonly<Record<ContactMeans, string>> = { call: "Called", mail: "Wrote to", page: "Paged", other: "Escalated to" };

/** The words a timeline has for a clock mark. */
export function markWords(mark: ClockMark): string {
  return MARK_WORDS[mark];
}

/** What a timeline says of an event. */
export function describeEvent(event: JournalEvent): TimelineEntry | undefined {
  switch (event.type) {
    case "runStarted":
      return { text: `${event.mode === "incident" ? "Live run" : "Drill"} started by ${event.driver}`, icon: "start" };
    case "targetPinned":
      return { text: isUnpinned(event.target) ? `Target ${event.target.alias}: no such cluster yet` : `Target ${event.target.alias} pinned: ${event.target.address}`, icon: "target" };
    case "targetDrifted":
      return { text: `Target ${event.target} is another one now: ${event.found}`, icon: "bad" };
    case "clockMarked":
      return { text: event.reason === "" ? markWords(event.mark) : `${markWords(event.mark)}: ${event.reason}`, icon: "clock" };
    case "faultInjected":
      return { text: event.announced ? `Fault injected: ${faultText({ parameters: {}, ...event })}` : "A fault was injected unannounced", icon: "fault" };
    case "cellOutcome": {
      const { status, message } = event.outcome;
      const isGood = status === "succeeded" || status === "finding";
      return { text: `${event.cell.name}: ${OUTCOME_WORDS[status]}${message === undefined ? "" : `, ${message}`}`, icon: isGood ? "good" : "bad" };
    }
    case "gateAnswered":
      return { text: `Gate: ${event.answer} by ${event.by}`, icon: "gate" };
    case "expectationChecked":
      return { text: `Expected ${event.expected}: ${event.result}`, icon: event.result === "met" || event.result === "manualMet" ? "good" : "bad" };
    case "expectationOverridden":
      return { text: `Expectation overridden by ${event.by}: ${event.reason} (expected ${event.expected}, got ${event.actual === "" ? "nothing" : event.actual.trim()})`, icon: "note" };
    case "optionTaken":
      return { text: `Option taken: ${event.option}`, icon: "note" };
    case "stepSkipped":
      return { text: `Step ${event.step} skipped: ${event.reason}`, icon: "note" };
    case "checklistTicked":
      return { text: `${event.ticked ? "Ticked" : "Unticked"}: ${event.item}`, icon: "note" };
    case "noteAdded":
      return { text: event.text, icon: "note" };
    case "commanderNamed":
      return { text: `Incident commander: ${event.name}`, icon: "start" };
    case "escalated":
      return { text: `${MEANS_WORDS[event.means]} ${event.role}${event.address === "" ? "" : ` (${event.address})`}`, icon: "note" };
    case "messagePrepared":
      return { text: `${event.template} prepared, ${event.destination === "clipboard" ? "copied to the clipboard" : `written to ${event.destination}`} (SHA-256 ${event.sha256.slice(0, 16)}…)`, icon: "note" };
    case "recoveryPointMarked":
      return { text: `Recovery point: ${new Date(event.pointAt).toISOString()}${event.evidence === "" ? "" : `, ${event.evidence}`}`, icon: "clock" };
    case "recoveryPointFound":
      return { text: `Newest recovery point: ${new Date(event.pointAt).toISOString()}, ${event.evidence}`, icon: "clock" };
    case "verificationChecked":
      return { text: event.green ? `Verification green (${event.consecutive} in a row)` : `Verification red: ${event.detail}`, icon: event.green ? "good" : "bad" };
    case "recordingGap":
      return { text: `Recording has a gap: ${event.reason}`, icon: "bad" };
    case "worldRestarted":
      return { text: `The drill world was started again: ${event.reason}`, icon: "bad" };
    case "driverTaken":
      return { text: `${event.driver} took over${event.front === undefined ? "" : ` ${frontWords(event.front)}`}`, icon: "start" };
    case "resumed":
      return { text: `Resumed: ${event.reason}`, icon: "start" };
    case "runEnded":
      return { text: event.verdict.status === "ended" ? "Run ended" : `Run ended: ${event.verdict.status}`, icon: "end" };
    case "cellStarted":
    case "gateAsked":
    case "statementIntent":
    case "statementOutcome":
      return undefined;
  }
}

/** Time of an event since the impact (or the run's start, where no impact is marked): `+04:12`. */
export function timeInRun(record: JournalRecord, originAt: number): string {
  const ms = record.at - originAt;
  return `${ms < 0 ? "" : "+"}${clockText(ms)}`;
}
