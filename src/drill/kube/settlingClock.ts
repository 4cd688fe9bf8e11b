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

  /** Runs the timers of the next `durationMs` at once. Nothing happens once the clock follows the world. */
  settle(durationMs: number): void {
    if (this.#virtualNow === undefined) return;
    const end = this.#virtualNow + durationMs;
    for (let next = this.#first(); next !== undefined && next.dueAt <= end; next = this.#first()) {
      this.#virtualNow = Math.max(this.#virtualNow, next.dueAt);
      this.#timers.delete(next);
      next.action();
    }
    this.#virtualNow = end;
  }

  /**
   * Moves on to `at` (epoch milliseconds) without running anything: nine settled days are not probed second by second. What is pending
   * keeps its distance, so that phases stay. An earlier time, or a clock that follows the world, stays as it is.
   */
  jumpTo(at: number): void {
    if (this.#virtualNow === undefined || at <= this.#virtualNow) return;
    this.#shift(at - this.#virtualNow);
    this.#virtualNow = at;
  }

  /** Follows the world's clock from now on, with what is still pending at the distance it had. */
  handOver(): void {
    if (this.#virtualNow === undefined) return;
    this.#shift(this.#world.now() - this.#virtualNow);
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
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || inOrder(timer, first) < 0) first = timer;
    return first;
  }

  #shift(ms: number): void {
    for (const timer of this.#timers) timer.dueAt += ms;
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
