import { constants } from "node:os";

/** Signals that end this process, as far as they leave it the time to end what it has started. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What comes of writing to who does not read any more (`| head -1`). Every further line brings it again. */
const PIPE_CLOSED = "SIGPIPE";

/** The person or the machine has ended this process. */
export class Interruption extends Error {
  /** What shells tell of a process that a signal has ended. */
  readonly exitCode: number;

  constructor(signal: (typeof SIGNALS)[number] | typeof PIPE_CLOSED) {
    super(`Interrupted by ${signal}: what was started is ended.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** What the signals of this process do to what it has started. */
export interface SignalledInterruption {
  /** Aborted with an `Interruption` by the first signal that would end this process; a second one ends it at once. */
  readonly interrupted: AbortSignal;
  /** From now on signals end this process, and what it has started goes on. */
  readonly release: () => void;
}

/** Takes the signals that would end this process, so that it can end what it has started. */
export function interruptedBySignals(): SignalledInterruption {
  const controller = new AbortController();
  const listeners = ([...SIGNALS, PIPE_CLOSED] as const).map((signal) => [signal, (): void => controller.abort(new Interruption(signal))] as const);
  for (const [signal, listener] of listeners) process[signal === PIPE_CLOSED ? "on" : "once"](signal, listener);
  return {
    interrupted: controller.signal,
    release: () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

/** Takes the error of an output that nobody reads any more as the signal that others get: it interrupts what listens for it, and ends a process in which nothing does. */
export function endWithPipe(error: Error): void {
  if (!("code" in error) || error.code !== "EPIPE") throw error;
  if (!process.emit(PIPE_CLOSED, PIPE_CLOSED)) process.exit(128 + constants.signals[PIPE_CLOSED]);
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
