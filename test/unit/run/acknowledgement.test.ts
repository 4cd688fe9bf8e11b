import assert from "node:assert/strict";
import { acknowledgeBy, acknowledgeClock, acknowledgedText, acknowledgeWords, openAcknowledgement } from "../../../src/core/run/acknowledgement.ts";

const MINUTE = 60_000;
const FACTS = { startedAt: 10 * MINUTE, impactAt: 4 * MINUTE, detectedAt: undefined, acknowledgeWithinMs: 2 * MINUTE };

describe("acknowledging an incident", () => {
  it("counts from the detection, else from the impact, else from the start that came after it", () => {
    assert.equal(acknowledgeBy(FACTS), 12 * MINUTE);
    assert.equal(acknowledgeBy({ ...FACTS, detectedAt: 5 * MINUTE }), 7 * MINUTE);
    assert.equal(acknowledgeBy({ ...FACTS, impactAt: 15 * MINUTE }), 17 * MINUTE, "the fault of a drill comes after its start");
    assert.equal(acknowledgeBy({ ...FACTS, impactAt: undefined }), undefined);
    assert.equal(acknowledgeBy({ ...FACTS, acknowledgeWithinMs: undefined }), undefined, "a journal of an earlier version");
  });

  it("says what is left, and calmly that it is overdue", () => {
    const words = (now: number): string => {
      const open = openAcknowledgement({ now, acknowledgeBy: 12 * MINUTE, acknowledgedAt: undefined, restoredAt: undefined });
      return open === undefined ? "nothing" : `${acknowledgeClock(open)} · ${acknowledgeWords(open)}`;
    };
    assert.deepEqual([10 * MINUTE, 10 * MINUTE + 28_000, 12 * MINUTE, 12 * MINUTE + 12_000].map(words), [
      "02:00 left · 2 min left", "01:32 left · 2 min left", "00:00 left · 0 s left", "00:12 overdue · overdue by 30 s",
    ]);
  });

  it("is over once somebody has, or service is restored", () => {
    const clock = { now: 0, acknowledgeBy: 12, acknowledgedAt: undefined, restoredAt: undefined };
    assert.equal(openAcknowledgement({ ...clock, acknowledgedAt: 1 }), undefined);
    assert.equal(openAcknowledgement({ ...clock, restoredAt: 1 }), undefined);
    assert.equal(openAcknowledgement({ ...clock, acknowledgeBy: undefined }), undefined);
  });

  it("is told by the log with the time that it took", () => {
    assert.equal(acknowledgedText({ ...FACTS, acknowledgedAt: 11 * MINUTE + 20_000 }), "1970-01-01T00:11:20.000Z, after 01:20 of 02:00");
    assert.equal(acknowledgedText({ ...FACTS, acknowledgedAt: 13 * MINUTE }), "1970-01-01T00:13:00.000Z, after 03:00 of 02:00, late");
    assert.equal(acknowledgedText({ ...FACTS, acknowledgedAt: undefined }), "not recorded");
  });
});
