import assert from "node:assert/strict";
import type { Risk } from "../../../src/core/command/operation.ts";
import { riskOfCell } from "../../../src/core/command/plan.ts";
import { planRunbook } from "../../../src/core/command/planRunbook.ts";
import { cellReference } from "../../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { cellsAhead, type Extent } from "../../../src/core/run/runAhead.ts";

const fence = (name: string, text: string): string => `\`\`\`bash {name: ${name}}\n${text}\n\`\`\`\n\n`;
const READ = "kubectl get pods";
const CHANGE = "kubectl delete pod a -n x";
const DOCUMENT = parseRunbook(`# X

## Step 1: Look

${fence("a", READ)}${fence("b", READ)}
## Step 2: Act

${fence("c", READ)}${fence("d", CHANGE)}${fence("e", READ)}**If successful**: Skip to Step 4

## Step 3: Choose

### Option A: One

${fence("f", READ)}
### Option B: Two

${fence("g", READ)}
## Step 4: Check

${fence("h", READ)}`);
const PLANS = planRunbook(DOCUMENT);
const riskOf = (index: number): Risk => riskOfCell(PLANS[index]);

function ahead(extent: Extent, done: string, options: readonly { readonly step: string; readonly option: string }[] = []): string {
  const cells = [...done].map((name) => ({
    cell: { name, step: undefined, language: "bash" }, execution: name, expectations: [], whole: [],
    outcome: { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 },
  }) as const);
  return cellsAhead(DOCUMENT, { cells, options, skipped: [] }, extent, riskOf).map((index) => cellReference(DOCUMENT, index).name).join("");
}

describe("running ahead", () => {
  it("runs what is left of the current step", () => {
    assert.equal(ahead("step", ""), "ab");
    assert.equal(ahead("step", "a"), "b");
    assert.equal(ahead("step", "ab"), "cde");
    assert.equal(ahead("step", "abcde"), "h");
  });

  it("runs over steps until the first change", () => {
    assert.equal(ahead("untilChange", ""), "abc");
    assert.equal(ahead("untilChange", "abc"), "");
    assert.equal(ahead("untilChange", "abcd"), "e", "the way on depends on what the step comes to");
  });

  it("waits for an option to be taken", () => {
    const skipped = { cells: [], options: [], skipped: ["step-1", "step-2"] };
    assert.deepEqual(cellsAhead(DOCUMENT, skipped, "step", riskOf), []);
    const taken = { ...skipped, options: [{ step: "step-3", option: "step-3/option-b" }] };
    assert.deepEqual(cellsAhead(DOCUMENT, taken, "untilChange", riskOf).map((index) => cellReference(DOCUMENT, index).name), ["g", "h"]);
  });
});
