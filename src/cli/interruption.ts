import { constants } from "node:os";

/** Signals that end this process, as far as they leave it the time to end what it has started. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The person or the machine has ended this process. */
export class Interruption extends Error {
  /** What shells tell of a process that a signal has ended. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`Interrupted by ${signal}: what was started is ended.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Aborted with an `Interruption` by the first signal that would end this process; a second one ends it at once. */
export function interruptedBySignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => controller.abort(new Interruption(signal)));
  return controller.signal;
}

/** What a promise comes to, or the signal's reason as a rejection, whichever is first. What the promise comes to after that is let go. */
export async function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
