import { Worker } from "node:worker_threads";
import type { Reading, ReadingAnswer, ReadingRequest, RunbookReader } from "../../core/reading.ts";
import { RuntimeError, type RuntimeErrorCode } from "../../core/runtimeError.ts";

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads runbooks in a thread of its own, which begins with the first question. Should it end unasked, the questions that it had reject, and
 * the next one begins another thread.
 */
export class ThreadReader implements RunbookReader {
  readonly #program: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;

  /** `program` is the path of the thread's bundle. */
  constructor(program: string) {
    this.#program = program;
  }

  ask<Job extends keyof Reading>(job: Job, ...given: Parameters<Reading[Job]>): Promise<ReturnType<Reading[Job]>> {
    const id = this.#nextId++;
    const asked = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread().postMessage({ id, job, given } satisfies ReadingRequest, []);
    });
    // The thread answers a job with that job's result.
    return asked as Promise<ReturnType<Reading[Job]>>;
  }

  dispose(): void {
    void this.#worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#program);
    worker.unref();
    worker.on("message", (answer: ReadingAnswer) => this.#settle(answer));
    worker.on("error", (cause) => this.#lose(worker, cause));
    worker.on("exit", () => this.#lose(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  #settle(answer: ReadingAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === "done") waiting?.resolve(answer.result);
    else waiting?.reject(errorOf(answer));
  }

  #lose(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const error = new RuntimeError("internal", "Reading the runbook: the thread that reads has ended.", { hint: "Try again: another one begins.", cause });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function errorOf({ code, message, hint, facts, stack }: Extract<ReadingAnswer, { readonly kind: "failed" }>): Error {
  const error = code === undefined ? new Error(message) : new RuntimeError(code as RuntimeErrorCode, message, { hint, facts });
  if (stack !== undefined) error.stack = stack;
  return error;
}
