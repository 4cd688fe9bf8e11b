import type { ClockPort } from "../ports.ts";

/** A limit in the run's time over another signal. */
export interface Deadline {
  /** Aborts when the time is up or the outer signal aborts. */
  readonly signal: AbortSignal;
  /** True once the time was up (and not the outer signal). */
  hasPassed(): boolean;
  /** Frees the clock; call it when the work is over. */
  stop(): void;
}

/** Starts a limit of `ms` on the run's clock. */
export function startDeadline(clock: ClockPort, ms: number, outer: AbortSignal): Deadline {
  const limit = new AbortController();
  const done = new AbortController();
  let isOver = false;
  clock.sleep(ms, AbortSignal.any([outer, done.signal]), "limit").then(
    () => {
      isOver = true;
      limit.abort(new Error("timed out"));
    },
    // The sleep ends early only because the work is done or cancelled: both are handled where they come from.
    () => undefined,
  );
  return { signal: AbortSignal.any([outer, limit.signal]), hasPassed: () => isOver, stop: () => done.abort(new Error("done")) };
}
