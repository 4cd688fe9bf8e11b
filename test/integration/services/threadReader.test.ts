import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Reading } from "../../../src/core/reading.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { lintContextOf } from "../../../src/services/lintContext.ts";
import { ThreadReader } from "../../../src/services/reading/threadReader.ts";

const root = resolve(import.meta.dirname, "../../..");
const THREAD = join(root, "src/services/reading/readingThread.ts");
const TODAY = "2026-11-28";

describe("reading in a thread", function () {
  const reader = new ThreadReader(THREAD);
  const reading = new Reading(lintContextOf);
  after(() => reader.dispose());

  it("gives what reading here gives, of every runbook that is shipped", async () => {
    const folder = join(root, "notebooks");
    const files = readdirSync(folder).filter((name) => name.endsWith(".runbook.md"));
    assert.ok(files.length > 5);
    for (const file of files) {
      const path = join(folder, file);
      const source = readFileSync(path, "utf8");
      const notebook = await reader.ask("open", source);
      assert.deepEqual(notebook, reading.open(source), file);
      assert.equal(await reader.ask("save", notebook), source, file);
      assert.deepEqual(await reader.ask("plan", notebook), reading.plan(notebook), file);
      assert.deepEqual(await reader.ask("lint", source, path, TODAY), reading.lint(source, path, TODAY), file);
      assert.equal(await reader.ask("describePlan", source), reading.describePlan(source), file);
    }
  });

  it("answers questions that are asked at once, each with its own answer", async () => {
    const titles = ["One", "Two", "Three"];
    const documents = await Promise.all(titles.map((title) => reader.ask("parse", `# ${title}\n`)));
    assert.deepEqual(documents.map(({ frontMatter }) => frontMatter.title), titles);
  });

  it("rejects as the job throws: with the code, the fact and the cure", async () => {
    const { cells, metadata } = reading.open("---\ntitle: x\n---\n# A\n");
    const spoilt = { cells: cells.map((cell, index) => (index === 0 ? { ...cell, value: "---\ntitle: x" } : cell)), metadata };
    const here = thrownBy(() => reading.save(spoilt));
    assert.ok(here instanceof RuntimeError);
    await assert.rejects(reader.ask("save", spoilt), (error: unknown) => {
      assert.ok(error instanceof RuntimeError);
      assert.deepEqual([error.code, error.message, error.hint, error.facts], [here.code, here.message, here.hint, here.facts]);
      return true;
    });
  });

  it("rejects what a thread that cannot begin was asked, and asks another one next time", async () => {
    const broken = new ThreadReader(join(root, "no-such-program.js"));
    for (let turn = 0; turn < 2; turn += 1) await assert.rejects(broken.ask("parse", ""), /the thread that reads has ended/);
    broken.dispose();
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
