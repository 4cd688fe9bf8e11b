/** How often a process that sums its idle time looks, real milliseconds. */
export const IDLE_LOOK_MS = 20;
/** A timer that is later than that was held up by the machine. */
const LATE_MS = 10;
/** The most that counts as idle from one look to the next, real milliseconds: the rest of a longer one is the machine's. */
export const LONGEST_IDLE_MS = IDLE_LOOK_MS + LATE_MS;

/** Sums for how long a process had nothing to do, whatever the machine did with it meanwhile. */
export class IdleTime {
  #totalMs = 0;
  #beforeMs: number;

  /** `idleMs`: what its event loop says that it was idle until now, here and in `look`. */
  constructor(idleMs: number) {
    this.#beforeMs = idleMs;
  }

  /** The sum until now; to be asked every `IDLE_LOOK_MS`. */
  look(idleMs: number): number {
    this.#totalMs += Math.min(idleMs - this.#beforeMs, LONGEST_IDLE_MS);
    this.#beforeMs = idleMs;
    return this.#totalMs;
  }
}
