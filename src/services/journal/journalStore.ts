import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { parseJournal } from "../../core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../core/run/journalEvent.ts";
import { JournalFile } from "./journalFile.ts";
import { openRunFolder } from "./runFolder.ts";

/** The journal of one run on record. Rejects when it cannot be read. */
export async function readJournal(root: string, run: string): Promise<readonly JournalRecord[]> {
  return parseJournal(await readFile(join(root, run, "journal.jsonl"), "utf8"));
}

/**
 * Adds an event to the journal of a run that no kernel has, such as the report that is written the morning after. The run's clock goes on
 * from its last record at the pace of real time. Rejects with `runLocked` while a kernel has the run, and as `JournalFile` does.
 */
export async function appendToJournal(root: string, run: string, event: JournalEvent): Promise<void> {
  const folder = openRunFolder(root, run);
  try {
    let last: JournalRecord | undefined;
    const { journal, records } = await JournalFile.open(folder.journal, () => (last === undefined ? Date.now() : last.at + Math.max(0, Date.now() - last.wall)));
    last = records.at(-1);
    try {
      await journal.append(event);
    } finally {
      await journal.close();
    }
  } finally {
    folder.release();
  }
}
