import type { WorldClock } from "../../contract.ts";

/** A controller's work queue: each key is worked on once, a little after it was added, in order. */
export class WorkQueue {
  readonly #clock: WorldClock;
  readonly #delayMs: number;
  readonly #work: (key: string) => void;
  readonly #waiting = new Set<string>();

  constructor(clock: WorldClock, delayMs: number, work: (key: string) => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#work = work;
  }

  add(key: string): void {
    if (this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#clock.after(this.#delayMs, () => {
      this.#waiting.delete(key);
      this.#work(key);
    });
  }

  /** Adds the key after `ms` of world time. */
  addLater(key: string, ms: number): void {
    this.#clock.after(ms, () => {
      this.add(key);
    });
  }
}
