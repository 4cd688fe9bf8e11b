import assert from "node:assert/strict";
import { cellsReport } from "../../../src/core/runbook/cellsReport.ts";
import { commandOffsetToText } from "../../../src/core/runbook/commandLines.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

describe("cells report", () => {
  const source = "## Step 1: Look (2 minutes)\n\n1. x\n   ```console {name: look}\n   $ curl '\n   out\n   $ bad --flag\n   # Expected: PONG\n   ```\n";
  const fixedSource = source.replace("curl '", "curl x");

  it("gives step, budget in milliseconds, and offsets into the file", () => {
    const report = cellsReport(parseRunbook(fixedSource), () => []);
    assert.equal(report.version, 1);
    const [, cell] = report.cells;
    assert.deepEqual([cell?.kind, cell?.language, cell?.name, cell?.step, cell?.budget, cell?.startLine, cell?.endLine], ["command", "console", "look", "step-1", 120_000, 4, 9]);
    assert.deepEqual(cell?.expectations.map(({ start, end }) => fixedSource.slice(start, end)), ["# Expected: PONG"]);
  });

  it("places the problems of a command in the file and in the cell's text", () => {
    const document = parseRunbook(fixedSource);
    const report = cellsReport(document, (cell) => {
      const start = cell.command?.commandText.indexOf("--flag") ?? 0;
      return [{ code: "unknown-flag", start, end: start + 6, facts: { command: "bad", name: "--flag", nearest: "" } }];
    });
    assert.deepEqual(report.cells.flatMap((cell) => cell.diagnostics).map(({ code, start, end, line }) => [code, fixedSource.slice(start, end), line]), [["unknown-flag", "--flag", 7]]);
    const command = document.cells[1];
    const offset = commandOffsetToText(command?.text ?? "", command?.command?.commandText.indexOf("--flag") ?? 0);
    assert.equal(command?.text.slice(offset, offset + 6), "--flag");
  });

  it("carries the runbook's own problems in the cell where they are", () => {
    const report = cellsReport(parseRunbook(source), () => []);
    assert.deepEqual(report.cells.flatMap((cell, index) => cell.diagnostics.map(({ code }) => [index, code])), [[1, "prompt-continuation-missing"]]);
    assert.deepEqual(JSON.parse(JSON.stringify(cellsReport(parseRunbook(""), () => []))), { version: 1, cells: [] });
  });
});
