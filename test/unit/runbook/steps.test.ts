import assert from "node:assert/strict";
import { pathsOf } from "../../../src/core/runbook/budget.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { expectProblems, fixed } from "./check.ts";

const MINUTE = 60_000;

const SCENARIO = `# Runbook
## Scenario 1
### 🔴 CRITICAL - RTO: 15 minutes | RPO: 5 minutes
### Recovery
#### Step 1: Triage (2 minutes)
#### Step 2: Restart (3 minutes)

**If successful**: Skip to Step 4 (Verification)

#### Step 3: Failover (5 minutes)

**Option A: Replica**
\`\`\`bash
a
\`\`\`

**Option B: Restore** (9 minutes)
\`\`\`bash
b
\`\`\`

#### Step 4: Verification (3 minutes)

- [ ] told everyone
- [x] closed

## Scenario 2
### Recovery
#### Option 1: Abort
#### Option 2: Rebuild

1. **Provision** (20 min)
   \`\`\`bash
   c
   \`\`\`

2. **Deploy** (15 min):

3. **Update DNS** to the new one

#### Step 1: Check
`;

describe("steps", () => {
  const document = parseRunbook(SCENARIO);
  const find = (id: string) => document.steps.find((step) => step.id === id);

  it("have kinds, labels, budgets and stable names", () => {
    expectProblems(SCENARIO, []);
    assert.deepEqual(
      document.steps.filter((step) => step.kind !== "section").map((step) => [step.id, step.title, step.label, step.budgetMs]),
      [
        ["step-1", "Step 1: Triage", "1", 2 * MINUTE],
        ["step-2", "Step 2: Restart", "2", 3 * MINUTE],
        ["step-3", "Step 3: Failover", "3", 5 * MINUTE],
        ["step-3/option-a", "Option A: Replica", "A", undefined],
        ["step-3/option-b", "Option B: Restore", "B", 9 * MINUTE],
        ["step-4", "Step 4: Verification", "4", 3 * MINUTE],
        ["scenario-2/recovery/option-1", "Option 1: Abort", "1", undefined],
        ["scenario-2/recovery/option-2", "Option 2: Rebuild", "2", undefined],
        ["scenario-2/recovery/option-2/step-1", "Provision", "1", 20 * MINUTE],
        ["scenario-2/recovery/option-2/step-2", "Deploy", "2", 15 * MINUTE],
        ["scenario-2/step-1", "Step 1: Check", "1", undefined],
      ],
    );
  });

  it("have the cells that stand in them, options their own", () => {
    const texts = (id: string) => find(id)?.cells.map((index) => document.cells[index]).filter((cell) => cell?.kind === "command").map((cell) => cell?.text);
    assert.deepEqual(texts("step-3"), []);
    assert.deepEqual(texts("step-3/option-a"), ["a"]);
    assert.deepEqual(texts("step-3/option-b"), ["b"]);
    assert.deepEqual(texts("scenario-2/recovery/option-2/step-1"), ["c"]);
    assert.equal(document.steps[find("step-3/option-a")?.parent ?? -1]?.id, "step-3");
  });

  it("carry objectives of their heading and the one just below", () => {
    assert.deepEqual([find("scenario-1")?.rtoMs, find("scenario-1")?.rpoMs], [15 * MINUTE, 5 * MINUTE]);
    assert.equal(parseRunbook("# T\n\n**RTO**: 10 minutes | **RPO**: 0 minutes\n").steps[0]?.rpoMs, 0);
    assert.equal(parseRunbook("# T\n\nmore\n\nRTO: 10 minutes\n").steps[0]?.rtoMs, undefined);
  });

  it("carry branches and checklists", () => {
    assert.deepEqual(find("step-2")?.branches.map(({ condition, goal }) => [condition, goal]), [["successful", "step-4"]]);
    assert.deepEqual(find("step-4")?.checklist.map(({ text }) => text), ["told everyone", "closed"]);
  });

  it("have checklist items in the words that a reader sees, also of an item of several lines", () => {
    const { steps } = parseRunbook("## Step 1: a\n\n- [ ] **Told** the [team](x) in `#ops`\n- [x] Replica made again,\n  with its lag seen\n\n  More of it.\n");
    assert.deepEqual(steps[0]?.checklist.map(({ text }) => text), ["Told the team in #ops", "Replica made again, with its lag seen"]);
  });

  const problems: readonly (readonly [string, readonly string[]])[] = [
    ["## Step 2 - Restart\n", ["step-near-miss: Step 2 -"]],
    ["## Step 2. Restart\n", ["step-near-miss: Step 2."]],
    ["## Step 2 Restart\n", ["step-near-miss: Step 2"]],
    ["## ✅ Step 2: Restart\n", ["step-near-miss: Step 2"]],
    ["## Option A - Promote\n", ["step-near-miss: Option A -"]],
    ["## Option 2 (preferred)\n", []],
    ["## Step by step\n", []],
    ["## Options\n", []],
    ["## Step 2: Restart (3 minuts)\n", ["budget-near-miss: 3 minuts"]],
    ["## Step 2: Restart (5-10 minutes)\n", ["budget-near-miss: 5-10 minutes"]],
    ["## Step 2: Scale (3 replicas)\n", []],
    ["1. **Provision** (20 minuts)\n", ["budget-near-miss: 20 minuts"]],
    ["## RTO 15 minutes\n", ["objective-near-miss: ## RTO 15 minutes"]],
    ["## Step 1: a\n\n**If successful**: Skip to Step 9\n", ["branch-goal-missing: **If successful**: Skip to Step 9"]],
    ["## Step 1: a\n\nIf successful, skip to Step 1\n", ["branch-near-miss: If successful, skip to Step 1"]],
    ["## Step 1: a\n\n**If it works**: see Step 1\n", ["branch-near-miss: **If it works**: see Step 1"]],
    ["# A\n## Step 1: a\n**If failed**: Go to Step 2\n# B\n## Step 2: b\n", ["branch-goal-missing: **If failed**: Go to Step 2"]],
    ["- [] tick\n- [x]tick\n- [link](x)\n", ["checklist-near-miss: [] tick", "checklist-near-miss: [x]tick"]],
  ];
  for (const [source, expected] of problems) it(`${JSON.stringify(source)}: ${expected.join() || "no problem"}`, () => expectProblems(source, expected));

  it("are cured by their fix", () => assert.equal(fixed("## Step 2 - Restart\n"), "## Step 2: Restart\n"));

  it("say where an objective is not a duration", () => expectProblems("# RPO: Acceptable (cache data)\n", ["objective-unknown: # RPO: Acceptable (cache data)"], true));
});

describe("paths", () => {
  const paths = pathsOf(parseRunbook(SCENARIO)).map(({ name, totalMs, rtoMs }) => [name, totalMs === undefined ? undefined : totalMs / MINUTE, rtoMs === undefined ? undefined : rtoMs / MINUTE]);

  it("add up the budgets of the shortcut and of each option", () => {
    assert.deepEqual(paths.slice(0, 3), [["Step 2 successful", 8, 15], ["Option A: Replica", 13, 15], ["Option B: Restore", 17, 15]]);
  });

  it("add up numbered steps in an option", () => {
    assert.deepEqual(paths.slice(3), [["Option 1: Abort", undefined, undefined], ["Option 2: Rebuild", 35, undefined]]);
  });

  it("end at a branch backwards and stay few", () => {
    const loop = parseRunbook("## Step 1: a (1 minute)\n## Step 2: b (1 minute)\n**If failed**: Go to Step 1\n## Step 3: c (1 minute)\n");
    assert.deepEqual(pathsOf(loop).map(({ name, totalMs }) => [name, totalMs]), [["Step 2 failed", 2 * MINUTE], ["Steps", 3 * MINUTE]]);
    const many = Array.from({ length: 40 }, (_, index) => `## Step ${String(index)}: x\n**If successful**: Skip to Step ${String(index + 2)}\n`).join("");
    assert.ok(pathsOf(parseRunbook(many)).length <= 64);
  });
});
