import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { JournalEvent } from "../../src/core/run/journalEvent.ts";
import { JournalFile } from "../../src/services/journal/journalFile.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";
import { withScratch } from "./scratch.ts";

const events = 1000;

/** Journalling events one after the other, each on the disk before the next, against writing lines of the same bytes and flushing each. */
export async function journal(): Promise<Comparison> {
  return await withScratch("journal", async (folder) => {
    let count = 0;
    let path = "";
    const pairs = await inTurn(
      5,
      () => {
        path = join(folder, `journal-${(count += 1)}.jsonl`);
        return milliseconds(() => append(path));
      },
      async () => {
        const lines = readFileSync(path, "utf8").split(/(?<=\n)/);
        assert.equal(lines.length, events);
        return await milliseconds(() => write(join(folder, `bare-${count}`), lines));
      },
    );
    return { name: `${events} events of the journal`, ours: "chained, flushed", peer: "bare write and fdatasync", unit: "ms", pairs };
  });
}

async function append(path: string): Promise<void> {
  const { journal: file } = await JournalFile.open(path, () => Date.now());
  for (let index = 0; index < events; index += 1) await file.append(eventOf(index));
  await file.close();
}

async function write(path: string, lines: readonly string[]): Promise<void> {
  const handle = await open(path, "a", 0o600);
  for (const line of lines) {
    await handle.appendFile(line);
    await handle.datasync();
  }
  await handle.close();
}

/** The commonest long event: what a statement printed. */
function eventOf(index: number): JournalEvent {
  const stdout = "db-0    1/1     Running   0          12d\n".repeat(10);
  const outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: index, endedAt: index + 40 } as const;
  return { type: "statementOutcome", execution: `look-${index}`, statement: 0, outcome, stdout, stderr: "", files: [] };
}
