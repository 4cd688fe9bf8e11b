import assert from "node:assert/strict";
import type { ClockStatus } from "../../../src/core/protocol.ts";
import { describeClock, formatDuration, remainingMs } from "../../../src/core/run/recoveryClock.ts";

const MINUTE = 60_000;

function clock(fields: Partial<ClockStatus>): ClockStatus {
  return { now: 0, rate: 1, impactAt: 0, restoredAt: undefined, rtoMs: 15 * MINUTE, rpoMs: undefined, acknowledgedAt: undefined, acknowledgeBy: undefined, newestPointAt: undefined, greens: 0, greensNeeded: 3, ...fields };
}

describe("the recovery clock", () => {
  it("counts against the objective, warns in the last quarter and says when it is missed", () => {
    assert.deepEqual(describeClock(clock({ now: 4 * MINUTE + 12_000 })), { text: "04:12 / 15:00", level: "calm" });
    assert.deepEqual(describeClock(clock({ now: 12 * MINUTE })), { text: "12:00 / 15:00", level: "warning" });
    assert.deepEqual(describeClock(clock({ now: 15 * MINUTE + 1000 })), { text: "15:01 / 15:00", level: "late" });
  });

  it("stands once service is restored, and stays late where it was", () => {
    assert.deepEqual(describeClock(clock({ now: 99 * MINUTE, restoredAt: 6 * MINUTE + 31_000 })), { text: "restored 06:31 / 15:00", level: "restored" });
    assert.equal(describeClock(clock({ now: 99 * MINUTE, restoredAt: 16 * MINUTE })).level, "late");
  });

  it("counts without an objective, and does not count without an impact", () => {
    assert.deepEqual(describeClock(clock({ now: 3_661_000, rtoMs: undefined })), { text: "1:01:01", level: "calm" });
    assert.deepEqual(describeClock(clock({ impactAt: undefined })), { text: "impact not marked", level: "calm" });
  });

  it("knows what is left of the objective", () => {
    assert.equal(remainingMs(clock({ now: 5 * MINUTE })), 10 * MINUTE);
    assert.equal(remainingMs(clock({ now: 20 * MINUTE })), -5 * MINUTE);
    assert.equal(remainingMs(clock({ restoredAt: MINUTE })), undefined);
    assert.equal(remainingMs(clock({ impactAt: undefined, now: 5 * MINUTE })), 15 * MINUTE);
  });

  it("words budgets", () => {
    for (const [ms, words] of [[0, "0 s"], [45_000, "45 s"], [90_000, "1 min 30 s"], [2 * MINUTE, "2 min"], [65 * MINUTE, "1 h 5 min"]] as const) assert.equal(formatDuration(ms), words);
  });
});
