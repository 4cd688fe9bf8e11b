import assert from "node:assert/strict";
import type { CellStatus } from "../../../src/core/protocol.ts";
import { failureChoices } from "../../../src/core/run/failureChoices.ts";
import { cellOfMove, moveWords, nextMove } from "../../../src/core/run/nextMove.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { cellsAhead } from "../../../src/core/run/runAhead.ts";
import { cellReference, findCell } from "../../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const fence = (name: string): string => `\`\`\`bash {name: ${name}}\nkubectl get pods\n\`\`\`\n\n`;
const DOCUMENT = parseRunbook(`# X

## Step 1: Look

${fence("a")}${fence("b")}${fence("c")}
## Step 2: Choose

${fence("d")}
### Option A: One

${fence("e")}
### Option B: Two

${fence("f")}`);

const OUTCOME: Outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 };
const FAILED: Partial<CellStatus> = { outcome: { ...OUTCOME, status: "failed", reason: "expectation", message: 'Expected "UP": got DOWN.' }, expectations: [{ statement: 0, expected: '"UP"', actual: "DOWN", result: "notMet" }] };

/** Cells as they were run, in order: `a` succeeded, `a!` failed by an expectation, `a?` failed and was overridden, `a…` is running. */
function cells(text: string): readonly CellStatus[] {
  return text.split(" ").filter((word) => word !== "").map((word) => {
    const name = word.charAt(0);
    const index = findCell(DOCUMENT, name) ?? 0;
    const status: CellStatus = { cell: cellReference(DOCUMENT, index), execution: word, expectations: [], whole: [], outcome: OUTCOME };
    switch (word.slice(1)) {
      case "!":
        return { ...status, ...FAILED };
      case "?":
        return { ...status, ...FAILED, override: { reason: "known", by: "ann" } };
      case "…":
        return { ...status, outcome: undefined };
      default:
        return status;
    }
  });
}

function move(text: string, option?: string): ReturnType<typeof nextMove> {
  return nextMove(DOCUMENT, { cells: cells(text), options: option === undefined ? [] : [{ step: "step-2", option }], skipped: [] });
}

function moveText(text: string, option?: string): string {
  const found = move(text, option);
  const cell = cellOfMove(found);
  return `${found.kind}${cell === undefined || found.kind === "takeOption" ? "" : ` ${cellReference(DOCUMENT, cell).name}`}`;
}

describe("what a run waits for", () => {
  it("goes from cell to cell, to an option that has to be taken, and to the end", () => {
    const way = ["", "a", "a b…", "a b c", "a b c d"].map((text) => moveText(text));
    assert.deepEqual(way, ["run a", "run b", "running b", "run d", "takeOption"]);
    assert.deepEqual(["a b c d", "a b c d f"].map((text) => moveText(text, "step-2/option-b")), ["run f", "done"]);
  });

  it("goes back to a cell that failed, also in the middle of its step, until a person goes on by hand", () => {
    assert.deepEqual(["a b!", "a b! c", "a! b! c", "a b c!"].map((text) => moveText(text)), ["decide b", "decide b", "decide a", "decide c"]);
    assert.equal(moveText("a! b"), "run c", "the person has gone on");
    assert.equal(moveText("a b c d e!", "step-2/option-a"), "decide e");
    assert.equal(moveText("a b c d e!", "step-2/option-b"), "run f", "another option was taken");
  });

  it("takes a cell whose expectation was overridden for done", () => {
    assert.deepEqual(["a b?", "a b? c", "a b c?"].map((text) => moveText(text)), ["run c", "run d", "run d"]);
  });

  it("never runs over a failure by itself", () => {
    const facts = (text: string) => ({ cells: cells(text), options: [], skipped: [] });
    assert.deepEqual(cellsAhead(DOCUMENT, facts("a!"), "untilChange", () => "read"), []);
    assert.equal(cellsAhead(DOCUMENT, facts("a"), "untilChange", () => "read").length, 3);
  });

  it("says what is ahead as it is", () => {
    const words = (text: string, option?: string): string => moveWords(move(text, option), DOCUMENT, () => "change");
    assert.equal(words(""), "a is next and changes something: look at it and run it yourself.");
    assert.equal(words("a b…"), "b is running.");
    assert.equal(words("a b c d"), "Step 2: Choose has options, and one of them has to be taken first: Option A: One · Option B: Two");
    assert.equal(words("a b c d f", "step-2/option-b"), "Every step is done: nothing is left to run.");
    assert.equal(words("a!"), 'a: failed. Expected "UP": got DOWN. What now: run it again, or override the expectation, or skip the step?');
  });
});

describe("what can be done after a failure", () => {
  const choices = (word: string, more: Partial<CellStatus> = {}): string => failureChoices(DOCUMENT, { ...cells(word)[0]!, ...more }).join(" ");

  it("is to repeat, to override what was not met, to take another option, to skip", () => {
    assert.equal(choices("a!"), "runAgain override skipStep");
    assert.equal(choices("e!"), "runAgain override takeOption skipStep");
    assert.equal(choices("e!", { outcome: { ...OUTCOME, status: "unknown", reason: "unknown" } }), "runAgain takeOption skipStep");
    assert.equal(choices("a?"), "runAgain skipStep");
  });

  it("is nothing but an override for a quick action of another runbook", () => {
    assert.equal(choices("a!", { cell: { name: "other/a", step: undefined, language: "bash" } }), "override");
  });
});
