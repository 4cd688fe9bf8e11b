import assert from "node:assert/strict";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { judgeRun, type WorldEvidence } from "../../../src/core/run/judgeRun.ts";
import { reduceJournal, type RunState } from "../../../src/core/run/runState.ts";

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

const CURED: WorldEvidence = { kind: "asked", curedAt: 400_000, faults: [{ fault: "crash", parameters: {}, kind: "cured", parts: [] }] };
const judge = (state: RunState, verification: readonly string[] = ["is-serving"], world: WorldEvidence | undefined = CURED): ReturnType<typeof judgeRun> => judgeRun(state, { verification }, world);

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

  it("is watched from the first check of the verification to the end of the run, green or red", () => {
    const red: JournalEvent = { type: "verificationChecked", green: false, consecutive: 0, detail: "" };
    const ended: JournalEvent = { type: "runEnded", by: "person", verdict: { status: "ended", recoveryMs: undefined, rtoMs: undefined, reasons: [] } };
    const resumed: JournalEvent = { type: "resumed", interrupted: [], reason: "the kernel ended" };
    assert.deepEqual([stateAfter(STARTED), stateAfter(STARTED, red), stateAfter(STARTED, red, resumed), stateAfter(STARTED, red, ended)].map(({ isWatched }) => isWatched), [false, true, true, false]);
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

  it("passes a drill only by what a machine and the world have seen", () => {
    const impact: JournalEvent = { type: "clockMarked", mark: "impact", markedAt: 100, by: "machine", reason: "" };
    const restored = (by: "person" | "machine"): JournalEvent => ({ type: "clockMarked", mark: "restored", markedAt: 500_100, by, reason: "" });
    const words = (by: "person" | "machine", world: WorldEvidence | undefined): string => {
      const { status, recoveryMs, reasons } = judgeRun(stateAfter(STARTED, impact, restored(by)), { verification: ["is-serving"] }, world);
      return `${status} ${String(recoveryMs)} ${reasons.join(" ")}`.trim();
    };
    const fault = (kind: "standing" | "cured" | "over", ...parts: readonly string[]): WorldEvidence => ({ kind: "asked", curedAt: undefined, faults: [{ fault: "disk-full", parameters: { used: "97" }, kind, parts }] });
    assert.equal(words("machine", CURED), "passed 500000");
    assert.equal(words("machine", fault("standing", "the volume is 97 % used")), "failed undefined The fault still stands: the volume is 97 % used (disk-full:used=97).");
    assert.equal(words("machine", fault("over")), "failed undefined Nothing was recovered: disk-full:used=97 broke nothing that had to be cured, or ended by itself.");
    assert.equal(words("machine", { kind: "asked", curedAt: undefined, faults: [] }), "failed undefined No fault was injected: there was nothing to recover.");
    assert.equal(words("machine", { kind: "silent", reason: "it is gone." }), "failed undefined The world could not be asked whether the fault is cured: it is gone.");
    assert.equal(words("machine", undefined), "failed undefined The drill had no world that could say whether its fault is cured.");
    assert.match(words("person", CURED), /^failed undefined A person declared service restored, and no machine has seen it/);
    assert.match(words("person", fault("standing", "it crashes")), /^failed undefined A person declared .* The fault still stands: it crashes/);
    const incident = judgeRun(stateAfter({ ...STARTED, mode: "incident" }, impact, restored("person")), { verification: [] }, undefined);
    assert.deepEqual([incident.status, incident.recoveryMs, incident.reasons], ["ended", 500_000, []], "an incident ends by a person's word");
    const look = judgeRun(stateAfter({ ...STARTED, mode: "incident" }), { verification: ["is-serving"] }, undefined);
    assert.deepEqual([look.status, look.recoveryMs, look.reasons, look.warnings], ["ended", undefined, [], []], "a look had nothing to restore");
  });

  it("counts a recovery from the cure where the verification was green before it", () => {
    const events: readonly JournalEvent[] = [{ ...STARTED, rpoMs: undefined }, { type: "clockMarked", mark: "impact", markedAt: 0, by: "machine", reason: "" }, { type: "clockMarked", mark: "restored", markedAt: 10_000, by: "machine", reason: "" }];
    const at = (curedAt: number): ReturnType<typeof judgeRun> => judge(stateAfter(...events), ["is-serving"], { kind: "asked", curedAt, faults: [{ fault: "crash", parameters: {}, kind: "cured", parts: [] }] });
    assert.deepEqual([at(600_000).status, at(600_000).recoveryMs], ["passed", 600_000]);
    assert.deepEqual(at(600_000).warnings, ["The verification was green at 00:10, and the fault was cured at 10:00 only: the verification does not see this fault."]);
    assert.deepEqual(at(8_000).warnings, []);
    assert.match(at(1_000_000).reasons.join(), /after the recovery time objective/);
  });

  it("says what was lost against the objective, and that it is not known", () => {
    const events: readonly JournalEvent[] = [STARTED, { type: "clockMarked", mark: "impact", markedAt: 900_000, by: "machine", reason: "" }, { type: "clockMarked", mark: "restored", markedAt: 910_000, by: "machine", reason: "" }];
    const warnings = (...more: readonly JournalEvent[]): readonly string[] => judge(stateAfter(...events, ...more)).warnings ?? [];
    const point = (pointAt: number): JournalEvent => ({ type: "recoveryPointMarked", pointAt, by: "machine", evidence: "" });
    assert.deepEqual(warnings(), ["How much data is lost is not known, against a recovery point objective of 5 min."]);
    assert.deepEqual(warnings(point(300_000)), ["10 min of data are lost, more than the recovery point objective of 5 min."]);
    assert.deepEqual(warnings(point(840_000)), []);
    assert.deepEqual(warnings(point(300_000), { type: "clockMarked", mark: "reopened", markedAt: 920_000, by: "machine", reason: "" }), [], "nothing is restored");
  });

  it("keeps one option a step and one pin a target", () => {
    const target = { name: "cluster", alias: "prod", kind: "kubernetes", address: "https://a", identity: "1", actor: "ann", namespace: undefined } as const;
    const state = stateAfter(STARTED, { type: "optionTaken", step: "step-3", option: "a" }, { type: "optionTaken", step: "step-3", option: "b" }, { type: "targetPinned", target }, { type: "targetPinned", target: { ...target, address: "https://b" } });
    assert.deepEqual(state.options, [{ step: "step-3", option: "b" }]);
    assert.deepEqual(state.targets.map((each) => each.address), ["https://b"]);
  });
});
