import { open, type FileHandle } from "node:fs/promises";
import { readFileSync, truncateSync, existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { chainEvent, parseJournal, verifyChain } from "../../core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../core/run/journalEvent.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";

/** True where the disk did not take an event. */
export function isUnwritable(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError && error.code === "journalUnwritable";
}

/** An event that is not on the disk yet. */
interface Waiting {
  readonly event: JournalEvent;
  /** When it came: the run's clock, and the machine's; milliseconds. */
  readonly at: number;
  readonly wall: number;
  readonly written: PromiseWithResolvers<JournalRecord>;
}

/**
 * A run's journal on disk: append-only JSON lines, each on the disk (fdatasync) before `append` resolves. Mode 0600. Events that come
 * in one turn, or while the disk is busy, go to it together.
 *
 * Once `goOnInMemory` was called, an event that cannot be written is kept, and written before the next one as soon as the disk takes
 * it: the chain on the disk never has a hole, only a tail that is missing for a while.
 */
export class JournalFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #now: () => number;
  #last: JournalRecord | undefined;
  /** Length of the file up to the last whole line, bytes: what a failed write left behind it (`#isTorn`) is cut off before the next. */
  #length: number;
  #isTorn = false;
  #unwritten: readonly string[] = [];
  #mayKeep = false;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  private constructor(path: string, handle: FileHandle, last: JournalRecord | undefined, length: number, now: () => number) {
    this.path = path;
    this.#handle = handle;
    this.#last = last;
    this.#length = length;
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
    const length = Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1));
    if (length < Buffer.byteLength(text)) truncateSync(path, length);
    const handle = await open(path, "a", 0o600);
    return { journal: new JournalFile(path, handle, records.at(-1), length, now), records };
  }

  /** Events that are in memory only. */
  get unwritten(): number {
    return this.#unwritten.length;
  }

  /** From now on an event that cannot be written is kept in memory. */
  goOnInMemory(): void {
    this.#mayKeep = true;
  }

  /** Appends one event and waits for the disk. Events are written in the order of the calls. Throws `journalUnwritable`. */
  append(event: JournalEvent): Promise<JournalRecord> {
    const written = Promise.withResolvers<JournalRecord>();
    this.#waiting.push({ event, at: this.#now(), wall: Date.now(), written });
    this.#writing ??= this.#writeAll();
    return written.promise;
  }

  async #writeAll(): Promise<void> {
    // What comes in the same turn goes along.
    await setImmediate();
    for (let batch = this.#waiting; batch.length > 0; batch = this.#waiting) {
      this.#waiting = [];
      await this.#writeBatch(batch);
    }
    this.#writing = undefined;
  }

  /** Never rejects: who appended has the error. */
  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    let last = this.#last;
    const records = batch.map(({ event, at, wall }) => (last = chainEvent(event, last, at, wall)));
    const lines = [...this.#unwritten, ...records.map((record) => `${JSON.stringify(record)}\n`)];
    try {
      await this.#write(lines.join(""));
      this.#unwritten = [];
    } catch (cause) {
      if (!this.#mayKeep) {
        const error = new RuntimeError("journalUnwritable", `Writing the journal ${this.path}: ${messageOf(cause)}.`, { hint: "Free disk space or choose another state folder.", cause });
        for (const { written } of batch) written.reject(error);
        return;
      }
      this.#unwritten = lines;
    }
    this.#last = last;
    for (const [index, record] of records.entries()) batch[index]?.written.resolve(record);
  }

  async #write(text: string): Promise<void> {
    if (this.#isTorn) await this.#handle.truncate(this.#length);
    this.#isTorn = true;
    await this.#handle.appendFile(text);
    await this.#handle.datasync();
    this.#isTorn = false;
    this.#length += Buffer.byteLength(text);
  }

  /** Closes the file after the writes under way. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }
}
