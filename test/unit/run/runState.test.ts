import assert from "node:assert/strict";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { judgeRun, reduceJournal, type RunState } from "../../../src/core/run/runState.ts";

const CELL = { name: "restart", step: "step-2", language: "bash" };
const DONE: Outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 10, endedAt: 20 };
const STARTED: JournalEvent = {
  type: "runStarted", run: "r1", mode: "drill", driver: "ann", rtoMs: 900_000, rpoMs: 300_000, rate: 1, unattended: false, version: "0",
  runbook: { path: "/x.runbook.md", title: "X", id: "x", sha256: "" },
};

function stateAfter(...events: readonly JournalEvent[]): RunState {
  const records: JournalRecord[] = [];
  for (const event of events) records.push(chainEvent(event, records.at(-1), records.length * 1000, 0));
  return reduceJournal(records);
}

const judge = (state: RunState, verification: readonly string[] = ["is-serving"]): ReturnType<typeof judgeRun> => judgeRun(state, { verification });

describe("the state of a run", () => {
  it("shows a cell's last execution only", () => {
    const state = stateAfter(STARTED, { type: "cellStarted", execution: "a", cell: CELL, text: "" }, { type: "cellOutcome", execution: "a", cell: CELL, outcome: DONE, variables: {} }, { type: "cellStarted", execution: "b", cell: CELL, text: "" });
    assert.deepEqual(state.cells.map((cell) => [cell.execution, cell.outcome]), [["b", undefined]]);
    assert.deepEqual(state.open, ["b"]);
  });

  it("marks what a crash interrupted as unknown", () => {
    const state = stateAfter(STARTED, { type: "cellStarted", execution: "a", cell: CELL, text: "" }, { type: "resumed", interrupted: ["a"], reason: "the kernel ended" });
    assert.equal(state.cells[0]?.outcome?.status, "unknown");
    assert.match(state.cells[0]?.outcome?.message ?? "", /verify its effect/);
    assert.deepEqual(state.open, []);
  });

  it("measures from impact to restored, and opens again when it turns red", () => {
    const impact: JournalEvent = { type: "clockMarked", mark: "impact", markedAt: 100, by: "person", reason: "" };
    const restored: JournalEvent = { type: "clockMarked", mark: "restored", markedAt: 500_100, by: "machine", reason: "" };
    const passed = judge(stateAfter(STARTED, impact, restored));
    assert.deepEqual([passed.status, passed.recoveryMs], ["passed", 500_000]);
    const reopened = judge(stateAfter(STARTED, impact, restored, { type: "clockMarked", mark: "reopened", markedAt: 600_000, by: "machine", reason: "" }));
    assert.deepEqual([reopened.status, reopened.recoveryMs], ["failed", undefined]);
    const late = judge(stateAfter(STARTED, impact, { ...restored, markedAt: 900_101 }));
    assert.equal(late.status, "failed");
    assert.match(late.reasons[0] ?? "", /after the recovery time objective/);
    assert.match(judge(stateAfter(STARTED, impact), []).reasons.join(" "), /the runbook names no verification, so nothing could show it/);
  });

  it("keeps one option a step and one pin a target", () => {
    const target = { name: "cluster", alias: "prod", kind: "kubernetes", address: "https://a", identity: "1", actor: "ann", namespace: undefined } as const;
    const state = stateAfter(STARTED, { type: "optionTaken", step: "step-3", option: "a" }, { type: "optionTaken", step: "step-3", option: "b" }, { type: "targetPinned", target }, { type: "targetPinned", target: { ...target, address: "https://b" } });
    assert.deepEqual(state.options, [{ step: "step-3", option: "b" }]);
    assert.deepEqual(state.targets.map((each) => each.address), ["https://b"]);
  });
});
