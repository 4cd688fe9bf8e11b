import assert from "node:assert/strict";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { nameStamp, pointInName, readPointInTime, rpoExposureMs, suggestRecoveryPoint } from "../../../src/core/run/recoveryPoint.ts";

const NOW = Date.UTC(2026, 0, 31, 14, 30);
const DONE: Outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 };

describe("points in time", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["2026-01-31 02:00", "2026-01-31T02:00:00.000Z"],
    ["2026-01-31T02:00:30Z", "2026-01-31T02:00:30.000Z"],
    ["2026-01-31-0200", "2026-01-31T02:00:00.000Z"],
    ["14:26", "2026-01-31T14:26:00.000Z"],
    ["23:50 UTC", "2026-01-30T23:50:00.000Z"],
    ["2026-02-30 02:00", undefined],
    ["25:00", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of cases) {
    it(`${text}: ${String(expected)}`, () => {
      const at = readPointInTime(text, NOW);
      assert.equal(at === undefined ? undefined : new Date(at).toISOString(), expected);
    });
  }
});

describe("names of backups", () => {
  it("carry a time that is read back", () => {
    assert.equal(nameStamp(NOW), "2026-01-31-1430");
    assert.equal(pointInName(`mysql/shop-${nameStamp(NOW)}.sql.gz`, NOW), NOW);
  });

  it("of the future, of no day and without a time say nothing", () => {
    for (const name of ["shop-2026-01-31-1431.gz", "shop-2026-02-30-0200.gz", "shop-2026-01-31.gz", "12026-01-31-02001"]) assert.equal(pointInName(name, NOW), undefined, name);
  });
});

describe("RPO exposure", () => {
  it("grows with the clock, is unknown without evidence, and ends when service is restored", () => {
    assert.equal(rpoExposureMs({ now: NOW, restoredAt: undefined, newestPointAt: NOW - 60_000 }), 60_000);
    assert.equal(rpoExposureMs({ now: NOW, restoredAt: undefined, newestPointAt: undefined }), undefined);
    assert.equal(rpoExposureMs({ now: NOW, restoredAt: NOW - 1, newestPointAt: NOW - 60_000 }), undefined);
  });
});

describe("the suggested recovery point", () => {
  const outcome = (cell: string, variables: Readonly<Record<string, string>>, previous: JournalRecord | undefined): JournalRecord =>
    chainEvent({ type: "cellOutcome", execution: cell, cell: { name: cell, step: undefined, language: "bash" }, outcome: DONE, variables }, previous, NOW, 0);

  it("is the newest value with a time in it; one of the future is none", () => {
    const first = outcome("choose-backup", { BACKUP: "mysql/shop-2026-01-31-0200.sql.gz\n", COUNT: "12" }, undefined);
    const second = outcome("later", { NEXT: "shop-2026-12-31-0200", OTHER: "x" }, first);
    assert.deepEqual(suggestRecoveryPoint([first, second]), { pointAt: Date.UTC(2026, 0, 31, 2), evidence: "BACKUP=mysql/shop-2026-01-31-0200.sql.gz in choose-backup" });
    assert.equal(suggestRecoveryPoint([]), undefined);
  });
});
