import assert from "node:assert/strict";
import { summariseRun, type RunSummary } from "../../../src/core/drills/runSummary.ts";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { OutcomeStatus } from "../../../src/core/run/outcome.ts";
import { judgeRun } from "../../../src/core/run/judgeRun.ts";
import { reduceJournal } from "../../../src/core/run/runState.ts";
import type { RunbookDocument } from "../../../src/core/runbook/document.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

/** A runbook with a shortcut, a fork and a step without commands. */
export const SHOP: RunbookDocument = parseRunbook(`---
id: shop
rto: 10 minutes
---
# Shop

## Step 1: Look (2 minutes)

\`\`\`bash {name: look}
kubectl get pods
\`\`\`

## Step 2: Restart (3 minutes)

\`\`\`bash {name: restart}
kubectl delete pod x
\`\`\`

**If successful**: Skip to Step 4

## Step 3: Another Way (4 minutes)

### Option A: Promote

\`\`\`bash {name: promote}
kubectl get pods
\`\`\`

### Option B: Restore

\`\`\`bash {name: restore}
kubectl get pods
\`\`\`

## Step 4: Verify (1 minute)

\`\`\`bash {name: verify}
kubectl get pods
\`\`\`
`);

/** Times are seconds after the start of the run. */
export interface Journal {
  readonly run?: string;
  readonly mode?: "drill" | "incident";
  readonly rate?: number;
  readonly unattended?: boolean;
  /** Real time of the start, epoch milliseconds. */
  readonly wall?: number;
  readonly fault?: string;
  readonly announced?: boolean;
  /** Whether the runbook names the fault: left out, it does. */
  readonly isOwn?: boolean;
  /** Whether it still stands at the end: left out, it is cured. */
  readonly faultStands?: boolean;
  /** Cells by name with step, begin, end and outcome. */
  readonly cells: readonly (readonly [step: string, from: number, to: number, status?: OutcomeStatus])[];
  readonly restored?: number;
  readonly extra?: readonly (readonly [at: number, event: JournalEvent])[];
  /** Time of the end; `undefined` leaves the run open. */
  readonly ended?: number;
}

/** The records of a run whose impact began with it. */
export function journal(plan: Journal): JournalRecord[] {
  const { run = "r1", mode = "drill", rate = 1, unattended = false, wall = 0, fault = "crash", announced = true } = plan;
  const events: [number, JournalEvent][] = [
    [0, { type: "runStarted", run, mode, driver: "ann", rtoMs: 600_000, rpoMs: undefined, rate, unattended, version: "0", runbook: { path: "/shop.runbook.md", title: "Shop", id: "shop", sha256: "" } }],
    ...(mode === "drill" ? [[0, { type: "faultInjected", fault, announced, isOwn: plan.isOwn ?? true }] as [number, JournalEvent]] : []),
    [0, { type: "clockMarked", mark: "impact", markedAt: 0, by: "machine", reason: "" }],
  ];
  for (const [index, [step, from, to, status = "succeeded"]] of plan.cells.entries()) {
    const cell = { name: `${step}#${index}`, step, language: "bash" };
    events.push([from, { type: "cellStarted", execution: String(index), cell, text: "" }]);
    events.push([to, { type: "cellOutcome", execution: String(index), cell, variables: {}, outcome: { status, exitCode: 0, reason: undefined, message: undefined, startedAt: from * 1000, endedAt: to * 1000 } }]);
  }
  events.push(...(plan.extra ?? []).map(([at, event]): [number, JournalEvent] => [at, event]));
  if (plan.restored !== undefined) events.push([plan.restored, { type: "clockMarked", mark: "restored", markedAt: plan.restored * 1000, by: "machine", reason: "" }]);
  const records: JournalRecord[] = [];
  for (const [at, event] of events.sort(([a], [b]) => a - b)) records.push(chainEvent(event, records.at(-1), at * 1000, wall + at * 1000));
  if (plan.ended !== undefined) records.push(chainEvent({ type: "runEnded", by: "person", verdict: judgeRun(reduceJournal(records), { verification: ["verify"] }, mode === "incident" ? undefined : { kind: "asked", curedAt: undefined, faults: [{ fault, parameters: {}, kind: plan.faultStands === true ? "standing" : "cured", parts: plan.faultStands === true ? ["the pod is still the one that was damaged"] : [] }] }) }, records.at(-1), plan.ended * 1000, wall + plan.ended * 1000));
  return records;
}

/** The summary of such a run. */
export function summary(plan: Journal): RunSummary {
  const read = summariseRun(journal(plan));
  assert.ok(read.kind === "run", JSON.stringify(read));
  return read.summary;
}
