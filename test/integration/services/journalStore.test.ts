import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyChain } from "../../../src/core/run/chain.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { JournalFile } from "../../../src/services/journal/journalFile.ts";
import { appendToJournal, readJournal } from "../../../src/services/journal/journalStore.ts";
import { createRunFolder, openRunFolder } from "../../../src/services/journal/runFolder.ts";

const MESSAGE = { type: "messagePrepared", template: "Report", sha256: "0".repeat(64), destination: "clipboard" } as const;

describe("a run's journal on disk", () => {
  it("takes events that come together in their order, and all that was acknowledged before it was closed", async () => {
    const root = mkdtempSync(join(tmpdir(), "journals-"));
    try {
      const path = join(root, "journal.jsonl");
      let now = 0;
      const { journal } = await JournalFile.open(path, () => (now += 1));
      const texts = Array.from({ length: 20 }, (_, index) => `note ${index}`);
      const acknowledged: number[] = [];
      const appended = texts.map(async (text) => {
        const { seq } = await journal.append({ type: "noteAdded", text });
        assert.ok(readFileSync(path, "utf8").includes(JSON.stringify(text)), text);
        acknowledged.push(seq);
      });
      await journal.close();
      await Promise.all(appended);
      assert.deepEqual(acknowledged, texts.map((_, index) => index));
      const { journal: again, records } = await JournalFile.open(path, () => now);
      await again.close();
      assert.deepEqual(records.map((record) => [record.at, record.type === "noteAdded" ? record.text : ""]), texts.map((text, index) => [index + 1, text]));
      assert.equal(verifyChain(records), undefined);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe("the journal of a run that is over", () => {
  let root: string;
  let run: string;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "journals-"));
    const folder = createRunFolder(root, "incident", new Date("2026-01-31T02:00:00Z"));
    run = folder.id;
    const { journal } = await JournalFile.open(folder.journal, () => 1000);
    await journal.append({ type: "noteAdded", text: "The end" });
    await journal.close();
    folder.release();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("takes what is written the morning after, in the same chain and on the run's own clock", async () => {
    await appendToJournal(root, run, MESSAGE);
    const records = await readJournal(root, run);
    assert.deepEqual(records.map(({ type }) => type), ["noteAdded", "messagePrepared"]);
    assert.equal(verifyChain(records), undefined);
    const [first, second] = records;
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(second.at - first.at, second.wall - first.wall);
    // The lock was given back.
    openRunFolder(root, run).release();
  });

  it("is left alone while a kernel has it, and where its chain does not hold", async () => {
    const kernel = openRunFolder(root, run);
    const refused = (code: string) => (error: unknown): boolean => error instanceof RuntimeError && error.code === code;
    await assert.rejects(appendToJournal(root, run, MESSAGE), refused("runLocked"));
    kernel.release();
    const broken = readFileSync(kernel.journal, "utf8").replace("The end", "The start");
    writeFileSync(kernel.journal, broken);
    await assert.rejects(appendToJournal(root, run, MESSAGE), refused("journalBroken"));
    assert.equal(readFileSync(kernel.journal, "utf8"), broken);
  });
});
