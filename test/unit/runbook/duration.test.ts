import assert from "node:assert/strict";
import { isDurationNearMiss, parseDuration } from "../../../src/core/runbook/duration.ts";

describe("durations", () => {
  const read: readonly (readonly [string, number | undefined])[] = [
    ["180s", 180_000], ["3 minutes", 180_000], ["20 min", 1_200_000], ["1h30m", 5_400_000], ["1 hour 30 minutes", 5_400_000], ["1.5 h", 5_400_000],
    ["0", 0], ["0 minutes", 0], ["250ms", 250], ["2 days", 172_800_000], ["15 Minutes", 900_000],
    ["180", undefined], ["", undefined], ["soon", undefined], ["3 minuts", undefined], ["5-10 minutes", undefined], ["-5 minutes", undefined], ["5 minutes or so", undefined],
  ];
  for (const [text, ms] of read) it(`reads ${JSON.stringify(text)} as ${String(ms)}`, () => assert.equal(parseDuration(text), ms));

  for (const text of ["3 minuts", "3 mintues", "5-10 minutes", "~5 min", "up to 2 hours"]) it(`sees that ${text} was meant as a duration`, () => assert.ok(isDurationNearMiss(text)));
  for (const text of ["3 minutes", "if needed", "3 replicas", "2 of 3", "Manual Image Change", "2"]) it(`does not take ${text} for a misspelt duration`, () => assert.ok(!isDurationNearMiss(text)));
});
