import type { WorldClock } from "../contract.ts";

interface Timer {
  dueAt: number;
  readonly order: number;
  readonly action: () => void;
  cancelReal: (() => void) | undefined;
}

/**
 * The cluster's clock. Before the drill starts it runs ahead by itself from some earlier moment, so that the first pods are days old and
 * settled; then it follows the world's clock. It also knows every pending timer, so that closing the cluster leaves none behind.
 */
export class SettlingClock implements WorldClock {
  readonly #world: WorldClock;
  readonly #timers = new Set<Timer>();
  #virtualNow: number | undefined;
  #order = 0;
  #isClosed = false;

  /** `startAt` is where the clock begins (epoch milliseconds); `undefined` follows the world at once. */
  constructor(world: WorldClock, startAt: number | undefined) {
    this.#world = world;
    this.#virtualNow = startAt;
  }

  now(): number {
    return this.#virtualNow ?? this.#world.now();
  }

  after(ms: number, action: () => void): () => void {
    if (this.#isClosed) return () => undefined;
    this.#order += 1;
    const timer: Timer = { dueAt: this.now() + Math.max(0, ms), order: this.#order, action, cancelReal: undefined };
    this.#timers.add(timer);
    if (this.#virtualNow === undefined) this.#arm(timer);
    return () => {
      this.#timers.delete(timer);
      timer.cancelReal?.();
    };
  }

  /** Runs the timers of the next `durationMs` at once, then hands over to the world's clock with what is still pending. */
  settle(durationMs: number): void {
    if (this.#virtualNow === undefined) return;
    const end = this.#virtualNow + durationMs;
    for (let next = this.#first(); next !== undefined && next.dueAt <= end; next = this.#first()) {
      this.#virtualNow = Math.max(this.#virtualNow, next.dueAt);
      this.#timers.delete(next);
      next.action();
    }
    this.#virtualNow = undefined;
    for (const timer of [...this.#timers].sort(inOrder)) this.#arm(timer);
  }

  /** Cancels every timer; later ones never run. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancelReal?.();
    this.#timers.clear();
  }

  #first(): Timer | undefined {
    return [...this.#timers].sort(inOrder)[0];
  }

  #arm(timer: Timer): void {
    timer.cancelReal = this.#world.after(Math.max(0, timer.dueAt - this.#world.now()), () => {
      if (!this.#timers.delete(timer)) return;
      timer.action();
    });
  }
}

function inOrder(left: Timer, right: Timer): number {
  return left.dueAt - right.dueAt || left.order - right.order;
}
