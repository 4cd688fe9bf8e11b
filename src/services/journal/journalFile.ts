import { open, type FileHandle } from "node:fs/promises";
import { readFileSync, truncateSync, existsSync } from "node:fs";
import { chainEvent, parseJournal, verifyChain } from "../../core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../core/run/journalEvent.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";

/** A run's journal on disk: append-only JSON lines, each on the disk (fdatasync) before `append` resolves. Mode 0600. */
export class JournalFile {
  readonly path: string;
  #handle: FileHandle;
  #last: JournalRecord | undefined;
  #now: () => number;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(path: string, handle: FileHandle, last: JournalRecord | undefined, now: () => number) {
    this.path = path;
    this.#handle = handle;
    this.#last = last;
    this.#now = now;
  }

  /**
   * Opens or creates the journal; `now` is the run's clock. A last line that a crash cut short is removed (it was never
   * acknowledged). Throws `journalBroken` when the chain does not hold.
   */
  static async open(path: string, now: () => number): Promise<{ journal: JournalFile; records: readonly JournalRecord[] }> {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const records = parseJournal(text);
    const fault = verifyChain(records);
    if (fault !== undefined) throw new RuntimeError("journalBroken", `Opening the journal ${path}: ${fault.message}`, { hint: "Start a new run; keep this file as evidence." });
    const wholeBytes = Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1));
    if (wholeBytes < Buffer.byteLength(text)) truncateSync(path, wholeBytes);
    const handle = await open(path, "a", 0o600);
    return { journal: new JournalFile(path, handle, records.at(-1), now), records };
  }

  /** Appends one event and waits for the disk. Events are written in the order of the calls. Throws `journalUnwritable`. */
  append(event: JournalEvent): Promise<JournalRecord> {
    const written = this.#tail.then(() => this.#write(event));
    // The queue goes on after a failed write; the caller of that write has the error.
    this.#tail = written.catch(() => undefined);
    return written;
  }

  async #write(event: JournalEvent): Promise<JournalRecord> {
    const record = chainEvent(event, this.#last, this.#now(), Date.now());
    try {
      await this.#handle.appendFile(`${JSON.stringify(record)}\n`);
      await this.#handle.datasync();
    } catch (cause) {
      throw new RuntimeError("journalUnwritable", `Writing the journal ${this.path}: ${messageOf(cause)}.`, { hint: "Free disk space or choose another state folder.", cause });
    }
    this.#last = record;
    return record;
  }

  /** Closes the file after the writes under way. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#handle.close();
  }
}
