import { readIncidentLog, type IncidentLog } from "../../../src/core/log/incidentLog.ts";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

/** When the journal begins. */
export const NOON = Date.UTC(2026, 0, 31, 12);
const DOCUMENT = parseRunbook("# Shop\n\n## Step 1: Look & See (1 minute)\n\n```bash {name: look}\nkubectl get pods\n```\n");
const LOOK = { name: "look", step: "step-1", language: "bash" };
/** Text that tries to get out of every form of the log. */
export const NASTY = `<script>alert("x")</script> & 'y' | z\n\`\`\`\nnot a fence\u0007`;

function outcome(status: Outcome["status"], startedAt: number, endedAt: number): Outcome {
  return { status, exitCode: 0, reason: undefined, message: status === "succeeded" ? undefined : NASTY, startedAt, endedAt };
}

/** The log of a journal of events at seconds after noon. */
export function logOf(...events: readonly (readonly [atSeconds: number, event: JournalEvent])[]): IncidentLog {
  const records: JournalRecord[] = [];
  for (const [at, event] of events) records.push(chainEvent(event, records.at(-1), NOON + at * 1000, 0));
  return readIncidentLog(DOCUMENT, records);
}

/** The first record of every journal. */
export const STARTED: JournalEvent = {
  type: "runStarted", run: "r1", mode: "incident", driver: "ann", rtoMs: 900_000, rpoMs: 300_000, rate: 1, unattended: false, version: "0",
  runbook: { path: "/x.runbook.md", title: "Shop <down>", id: "x", sha256: "a".repeat(64) },
};

/** A log with every kind of detail in it. */
export const WHOLE = logOf(
  [0, STARTED],
  [0, { type: "clockMarked", mark: "impact", markedAt: NOON - 60_000, by: "person", reason: NASTY }],
  [5, { type: "cellStarted", execution: "a", cell: LOOK, text: NASTY }],
  [6, { type: "gateAsked", execution: "a", question: { statement: 0, risk: "change", title: NASTY, request: "", target: "prod", alias: "prod", address: "https://x", actor: "ann", objects: [], moved: [], why: NASTY, undo: undefined, typed: undefined } }],
  [7, { type: "gateAnswered", execution: "a", answer: "yes", by: "ann" }],
  [9, { type: "statementOutcome", execution: "a", statement: 0, outcome: outcome("finding", NOON, NOON + 4000), stdout: NASTY, stderr: NASTY, files: [{ path: "/tmp/x", bytes: 3, sha256: "b".repeat(64) }], whole: [{ stream: "stdout", path: "output/0001-look-stdout.txt", bytes: 2_000_000, lines: 12_345, sha256: "c".repeat(64), missing: "the disk is <full>" }] }],
  [9, { type: "expectationChecked", execution: "a", statement: 0, expected: NASTY, actual: NASTY, result: "notMet" }],
  [30, { type: "expectationOverridden", execution: "a", statement: 0, expected: NASTY, actual: NASTY, reason: NASTY, by: "ann" }],
  [9, { type: "cellOutcome", execution: "a", cell: LOOK, outcome: outcome("failed", NOON + 5000, NOON + 9000), variables: {} }],
  [20, { type: "cellStarted", execution: "b", cell: { ...LOOK, step: "gone" }, text: "kubectl get pods" }],
  [240, { type: "clockMarked", mark: "restored", markedAt: NOON + 200_000, by: "machine", reason: "" }],
);
