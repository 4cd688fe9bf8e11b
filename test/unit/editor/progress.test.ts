import assert from "node:assert/strict";
import type { CellStatus } from "../../../src/core/protocol.ts";
import type { OutcomeStatus } from "../../../src/core/run/outcome.ts";
import { closingLines, stopsRun } from "../../../src/core/run/outcomeText.ts";
import { followProgress, type Progress } from "../../../src/core/run/progress.ts";
import { forecastOption, forecastWords } from "../../../src/core/run/optionForecast.ts";
import { cellReference, findCell } from "../../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const SOURCE = `# Recovery

## Step 1: Look (2 minutes)

\`\`\`bash {name: look}
kubectl get pods
\`\`\`

## Step 2: Restart (3 minutes)

\`\`\`bash
kubectl delete pod a
\`\`\`

\`\`\`bash {name: check}
kubectl get pods
\`\`\`

**If successful**: Skip to Step 4

## Step 3: Fail over (5 minutes)

### Option A: Replica

\`\`\`bash {name: promote}
kubectl get pods
\`\`\`

### Option B: Restore

\`\`\`bash {name: restore}
kubectl get pods
\`\`\`

## Step 4: Verify (1 minute)

\`\`\`bash {name: verify}
kubectl get pods
\`\`\`
`;
const document = parseRunbook(SOURCE);

function ran(outcomes: Readonly<Record<string, OutcomeStatus>>): readonly CellStatus[] {
  return Object.entries(outcomes).map(([name, status]) => ({
    cell: { name, step: undefined, language: "bash" }, execution: name, expectations: [], whole: [],
    outcome: { status, exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 },
  }));
}

function follow(outcomes: Readonly<Record<string, OutcomeStatus>>, more: { readonly option?: string; readonly skipped?: readonly string[] } = {}): Progress {
  const options = more.option === undefined ? [] : [{ step: "step-3", option: more.option }];
  return followProgress(document, { cells: ran(outcomes), options, skipped: more.skipped ?? [] });
}

describe("cell names", () => {
  it("use the cell's own name, else count the commands of the step, and are found again", () => {
    const names = document.cells.flatMap((cell, index) => (cell.command === undefined ? [] : [cellReference(document, index).name]));
    assert.deepEqual(names, ["look", "step-2#1", "check", "promote", "restore", "verify"]);
    for (const name of names) assert.equal(cellReference(document, findCell(document, name) ?? -1).name, name);
    assert.equal(findCell(document, "gone"), undefined);
  });
});

describe("progress of a run", () => {
  it("begins at the first step and goes on when its cells have run", () => {
    assert.equal(follow({}).current?.id, "step-1");
    assert.equal(follow({}).next?.id, "step-2");
    assert.equal(follow({ look: "finding" }).current?.id, "step-2");
  });

  it("stands at the first cell of a step that has not run", () => {
    const { nextCell } = follow({ look: "succeeded", "step-2#1": "succeeded" });
    assert.equal(nextCell, findCell(document, "check"));
  });

  it("skips ahead when a step succeeded, and does not when it left a finding", () => {
    assert.equal(follow({ look: "succeeded", "step-2#1": "succeeded", check: "succeeded" }).current?.id, "step-4");
    assert.equal(follow({ look: "succeeded", "step-2#1": "succeeded", check: "finding" }).current?.id, "step-3");
  });

  it("keeps a failed step open until it is skipped", () => {
    const outcomes = { look: "succeeded", "step-2#1": "failed", check: "finding" } as const;
    assert.equal(follow(outcomes).current?.id, "step-2");
    assert.equal(follow(outcomes, { skipped: ["step-2"] }).current?.id, "step-3");
  });

  it("goes on with a person who has left steps out", () => {
    assert.equal(follow({ "step-2#1": "succeeded", "elsewhere": "succeeded" }).current?.id, "step-2");
    assert.equal(follow({ "step-2#1": "failed", restore: "failed" }, { option: "step-3/option-b" }).current?.id, "step-3");
  });

  it("waits for an option, then for that option's cells only", () => {
    const outcomes = { look: "succeeded", "step-2#1": "succeeded", check: "finding" } as const;
    assert.deepEqual(follow(outcomes).openOptions.map((option) => option.id), ["step-3/option-a", "step-3/option-b"]);
    assert.equal(follow(outcomes, { option: "step-3/option-b" }).nextCell, findCell(document, "restore"));
    assert.equal(follow({ ...outcomes, restore: "succeeded" }, { option: "step-3/option-b" }).current?.id, "step-4");
    assert.equal(follow({ ...outcomes, restore: "succeeded", verify: "succeeded" }, { option: "step-3/option-b" }).current, undefined);
  });
});

describe("forecast of an option", () => {
  const option = document.steps.find((step) => step.id === "step-3/option-a");
  it("adds up the way from the option to the end, and compares it with what is left", () => {
    assert.ok(option);
    const forecast = forecastOption(document, option);
    assert.deepEqual(forecast, { fromHereMs: 360_000, totalMs: 660_000, isLowerBound: false });
    assert.equal(forecastWords(forecast, 420_000), "6 min from here to recovery; 07:00 of RTO left");
    assert.equal(forecastWords(forecast, 300_000), "6 min from here to recovery; 05:00 of RTO left: too late by 01:00");
    assert.equal(forecastWords(forecast, -1), "6 min from here to recovery; RTO is missed already");
    assert.equal(forecastWords(forecast, undefined), "6 min from here to recovery, 11 min in all");
  });

  it("follows the option's own branch", () => {
    const shortcut = parseRunbook(SOURCE.replace("### Option B", "**If successful**: Skip to Step 5\n\n### Option B").replace("## Step 4: Verify (1 minute)", "## Step 4: Migrate (9 minutes)\n\n## Step 5: Verify (1 minute)"));
    const fromHere = shortcut.steps.filter((step) => step.kind === "option").map((step) => forecastOption(shortcut, step).fromHereMs);
    assert.deepEqual(fromHere, [360_000, 900_000]);
  });
});

describe("how a cell ends", () => {
  const outcome = { status: "failed", exitCode: 1, reason: "expectation", message: "An expectation is not met.", startedAt: 0, endedAt: 1 } as const;
  it("says what was expected, what came and why it ended", () => {
    const checks = [{ statement: 0, expected: '"UP"', actual: '"DOWN"\n', result: "notMet" }, { statement: 1, expected: "201", actual: "201", result: "met" }];
    assert.equal(closingLines(outcome, { expectations: checks }), '✗ Expected "UP": not met, got "DOWN"\n✓ Expected 201: met\nFailed (exit code 1): An expectation is not met.\n');
    assert.equal(closingLines({ ...outcome, status: "succeeded" }, { expectations: [] }), "");
  });

  it("stops the cells after a failure or a No, and not after a finding", () => {
    const stops = (["succeeded", "finding", "failed", "refused", "cancelled", "unknown"] as const).filter((status) => stopsRun({ ...outcome, status }));
    assert.deepEqual(stops, ["failed", "refused", "cancelled", "unknown"]);
  });
});
