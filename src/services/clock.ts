import type { ClockPort } from "../core/ports.ts";
import { IDLE_LOOK_MS } from "../core/drills/idleTime.ts";
import { WaitingTime } from "./heldUp.ts";

/** World time as a straight line over real time: `worldEpochMs + (now - realEpochMs) * rate`. */
export interface WorldTime {
  readonly realEpochMs: number;
  readonly worldEpochMs: number;
  /** World milliseconds per real millisecond. */
  readonly rate: number;
}

/** Longest delay that a Node timer takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The run's clock: real time for `undefined`, else world time. `worldIdleFile` is where the world says how long it had nothing to do. */
export function createClock(world: WorldTime | undefined, worldIdleFile?: string): ClockPort {
  const rate = world?.rate ?? 1;
  return {
    now: () => (world === undefined ? Date.now() : Math.round(world.worldEpochMs + (Date.now() - world.realEpochMs) * world.rate)),
    sleep: async (ms, signal, purpose = "pause") => {
      if (purpose === "limit" && rate > 1) await sleepWhileWaiting(ms / rate, rate, worldIdleFile, signal);
      else for (let left = ms / rate; left > 0; left -= MAX_TIMER_MS) await sleepReal(Math.min(left, MAX_TIMER_MS), signal);
      signal.throwIfAborted();
    },
  };
}

/** Counts the time in which everybody waits; what the machine takes counts as in real time, so that every limit ends. */
async function sleepWhileWaiting(realMs: number, rate: number, worldIdleFile: string | undefined, signal: AbortSignal): Promise<void> {
  const waiting = new WaitingTime(worldIdleFile);
  for (let left = realMs; left > 0; ) {
    await sleepReal(Math.min(left, IDLE_LOOK_MS), signal);
    const { waitedMs, elapsedMs } = waiting.look();
    left = realMs - waitedMs - (elapsedMs - waitedMs) / rate;
  }
}

/** Resolves after `ms` of real time; rejects with the signal's reason when aborted. */
export function sleepReal(ms: number, signal: AbortSignal): Promise<void> {
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
