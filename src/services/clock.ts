import type { ClockPort } from "../core/ports.ts";

/** World time as a straight line over real time: `worldEpochMs + (now - realEpochMs) * rate`. */
export interface WorldTime {
  readonly realEpochMs: number;
  readonly worldEpochMs: number;
  /** World milliseconds per real millisecond. */
  readonly rate: number;
}

/** Longest delay that a Node timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The run's clock: real time for `undefined`, else world time. */
export function createClock(world: WorldTime | undefined): ClockPort {
  const rate = world?.rate ?? 1;
  return {
    now: () => (world === undefined ? Date.now() : Math.round(world.worldEpochMs + (Date.now() - world.realEpochMs) * world.rate)),
    sleep: async (ms, signal) => {
      for (let left = ms / rate; left > 0; left -= MAX_TIMER_MS) await sleepReal(Math.min(left, MAX_TIMER_MS), signal);
      signal.throwIfAborted();
    },
  };
}

function sleepReal(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      // The reason is whatever the caller aborted with; it goes back unchanged.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
