import assert from "node:assert/strict";
import { compareDrills, previousDrill } from "../../../src/core/drills/comparison.ts";
import { allCases, chooseBySeed, surpriseFaults } from "../../../src/core/drills/faultChoice.ts";
import { forecastRecovery, recoveryForecastWords, stepWords } from "../../../src/core/drills/forecast.ts";
import { proofWords, reportDrill, reportMarkdown, reportText } from "../../../src/core/drills/report.ts";
import { scoreRun } from "../../../src/core/drills/score.ts";
import { stepVisits } from "../../../src/core/drills/stepTimes.ts";
import { caseText, parseCase, parseFault } from "../../../src/core/runbook/drillCase.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { journal, SHOP, summary, type Journal } from "./journals.ts";

const RESTART: Journal = { run: "r1", cells: [["step-1", 10, 30], ["step-2", 60, 100], ["step-4", 130, 150]], restored: 150, ended: 160 };
const SLOW: Journal = { run: "r2", wall: 1_000_000, cells: [["step-1", 10, 300], ["step-3/option-b", 400, 480], ["step-4", 500, 590]], restored: 590, ended: 650 };

describe("the score of a drill", () => {
  it("warns of steps over their budget, skipped steps and unchecked expectations, and fails for the objective only", () => {
    const drill = summary({ ...SLOW, extra: [[350, { type: "stepSkipped", step: "step-2", reason: "the data is damaged" }], [450, { type: "expectationChecked", execution: "1", statement: 0, expected: "no errors", actual: "", result: "unverified" }]] });
    const score = scoreRun(drill, SHOP);
    assert.equal(score.result, "pass");
    assert.deepEqual(score.warnings, ["Step 1: Look (2 minutes) took 6 min 30 s, 4 min 30 s over its budget.", "Step 4: Verify (1 minute) took 1 min 30 s, 30 s over its budget.", "Step 2: Restart (3 minutes) was skipped: the data is damaged", "Nobody checked: no errors"].map((line) => line.replaceAll(/ \(\d minutes?\)/g, "")));
    // An option has its step's budget.
    assert.equal(score.steps.find(({ step }) => step === "step-3/option-b")?.budgetMs, 240_000);
    const late = scoreRun(summary({ ...SLOW, restored: 601 }), SHOP);
    assert.deepEqual([late.result, late.reasons.length], ["fail", 1]);
  });
});

describe("a drill against the last one", () => {
  it("names what was slower, faster, left out and new", () => {
    const { recoveryLaterMs, slower, faster, leftOut, added } = compareDrills(summary(SLOW), summary(RESTART));
    assert.equal(recoveryLaterMs, 440_000);
    assert.deepEqual(slower, [{ step: "step-1", laterMs: 340_000 }, { step: "step-4", laterMs: 70_000 }]);
    assert.deepEqual([faster, leftOut, added], [[], ["step-2"], ["step-3/option-b"]]);
  });

  it("is compared with the latest of its kind", () => {
    const drill = summary({ ...RESTART, run: "now", wall: 9_000_000 });
    const history = [summary(RESTART), summary(SLOW), summary({ ...RESTART, run: "other", wall: 2_000_000, fault: "disk-full" }), summary({ ...RESTART, run: "machine", wall: 3_000_000, unattended: true, rate: 30 }), summary({ cells: [], run: "open", wall: 4_000_000 }), drill];
    assert.equal(previousDrill(drill, history)?.run, "r2");
    assert.equal(previousDrill({ ...drill, isUnattended: true, rate: 30 }, history)?.run, "machine");
    assert.equal(previousDrill(summary(RESTART), history), undefined);
  });

  it("is reported with what was never rehearsed, and tells a surprise at the end", () => {
    const report = reportDrill(summary({ ...SLOW, announced: false }), SHOP, [summary(RESTART)]);
    const text = reportText(report);
    for (const line of [/The fault was: crash \(a surprise\)/, /Step 1: Look +6 min 30 s +2 min +over budget/, /Recovery was 07:20 slower\./, /Left out this time: Step 2: Restart/, /Never taken: Option A: Promote/, /It counts as proof/]) assert.match(text, line);
    const markdown = reportMarkdown(report);
    assert.match(markdown, /^# Drill report: Shop\n\n\*\*PASS recovered in 09:50, RTO 10:00\*\*/);
    assert.match(markdown, /\| Step 4: Verify \| 1 min 30 s \| 1 min \| \*\*over budget\*\*, succeeded \|/);
  });
});

describe("the forecast", () => {
  const past = [summary(RESTART)];
  const soFar = (cells: Journal["cells"], now: number, history = past): string => {
    const forecast = forecastRecovery({ impactAt: 0, now: now * 1000, rtoMs: 600_000, visits: stepVisits(journal({ cells })) }, history);
    return forecast === undefined ? "none" : recoveryForecastWords(forecast, (id) => stepWords(id, SHOP));
  };
  const table: readonly [string, Journal["cells"], number, string][] = [
    ["before the first step: as long as then", [], 5, "at this pace 8 min to spare"],
    ["in a step: what was left of it and after it", [["step-1", 200, 210]], 220, "at this pace 4 min to spare"],
    ["longer in a step than then: the rest still comes", [["step-1", 10, 20]], 595, "at this pace 1 min 30 s over, at step 2"],
    ["late already", [["step-1", 10, 20], ["step-2", 700, 710]], 720, "at this pace 3 min over"],
    ["a step that no drill came to", [["step-3/option-a", 10, 20]], 30, "none"],
  ];
  for (const [name, cells, now, expected] of table) it(name, () => assert.equal(soFar(cells, now), expected));

  it("takes the drill in the middle, and none that did not recover", () => {
    const other = (run: string, end: number): ReturnType<typeof summary> => summary({ run, cells: [["step-1", 10, 30]], restored: end, ended: end });
    assert.equal(soFar([], 0, [other("a", 100), other("b", 300), other("c", 500), summary({ cells: [["step-1", 1, 2]], ended: 3 })]), "at this pace 5 min to spare");
    assert.equal(soFar([], 0, []), "none");
  });
});

describe("what a drill proves", () => {
  it("is said with the reason", () => {
    const words = (plan: Partial<Journal>): string => proofWords(summary({ cells: [["step-1", 0, 60]], restored: 120, ended: 160, ...plan }));
    assert.match(words({}), /^It counts as proof/);
    assert.match(words({ isOwn: false }), /the runbook does not name crash under drill as a fault that it is for\.$/);
    assert.match(words({ faultStands: true }), /it did not pass\.$/);
    assert.match(words({ unattended: true }), /nobody was there\.$/);
  });

  it("is no recovery while the fault stands, whatever the clock said", () => {
    const over = summary({ cells: [["step-1", 0, 60]], restored: 120, ended: 160, faultStands: true });
    assert.deepEqual([over.recoveryMs, over.unrestoredMs], [undefined, 160_000]);
  });
});

describe("what a drill breaks", () => {
  it("is read as it is typed", () => {
    assert.deepEqual(parseFault("disk-full:used=97%,volume=data"), { fault: "disk-full", parameters: { used: "97%", volume: "data" } });
    for (const text of ["", "two words", "a:b", "a:=b"]) assert.equal(parseFault(text), undefined, text);
    for (const text of ["disk-full 3=B", "a b:c=d step-2=option-1"]) assert.equal(caseText(parseCase(text) ?? { faults: [], options: {} }), text);
    for (const text of ["3=B", "", "a b:c"]) assert.equal(parseCase(text), undefined, text);
  });

  it("goes through each named case, and through the options that none of them takes", () => {
    const runbook = (front: string): Parameters<typeof allCases>[0] => parseRunbook(`---\nid: x\n${front}\n---\n${SHOP.source.slice(SHOP.source.indexOf("# Shop"))}`);
    const texts = (front: string): readonly string[] => allCases(runbook(front)).map((each) => caseText(each));
    assert.deepEqual(texts("drill: { fault: crash }"), ["crash", "crash 3=B"]);
    assert.deepEqual(texts("drill: { fault: crash, cases: [disk-full 3=option-b, leak] }"), ["crash", "disk-full 3=option-b", "leak"]);
    assert.deepEqual(texts("owner: ann"), []);
  });

  it("is drawn by a seed among the runbook's own faults, and never of the world's others", () => {
    const drawn = (seed: number): string | undefined => chooseBySeed(["a", "b", "c"], seed);
    assert.equal(drawn(7), drawn(7));
    assert.deepEqual(["a", "b", "c"].filter((name) => Array.from({ length: 30 }, (_, seed) => drawn(seed)).includes(name)), ["a", "b", "c"]);
    const names = (cases: readonly string[]): readonly string[] => surpriseFaults({ drillFault: "crash", drillCases: cases.flatMap((text) => parseCase(text) ?? []) }, ["crash", "disk-full", "leak"]).map(({ fault }) => fault);
    assert.deepEqual(names(["disk-full 3=A", "disk-full 3=B", "not-in-this-world"]), ["crash", "disk-full"]);
    assert.deepEqual(names([]), ["crash"]);
    assert.deepEqual(surpriseFaults({ drillFault: undefined, drillCases: [] }, ["crash"]), []);
    assert.equal(chooseBySeed([], 1), undefined);
  });
});
