import { stat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { summariseRun, type ReadRun, type RunHistory, type RunSummary, type UnreadableRun } from "../../core/drills/runSummary.ts";
import { parseJournal } from "../../core/run/chain.ts";
import { messageOf } from "../../core/runtimeError.ts";
import { listRuns } from "./runFolder.ts";

interface Known {
  readonly size: number;
  readonly changedMs: number;
  readonly read: ReadRun;
}

/** Reads the history of runs from their journals, and each journal again only after it has changed. */
export class RunHistoryReader {
  readonly #known = new Map<string, Known>();

  /** Never rejects for a run that cannot be read: it is listed as unreadable with the reason. */
  async read(root: string): Promise<RunHistory> {
    const runs: RunSummary[] = [];
    const unreadable: UnreadableRun[] = [];
    for (const run of listRuns(root)) {
      const path = join(root, run, "journal.jsonl");
      const read = await this.#readRun(path);
      if (read.kind === "run") runs.push(read.summary);
      else unreadable.push({ run, path, reason: read.reason });
    }
    return { runs, unreadable };
  }

  async #readRun(path: string): Promise<ReadRun> {
    try {
      const { size, mtimeMs } = await stat(path);
      const known = this.#known.get(path);
      if (known?.size === size && known.changedMs === mtimeMs) return known.read;
      const read = summariseRun(parseJournal(await readFile(path, "utf8")));
      this.#known.set(path, { size, changedMs: mtimeMs, read });
      return read;
    } catch (error) {
      // Broken JSON, no permission, a folder that has just gone: each is the reason why this one run tells nothing.
      return { kind: "unreadable", reason: messageOf(error) };
    }
  }
}
