import assert from "node:assert/strict";
import { drillBook } from "../../../src/core/drills/drillBook.ts";
import { staleness, stalenessWords } from "../../../src/core/drills/coverage.ts";
import { incidentFigures } from "../../../src/core/drills/incidents.ts";
import { drillToRepeat } from "../../../src/core/drills/repeatedDrill.ts";
import { isProof, summariseRun } from "../../../src/core/drills/runSummary.ts";
import { openWords, standingOf, standingWords, type PlannedDrill } from "../../../src/core/drills/schedule.ts";
import type { JournalEvent } from "../../../src/core/run/journalEvent.ts";
import { readFacts } from "../../../src/core/facts/readFacts.ts";
import { journal, SHOP, summary, type Journal } from "./journals.ts";

const DAY = 86_400_000;
const RESTART: Journal = { cells: [["step-1", 10, 30], ["step-2", 60, 100], ["step-4", 130, 150]], restored: 150, ended: 160 };

describe("a run's summary", () => {
  it("gives each step the time until the next one began", () => {
    assert.deepEqual(summary(RESTART).visits.map(({ step, spentMs }) => [step, spentMs / 1000]), [["step-1", 50], ["step-2", 70], ["step-4", 20]]);
  });

  it("ends the last step when service was restored, where that came after its cells", () => {
    assert.equal(summary({ ...RESTART, restored: 158 }).visits.at(-1)?.spentMs, 28_000);
  });

  it("counts a step that was come back to twice, and its cells as they ended", () => {
    const visits = summary({ cells: [["step-2", 10, 20, "failed"], ["step-1", 30, 40], ["step-2", 50, 60]], ended: 70 }).visits;
    assert.deepEqual(visits.map(({ step, outcome }) => [step, outcome]), [["step-2", "failed"], ["step-1", "succeeded"], ["step-2", "succeeded"]]);
  });

  it("is not made of a broken journal, nor of one that is cut at the front", () => {
    const records = journal(RESTART);
    const edited = records.map((record) => (record.type === "clockMarked" && record.mark === "restored" ? { ...record, markedAt: 1 } : record));
    assert.match(unreadable(edited), /was edited/);
    assert.match(unreadable(records.toSpliced(4, 1)), /deleted/);
    assert.match(unreadable([]), /does not begin/);
  });

  it("is proof only for a person in real time who passed", () => {
    const cases: readonly [Journal, boolean][] = [
      [RESTART, true], [{ ...RESTART, unattended: true }, false], [{ ...RESTART, rate: 30 }, false], [{ ...RESTART, mode: "incident" }, false],
      [{ cells: RESTART.cells, ended: 160 }, false], [{ cells: RESTART.cells, restored: 150 }, false], [{ ...RESTART, restored: 601, ended: 700 }, false],
      [{ ...RESTART, isOwn: false }, false], [{ ...RESTART, faultStands: true }, false],
    ];
    for (const [plan, expected] of cases) assert.equal(isProof(summary(plan)), expected, JSON.stringify(plan));
  });
});

function unreadable(records: Parameters<typeof summariseRun>[0]): string {
  const read = summariseRun(records);
  return read.kind === "unreadable" ? read.reason : "readable";
}

describe("the same drill again", () => {
  const injected = (at: number, fault: string, announced: boolean): readonly [number, JournalEvent] => [at, { type: "faultInjected", fault, announced, parameters: { lagSeconds: "60" } }];

  it("is the newest that is over, of the runbook that is open where that has one", () => {
    const runs = [
      { ...summary({ ...RESTART, run: "own" }), runbookPath: "/own.md" }, summary({ ...RESTART, run: "other" }),
      summary({ ...RESTART, run: "incident", mode: "incident" }), summary({ cells: RESTART.cells, run: "open" }),
    ];
    const name = (path: string | undefined): string | undefined => drillToRepeat(runs, path)?.run;
    assert.deepEqual([name("/own.md"), name("/elsewhere.md"), name(undefined), drillToRepeat(runs.slice(2), undefined)], ["own", "other", "other", undefined]);
  });

  it("begins with what the drill began with, parameters and silence about them included; what broke later is another matter", () => {
    const { faults } = summary({ ...RESTART, announced: false, extra: [injected(0, "lag", true), injected(200, "late", false)] });
    assert.deepEqual(faults.map(({ fault, parameters, announced, isAtStart }) => [fault, parameters, announced, isAtStart]), [
      ["crash", {}, false, true], ["lag", { lagSeconds: "60" }, true, true], ["late", { lagSeconds: "60" }, false, false],
    ]);
  });
});

describe("staleness", () => {
  it("says when the runbook was last proven and what never was", () => {
    const proof = summary({ ...RESTART, wall: 5 * DAY });
    const later = summary({ ...RESTART, run: "r2", wall: 100 * DAY, unattended: true, cells: [["step-3/option-b", 1, 2]] });
    assert.equal(stalenessWords(staleness(SHOP, [proof, later], 148 * DAY)), "last proven 143 days ago, 2 options never exercised");
    assert.equal(stalenessWords(staleness(SHOP, [later], 148 * DAY)), "never proven by a drill");
  });

  it("counts a branch as exercised when its goal was worked on right after it", () => {
    const straight = staleness(SHOP, [summary(RESTART)], DAY).neverExercised.branches;
    assert.deepEqual(straight, []);
    const around = summary({ cells: [["step-1", 1, 2], ["step-2", 3, 4], ["step-3/option-a", 5, 6], ["step-4", 7, 8]], restored: 8, ended: 9 });
    const { branches, options } = staleness(SHOP, [around], DAY).neverExercised;
    assert.deepEqual(branches.map(({ owner }) => owner.id), ["step-2"]);
    assert.deepEqual(options.map(({ id }) => id), ["step-3/option-b"]);
  });
});

describe("the drill schedule", () => {
  const planned: PlannedDrill = { runbook: "shop", fault: undefined, startsAt: 100 * DAY, endsAt: 200 * DAY, written: "pending" };
  const passed = summary({ ...RESTART, wall: 120 * DAY });
  const failed = summary({ cells: RESTART.cells, ended: 160, wall: 150 * DAY });
  const table: readonly [string, Partial<PlannedDrill>, readonly ReturnType<typeof summary>[], number, string][] = [
    ["before its time", {}, [], 98.5, "begins in 2 days"],
    ["in its time", {}, [], 199.5, "due, 1 day left"],
    ["after its time", {}, [], 200, "missed"],
    ["passed, failed later", {}, [passed, failed], 180, "pass on 1970-05-01 by ann"],
    ["failed", {}, [failed], 180, "fail on 1970-05-31 by ann"],
    ["passed unattended", {}, [summary({ ...RESTART, wall: 120 * DAY, unattended: true })], 180, "due, 20 days left"],
    ["passed at another time", {}, [summary({ ...RESTART, wall: 90 * DAY })], 180, "due, 20 days left"],
    ["passed with another fault", { fault: "disk-full" }, [passed], 180, "due, 20 days left"],
    ["another runbook", { runbook: undefined }, [passed], 180, "due, 20 days left"],
    ["written down", { written: "pass" }, [], 300, "pass, as written down"],
    ["written down, and otherwise on record", { written: "pass" }, [failed], 180, "fail on 1970-05-31 by ann"],
  ];
  for (const [name, change, history, day, expected] of table) {
    it(name, () => assert.equal(standingWords(standingOf({ ...planned, ...change }, history, day * DAY)), expected));
  }

  it("says first of the whole what was missed", () => {
    const run = undefined;
    assert.equal(openWords([{ kind: "due", daysLeft: 3 }, { kind: "missed" }, { kind: "pass", run }, { kind: "missed" }, { kind: "fail", run }]), "2 missed, 1 failed, 1 due");
    assert.equal(openWords([{ kind: "pass", run }, { kind: "planned", inDays: 9 }]), "");
  });

  it("is read from shared facts and found by the runbook's path", () => {
    const { facts } = readFacts("drills:\n  - { quarter: 1970-Q2, scenario: Failover, runbook: shop.runbook.md }\n  - { quarter: 1970-Q2, scenario: Gone, runbook: gone.runbook.md }\n");
    const book = drillBook({ runbooks: [{ path: "/x/shop.runbook.md", document: SHOP }], facts: [{ path: "/x/facts.yaml", facts }], history: [passed], now: 190 * DAY, resolve: (_, relative) => `/x/${relative}` });
    assert.deepEqual(book.schedule.map(({ path, standing }) => [path, standing.kind]), [["/x/shop.runbook.md", "pass"], [undefined, "missed"]]);
    assert.equal(book.runbooks[0]?.rtoMs, 600_000);
  });
});

describe("figures of incidents", () => {
  it("count what was recorded in the last 30 days, say nothing without an incident, and leave looks out", () => {
    const incident = (wall: number, restored?: number): ReturnType<typeof summary> => {
      const read = summary({ mode: "incident", cells: [], wall, ended: 1200, ...(restored === undefined ? {} : { restored }) });
      // Run time is real time in an incident.
      return { ...read, impactAt: wall };
    };
    const figures = incidentFigures([incident(10 * DAY, 600), incident(95 * DAY, 1000), incident(96 * DAY), summary(RESTART), { ...incident(97 * DAY), impactAt: undefined }], 100 * DAY);
    assert.deepEqual([figures.incidents, figures.mttrMs, figures.downMs], [3, 800_000, 2_200_000]);
    assert.ok(Math.abs((figures.availabilityPercent ?? 0) - 99.915) < 0.001);
    assert.deepEqual(incidentFigures([summary(RESTART)], DAY), { incidents: 0, mttrMs: undefined, downMs: 0, availabilityPercent: undefined });
  });
});
