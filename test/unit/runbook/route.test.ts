import assert from "node:assert/strict";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { Route, type OptionChoices } from "../../../src/core/runbook/route.ts";

const CELL = "\n```bash\nkubectl get pods\n```\n";
const RUNBOOK = ["# Detection", "## Step 1: Look", "## Step 2: Mend", "### Option 1: Move", "#### Step 2a: Copy", "#### Step 2b: Switch\n\n**If successful**: Skip to Step 3", "### Option 2: Rebuild", "#### Step 2c: Make", "## Step 3: Check", "# Afterwards"].map((heading) => `${heading}\n${CELL}`).join("\n");

/** Titles of the stops when every step succeeds. */
function walk(choices: OptionChoices): readonly string[] {
  const route = new Route(parseRunbook(RUNBOOK), choices);
  const titles: string[] = [];
  for (let stop = route.first(); stop !== undefined; stop = route.next(stop, true)) titles.push(stop.step.title);
  return titles;
}

describe("the route through a runbook", () => {
  for (const [choices, steps] of [
    [{}, ["Detection", "Step 1: Look", "Step 2: Mend", "Option 1: Move", "Step 2a: Copy", "Step 2b: Switch", "Step 3: Check"]],
    [{ "2": "2" }, ["Detection", "Step 1: Look", "Step 2: Mend", "Option 2: Rebuild", "Step 2c: Make", "Step 3: Check"]],
  ] as const) {
    it(`takes only the steps of the chosen option: ${JSON.stringify(choices)}`, () => assert.deepEqual(walk(choices), steps));
  }
});
