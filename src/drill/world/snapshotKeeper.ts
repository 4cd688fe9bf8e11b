import { messageOf } from "../../core/runtimeError.ts";

/** A snapshot follows the first change since the last one after this, real milliseconds. */
const SOON_MS = 500;
/** What was scraped is saved as rarely as that where nothing else happens, real milliseconds: a gap in it costs nobody anything. */
const LATER_MS = 30_000;

/** Runs an action after real milliseconds; the result cancels it. */
export type Delay = (delayMs: number, action: () => void) => () => void;

/**
 * Keeps a world's snapshot on disk. A write that fails does not end the world that somebody is rehearsing in: it is reported once, and
 * every later change tries again.
 */
export class SnapshotKeeper {
  readonly #write: () => void;
  readonly #report: (text: string) => void;
  readonly #delay: Delay;
  readonly #waiting = new Map<number, () => void>();
  #hasFailed = false;
  #isStopped = false;

  /** `write` throws when it cannot; `report` is told in a sentence when that begins and when it is over. */
  constructor(write: () => void, report: (text: string) => void, delay: Delay = realDelay) {
    this.#write = write;
    this.#report = report;
    this.#delay = delay;
  }

  /** Saves at once: before something is confirmed to whoever asked for it. */
  now(): void {
    if (this.#isStopped) return;
    try {
      this.#write();
    } catch (error) {
      if (!this.#hasFailed) this.#report(`Saving the world's snapshot: ${messageOf(error)}. The world goes on and tries again with every change; if its process ends before that works, it comes back as it was when it was last saved.`);
      this.#hasFailed = true;
      return;
    }
    if (this.#hasFailed) this.#report("Saving the world's snapshot: it works again.");
    this.#hasFailed = false;
  }

  /** Saves a while after the first change that nobody asked for, however many follow; what a crash of the world can lose is that while. */
  soon(): void {
    this.#after(SOON_MS);
  }

  /** Saves for what is of little worth by itself. */
  later(): void {
    this.#after(LATER_MS);
  }

  /** Nothing is written from now on, also not for what changes while the world is taken down. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #after(delayMs: number): void {
    if (this.#isStopped || this.#waiting.has(delayMs)) return;
    this.#waiting.set(delayMs, this.#delay(delayMs, () => {
      this.#waiting.delete(delayMs);
      this.now();
    }));
  }
}

function realDelay(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}
