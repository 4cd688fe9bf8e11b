import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chainEvent } from "../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../src/core/run/journalEvent.ts";
import { judgeRun } from "../../src/core/run/judgeRun.ts";
import { reduceJournal } from "../../src/core/run/runState.ts";

/** A run that is over, for a state folder. Its impact began with it. */
export interface PastRun {
  readonly run: string;
  readonly mode: "drill" | "incident";
  readonly runbook: { readonly path: string; readonly title: string; readonly id: string };
  readonly driver: string;
  /** Real time, epoch milliseconds. */
  readonly startedAt: number;
  readonly rtoMs: number;
  readonly fault?: string;
  /** Steps with the seconds from the start at which their one cell began. */
  readonly steps: readonly (readonly [step: string, second: number])[];
  readonly restoredSecond: number;
}

/** Writes the journal of a run that a person went through in real time. */
export function writePastRun(root: string, past: PastRun): void {
  const { startedAt, fault } = past;
  const events: [number, JournalEvent][] = [
    [0, { type: "runStarted", run: past.run, mode: past.mode, driver: past.driver, rtoMs: past.rtoMs, rpoMs: undefined, rate: 1, unattended: false, version: "0.1.0", runbook: { ...past.runbook, sha256: "" } }],
    ...(fault === undefined ? [] : [[0, { type: "faultInjected", fault, announced: true, isOwn: true }] as [number, JournalEvent]]),
    [0, { type: "clockMarked", mark: "impact", markedAt: startedAt, by: "machine", reason: "" }],
    ...past.steps.flatMap(([step, second]): [number, JournalEvent][] => {
      const cell = { name: `${step}#1`, step, language: "bash" };
      const at = startedAt + second * 1000;
      return [
        [second, { type: "cellStarted", execution: step, cell, text: "" }],
        [second + 5, { type: "cellOutcome", execution: step, cell, variables: {}, outcome: { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: at, endedAt: at + 5000 } }],
      ];
    }),
    [past.restoredSecond, { type: "clockMarked", mark: "restored", markedAt: startedAt + past.restoredSecond * 1000, by: "machine", reason: "" }],
  ];
  const records: JournalRecord[] = [];
  const add = (second: number, event: JournalEvent): void => void records.push(chainEvent(event, records.at(-1), startedAt + second * 1000, startedAt + second * 1000));
  for (const [second, event] of events) add(second, event);
  add(past.restoredSecond + 60, { type: "runEnded", by: "person", verdict: judgeRun(reduceJournal(records), { verification: ["verify"] }, past.mode === "incident" ? undefined : { kind: "asked", curedAt: undefined, faults: [{ fault: fault ?? "", parameters: {}, kind: "cured", parts: [] }] }) });
  mkdirSync(join(root, past.run), { recursive: true });
  writeFileSync(join(root, past.run, "journal.jsonl"), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}
