import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { runEveryCell } from "./runEveryCell.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Notebooks whose every cell succeeds one after the other in the healthy world; scenarios are walked through their faults elsewhere. */
const NOTEBOOKS = ["00-index", "07-monitoring-and-health", "08-quick-reference", "09-disaster-recovery-testing", "10-secret-rotation"];

/** A fast clock and a busy machine make answers slow that are not. */
const GIVEN: Readonly<Record<string, string>> = { MAX_SECONDS: "600" };

/**
 * Neither the journal of the run nor the snapshot of its world has a password in clear: those the world begins with, and those the cells
 * made (24 bytes as hex digits). What running containers were started with is theirs, as it is on a node.
 */
function assertNoPasswords(folder: string): void {
  const files = globSync("**/{journal.jsonl,snapshot.json}", { cwd: folder });
  for (const name of ["journal.jsonl", "snapshot.json"]) assert.ok(files.some((file) => file.endsWith(name)), name);
  for (const file of files) assert.doesNotMatch(readFileSync(join(folder, file), "utf8").replaceAll(/"environment":\{[^}]*\}/gu, ""), /drill-only-(?:root|app)-password|(?<![0-9a-fA-F])[0-9a-f]{48}(?![0-9a-fA-F])/u, file);
}

describe("every command cell of the notebooks without a scenario", function suite() {
  this.timeout(240_000);
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), "every-cell-"));
  });
  after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const name of NOTEBOOKS) {
    it(`${name}: succeeds in the drill world`, async () => {
      const path = join(ROOT, `notebooks/${name}.runbook.md`);
      const outcomes = await runEveryCell(path, join(home, name), { parameters: GIVEN, atEnd: () => assertNoPasswords(join(home, name)) });
      assert.ok(outcomes.length > 0);
      assert.deepEqual(outcomes.filter(({ outcome }) => outcome.status !== "succeeded").map(({ cell, outcome }) => `${cell}: ${outcome.status}: ${outcome.message ?? ""}`), []);
    });
  }

  it("is one of those, or of a scenario with a drill of its own", () => {
    const others = globSync("notebooks/*.runbook.md", { cwd: ROOT }).map((path) => basename(path, ".runbook.md")).filter((name) => !NOTEBOOKS.includes(name));
    assert.deepEqual(others.toSorted().map((name) => name.slice(0, 2)), ["01", "02", "03", "04", "05", "06"]);
  });
});
