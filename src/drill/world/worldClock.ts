import type { WorldClock } from "../contract.ts";

/** World time as a straight line over real time. */
export interface ClockLine {
  readonly realEpochMs: number;
  readonly worldEpochMs: number;
  /** World milliseconds per real millisecond. */
  readonly rate: number;
}

/** A clock whose timers die with `stop`. Timers do not keep the process alive. */
export class ScaledClock implements WorldClock {
  readonly line: ClockLine;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(line: ClockLine) {
    this.line = line;
  }

  now(): number {
    return Math.round(this.line.worldEpochMs + (Date.now() - this.line.realEpochMs) * this.line.rate);
  }

  after(ms: number, action: () => void): () => void {
    if (this.#isStopped) return () => undefined;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms / this.line.rate);
    timer.unref();
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /** Cancels every timer; later ones never fire. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Waits for world time; rejects when the signal aborts. */
export function sleepWorldTime(clock: WorldClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener("abort", () => {
      cancel();
      reject(new Error("The client was stopped."));
    }, { once: true });
  });
}
