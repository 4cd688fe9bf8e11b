import assert from "node:assert/strict";
import { checklistOf } from "../../../src/core/run/checklist.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const DOCUMENT = parseRunbook("# X\n\n## Step 1: Choose\n\n- [ ] Told the team\n- [ ] Told the team\n- [x] Room open\n\n### Option A: One\n\n- [ ] Primary fenced\n\n```bash {name: a}\nkubectl get pods\n```\n\n# Afterwards\n\n- [ ] Post-mortem scheduled\n");

function items(step: string | undefined, options: readonly { readonly step: string; readonly option: string }[] = []): string {
  const ticked = [{ step: "step-1", item: "Room open" }];
  return checklistOf(DOCUMENT, DOCUMENT.steps.find(({ id }) => id === step), { options, ticked }).map(({ item, isTicked }) => `${isTicked ? "✓ " : ""}${item}`).join(", ");
}

describe("the checklist of a run", () => {
  it("has the items of the current step and of its option that was taken, as they are ticked in the run", () => {
    assert.equal(items("step-1"), "Told the team, ✓ Room open");
    assert.equal(items("step-1", [{ step: "step-1", option: "step-1/option-a" }]), "Told the team, ✓ Room open, Primary fenced");
  });

  it("has all items once every step is done: those of the time afterwards come then", () => {
    assert.equal(items(undefined), "Told the team, ✓ Room open, Primary fenced, Post-mortem scheduled");
  });
});
