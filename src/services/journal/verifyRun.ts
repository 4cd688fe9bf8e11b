import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseJournal, verifyChain, type RecordVerification } from "../../core/run/chain.ts";
import type { WholeOutput } from "../../core/run/journalEvent.ts";
import { wholeOutputsOf } from "../../core/run/wholeOutputText.ts";
import { messageOf } from "../../core/runtimeError.ts";
import { measureFile } from "./outputFiles.ts";

/**
 * Checks a journal's chain, against a head that was anchored elsewhere where one is given, and the files that hold long outputs whole
 * against their checksums in it. Throws when the journal itself cannot be read.
 */
export async function verifyRun(journal: string, anchoredHead?: string): Promise<RecordVerification> {
  const records = parseJournal(await readFile(journal, "utf8"));
  const fault = verifyChain(records, anchoredHead);
  const files = records.flatMap(wholeOutputsOf);
  const faults = records.length === 0 ? ["EMPTY: the journal holds no record."] : fault === undefined ? [] : [`BROKEN at record ${fault.seq}: ${fault.message}`];
  for (const file of files) faults.push(...(await verifyFile(dirname(journal), file)));
  return { records: records.length, head: records.at(-1)?.hash ?? "none", faults };
}

async function verifyFile(folder: string, { path, bytes, sha256 }: WholeOutput): Promise<readonly string[]> {
  // Nothing of it could be written: there is nothing to compare.
  if (bytes === 0) return [];
  try {
    return (await measureFile(join(folder, path))).sha256 === sha256 ? [] : [`CHANGED ${path}: it is not what was written when the cell ran.`];
  } catch (error) {
    return [`MISSING ${path}: ${messageOf(error)}`];
  }
}
