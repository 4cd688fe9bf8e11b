import assert from "node:assert/strict";
import { chainEvent } from "../../../src/core/run/chain.ts";
import { readCellOutput } from "../../../src/core/run/cellOutput.ts";
import type { JournalRecord } from "../../../src/core/run/journalEvent.ts";

function printed(execution: string, statement: number, stdout: string, stderr = ""): JournalRecord {
  const outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 } as const;
  return chainEvent({ type: "statementOutcome", execution, statement, outcome, stdout, stderr, files: [] }, undefined, 0, 0);
}

describe("what a cell printed", () => {
  it("is read from the journal, statement by statement", () => {
    const records = [printed("a", 0, "one\n", "careful\n"), printed("b", 0, "other\n"), printed("a", 1, "two\n"), printed("a", 2, "")];
    assert.deepEqual(readCellOutput(records, "a").map(({ statement, stream, text }) => [statement, stream, text]), [[0, "stdout", "one\n"], [0, "stderr", "careful\n"], [1, "stdout", "two\n"]]);
  });

  it("is the latest part of what a loop printed without end, and always the last output", () => {
    const records = Array.from({ length: 100 }, (_, index) => printed("a", index, String(index).padEnd(60_000, "-")));
    const parts = readCellOutput(records, "a");
    assert.deepEqual(parts[0], { statement: 0, stream: "note", text: "… 83 earlier outputs are in the incident log …\n" });
    assert.deepEqual(parts.slice(1).map((part) => part.statement), Array.from({ length: 17 }, (_, index) => 83 + index));
    assert.equal(readCellOutput([printed("a", 0, "x".repeat(5_000_000))], "a").length, 1);
  });
});
