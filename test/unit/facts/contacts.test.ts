import assert from "node:assert/strict";
import { availabilityAt, availabilityWords } from "../../../src/core/facts/availability.ts";
import type { Availability } from "../../../src/core/facts/facts.ts";
import { readPhone } from "../../../src/core/facts/phone.ts";
import { readQuarter } from "../../../src/core/facts/quarter.ts";

const OFFICE: Availability = { kind: "hours", hours: { days: [1, 2, 3, 4, 5], fromMinute: 540, toMinute: 1020, zone: "America/New_York" } };

function shown(available: Availability | undefined, at: string): string {
  const now = availabilityAt(available, Date.parse(at));
  return now.kind === "closed" ? `closed until ${new Date(now.opensAt).toISOString()}` : now.kind;
}

describe("availability", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["2026-01-30T14:00:00Z", "available"],
    ["2026-01-30T13:59:59Z", "closed until 2026-01-30T14:00:00.000Z"],
    ["2026-01-30T21:59:00Z", "available"],
    // Friday evening: Monday morning is next.
    ["2026-01-30T22:00:00Z", "closed until 2026-02-02T14:00:00.000Z"],
    // The clocks go forward on Sunday, 8 March 2026: nine o'clock comes an hour earlier in UTC.
    ["2026-03-07T12:00:30Z", "closed until 2026-03-09T13:00:00.000Z"],
    // And back on Sunday, 1 November 2026.
    ["2026-10-31T12:00:00Z", "closed until 2026-11-02T14:00:00.000Z"],
  ];
  for (const [at, expected] of cases) it(`business hours in New York at ${at}: ${expected}`, () => assert.equal(shown(OFFICE, at), expected));

  it("is also always, for critical incidents only, or unknown", () => {
    const at = "2026-01-31T03:00:00Z";
    assert.deepEqual([shown({ kind: "always" }, at), shown({ kind: "criticalOnly" }, at), shown(undefined, at)], ["available", "criticalOnly", "unknown"]);
    assert.equal(shown({ kind: "hours", hours: { days: [], fromMinute: 0, toMinute: 60, zone: "UTC" } }, at), "unknown");
  });

  it("has words", () => {
    assert.deepEqual([OFFICE, { kind: "always" } as const, { kind: "criticalOnly" } as const, undefined].map(availabilityWords), ["Mon–Fri 09:00–17:00 America/New_York", "24/7", "critical incidents only", "hours not known"]);
    assert.equal(availabilityWords({ kind: "hours", hours: { days: [6, 1], fromMinute: 0, toMinute: 1440, zone: "UTC" } }), "Mon, Sat 00:00–24:00 UTC");
  });
});

describe("telephone numbers", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["+1-555-338-2468", "+15553382468"],
    ["+1 (555) DEV-OPS1", "+15553386771"],
    ["+49 30 1234567", "+49301234567"],
    ["+1-555-DEVOPS", "after +1 come ten digits, here are 9"],
    ["+1-555-DEV-001", "after +1 come ten digits, here are 9"],
    ["555-0100", "it does not begin with + and a country code"],
    ["+49 1", "it has 3 digits"],
    ["+49 30 12345#7", "# is on no keypad"],
    ["", "it does not begin with + and a country code"],
  ];
  for (const [text, expected] of cases) {
    it(`${text}: ${expected}`, () => {
      const read = readPhone(text);
      assert.equal(read.kind === "dialable" ? read.number : read.reason, expected);
    });
  }
});

describe("quarters", () => {
  it("are read both ways, and nothing else is", () => {
    const span = { startsAt: Date.UTC(2026, 9, 1), endsAt: Date.UTC(2027, 0, 1) };
    assert.deepEqual(["2026-Q4", "Q4 2026", "2026Q4"].map(readQuarter), [span, span, span]);
    assert.deepEqual(["2026-Q5", "2026", "Q4"].map(readQuarter), [undefined, undefined, undefined]);
  });
});
