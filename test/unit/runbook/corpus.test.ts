import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathsOf } from "../../../src/core/runbook/budget.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { decodeSource, encodeSource } from "../../../src/core/runbook/source.ts";
import { EditedNotebook } from "./editor.ts";

const root = resolve(import.meta.dirname, "../../..");
const seed = join(root, "test/fixtures/seed-runbook.md");
/** Public runbooks, where someone has a folder of them: they are not ours to pass on. */
const corpus = process.env["DR_RUNBOOK_CORPUS"] ?? resolve(root, "../shared/corpus");

interface Sample {
  readonly file: string;
  readonly text: string;
}

const runbooks = samples([seed, ...markdownIn(join(root, "notebooks")), ...(existsSync(corpus) ? markdownIn(corpus) : [])]);
/** Real Markdown by a few hundred hands: what the packages of this project bring along. Long change logs say nothing new. */
const packaged = samples(markdownIn(join(root, "node_modules"))).filter(({ text }) => text.length < 12 * 1024);

const VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "with CRLF": (text) => text.replaceAll("\n", "\r\n"),
  "with a byte-order mark": (text) => `\uFEFF${text}`,
  "with tabs": (text) => text.replaceAll(/^ {4}/gm, "\t").replaceAll(/^ {3}/gm, "\t"),
  "without final line end": (text) => text.trimEnd(),
};

/** Of the packages' files, a variant beside "as it is" gets every fourth, each another: all variants of all would take twice the time. */
function samplesOf(variant: number): readonly Sample[] {
  return variant === 0 ? [...runbooks, ...packaged] : [...runbooks, ...packaged.filter((_, index) => index % 4 === variant - 1)];
}

function samples(files: readonly string[]): readonly Sample[] {
  return files.map((file) => ({ file, text: decodeSource(readFileSync(file)) }));
}

function markdownIn(folder: string): string[] {
  return globSync("**/*.md", { cwd: folder }).map((file) => join(folder, file)).toSorted();
}

describe("real Markdown", () => {
  it("is there to test with", () => {
    assert.ok(packaged.length > 200, `only ${packaged.length} files below node_modules`);
    assert.ok(runbooks.some(({ file }) => file.endsWith(".runbook.md")), "no shipped notebook");
  });

  for (const [variant, [name, change]] of Object.entries(VARIANTS).entries()) {
    it(`opens and saves byte-identically ${name}`, () => {
      for (const { file, text } of samplesOf(variant)) {
        const bytes = encodeSource(change(text));
        const saved = encodeSource(new EditedNotebook(decodeSource(bytes)).save("trimTrailingWhitespace"));
        assert.ok(Buffer.from(bytes).equals(saved), file);
      }
    });
  }

  it("changes only where a command is edited", () => {
    for (const { file, text } of [...runbooks, ...packaged]) {
      const { cells } = parseRunbook(text);
      const at = cells.findIndex((cell) => cell.kind === "command");
      const cell = cells[at];
      if (cell === undefined) continue;
      const notebook = new EditedNotebook(text);
      notebook.edit(at, (value) => `${value}\nkubectl get nodes`);
      const saved = notebook.save();
      assert.ok(saved.startsWith(text.slice(0, cell.start)) && saved.endsWith(text.slice(cell.end)), file);
    }
  });
});

describe("the seed runbook", () => {
  it("has 39 commands, and a total for each path", () => {
    const document = parseRunbook(decodeSource(readFileSync(seed)));
    assert.equal(document.cells.filter((cell) => cell.kind === "command").length, 39);
    assert.deepEqual(document.problems.map(({ code }) => code), ["expectation-partly-checked", "objective-unknown", "expectation-manual", "expectation-manual"]);
    const totals = pathsOf(document).flatMap(({ name, totalMs }) => (totalMs === undefined ? [] : [[name, totalMs / 60_000]]));
    assert.deepEqual(totals, [["Step 2 successful", 8], ["Option A: Promote Read Replica", 19], ["Option B: Restore from Backup", 19], ["Option 2: Rebuild Cluster from Scratch", 60]]);
  });
});
