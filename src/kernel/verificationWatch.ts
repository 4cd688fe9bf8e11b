import { watchVerification, type VerificationHost } from "../core/run/verification.ts";

/** The watch over a run's verification: at most one at a time. */
export class VerificationWatch {
  readonly #host: VerificationHost;
  readonly #onProblem: (problem: unknown) => Promise<void>;
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  /** `onProblem` hears why a watch has ended that nobody stopped. */
  constructor(host: VerificationHost, onProblem: (problem: unknown) => Promise<void>) {
    this.#host = host;
    this.#onProblem = onProblem;
  }

  /** Goes on until service is restored and stable, `over` aborts or somebody stops it. Does nothing where one is under way. */
  start(over: AbortSignal): void {
    if (this.#running !== undefined) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, over]);
    const done = watchVerification(this.#host, signal)
      .catch(async (error: unknown) => {
        if (!signal.aborted) await this.#onProblem(error);
      })
      .finally(() => {
        if (this.#running?.stop === stop) this.#running = undefined;
      });
    this.#running = { stop, done };
  }

  /** Resolves when the round that was under way is over. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.stop.abort(new Error("The verification is asked anew."));
    await running?.done;
  }
}
