import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathsOf } from "../../../src/core/runbook/budget.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { decodeSource, encodeSource } from "../../../src/core/runbook/source.ts";
import { EditedNotebook } from "./editor.ts";

/** Public runbooks kept beside the checkout; the only tests of this suite that read the disk. */
const beside = resolve(import.meta.dirname, "../../../../shared");
const corpus = process.env["DR_RUNBOOK_CORPUS"] ?? join(beside, "corpus");
const seed = join(beside, "seed");

const VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "with CRLF": (text) => text.replaceAll("\n", "\r\n"),
  "with a byte-order mark": (text) => `\uFEFF${text}`,
  "with tabs": (text) => text.replaceAll(/^ {4}/gm, "\t").replaceAll(/^ {3}/gm, "\t"),
  "without final line end": (text) => text.trimEnd(),
};

describe("real runbooks", function () {
  const files = [corpus, seed].flatMap((folder) => globSync("**/*.md", { cwd: folder }).map((file) => join(folder, file)));

  before(function () {
    if (files.length > 0) return;
    console.log(`      skipped: no Markdown files under ${corpus} (set DR_RUNBOOK_CORPUS)`);
    this.skip();
  });

  for (const [name, change] of Object.entries(VARIANTS)) {
    it(`open and save byte-identically ${name}`, () => {
      for (const file of files) {
        const bytes = encodeSource(change(decodeSource(readFileSync(file))));
        const saved = encodeSource(new EditedNotebook(decodeSource(bytes)).save("trimTrailingWhitespace"));
        assert.ok(Buffer.from(bytes).equals(saved), file);
      }
    });
  }

  it("change only where a command is edited", () => {
    for (const file of files) {
      const source = decodeSource(readFileSync(file));
      const { cells } = parseRunbook(source);
      const at = cells.findIndex((cell) => cell.kind === "command");
      const cell = cells[at];
      if (cell === undefined) continue;
      const notebook = new EditedNotebook(source);
      notebook.edit(at, (value) => `${value}\nkubectl get nodes`);
      const saved = notebook.save();
      assert.ok(saved.startsWith(source.slice(0, cell.start)) && saved.endsWith(source.slice(cell.end)), file);
    }
  });

  it("of the seed: 39 commands, and the totals of each path", function () {
    const file = join(seed, "disaster-recovery-runbook.md");
    if (!existsSync(file)) this.skip();
    const document = parseRunbook(decodeSource(readFileSync(file)));
    assert.equal(document.cells.filter((cell) => cell.kind === "command").length, 39);
    assert.deepEqual(document.problems.map(({ code }) => code), ["expectation-partly-checked", "objective-unknown", "expectation-manual", "expectation-manual"]);
    const totals = pathsOf(document).flatMap(({ name, totalMs }) => (totalMs === undefined ? [] : [[name, totalMs / 60_000]]));
    assert.deepEqual(totals, [["Step 2 successful", 8], ["Option A: Promote Read Replica", 19], ["Option B: Restore from Backup", 19], ["Option 2: Rebuild Cluster from Scratch", 60]]);
  });
});
