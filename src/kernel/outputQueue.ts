import type { OutputNotification } from "../core/protocol.ts";
import { groupDigits } from "../core/run/boundedText.ts";

/** Output that may wait for a front before what prints it has to wait too, UTF-16 units. */
const HIGH_WATER = 1024 * 1024;
/** How long a statement waits for a front that takes nothing, milliseconds of real time. */
const PATIENCE_MS = 10_000;

/**
 * Output on its way to one front. Pieces of one stream that wait are joined, so that however small they come, a front gets few messages.
 * What prints waits while the front is slow; a front that takes nothing for a while (a window that hangs, a stopped terminal) holds
 * nobody up any more: it misses what comes until it goes on, and is told how much that was.
 */
export class OutputQueue {
  readonly #send: (output: OutputNotification) => Promise<void>;
  readonly #patienceMs: number;
  #waiting: OutputNotification[] = [];
  #length = 0;
  #sending: Promise<void> | undefined;
  #missed = 0;
  #isBehind = false;

  /** `send` resolves when the message has left, and rejects when the front is gone. */
  constructor(send: (output: OutputNotification) => Promise<void>, patienceMs = PATIENCE_MS) {
    this.#send = send;
    this.#patienceMs = patienceMs;
  }

  /** Takes a piece; resolves when more may come. Never rejects. */
  async push(output: OutputNotification): Promise<void> {
    if (this.#isBehind) {
      this.#missed += output.text.length;
      return;
    }
    this.#add(output);
    this.#sending ??= this.#sendAll();
    if (this.#length > HIGH_WATER && !(await this.#patiently(this.#sending))) this.#isBehind = this.#sending !== undefined;
  }

  /** Resolves when the front has everything, or takes nothing for a while. */
  async flush(): Promise<void> {
    if (this.#sending !== undefined && !this.#isBehind) await this.#patiently(this.#sending);
  }

  #add(output: OutputNotification): void {
    const last = this.#waiting.at(-1);
    this.#length += output.text.length;
    const isSame = last !== undefined && last.execution === output.execution && last.statement === output.statement && last.stream === output.stream;
    if (isSame) this.#waiting[this.#waiting.length - 1] = { ...last, text: last.text + output.text };
    else this.#waiting.push(output);
  }

  async #sendAll(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        await this.#send(next);
        this.#length -= next.text.length;
        if (this.#isBehind && this.#waiting.length === 0) this.#catchUp(next);
      }
    } catch {
      // The front is gone: its connection says so to whom it concerns.
      this.#waiting = [];
      this.#length = 0;
    } finally {
      this.#sending = undefined;
    }
  }

  #catchUp(last: OutputNotification): void {
    this.#isBehind = false;
    if (this.#missed > 0) this.#add({ ...last, text: `\n… ${groupDigits(this.#missed)} characters did not reach this front, which took nothing for ${this.#patienceMs / 1000} s …\n` });
    this.#missed = 0;
  }

  /** True when `done` came before patience ended. */
  async #patiently(done: Promise<void>): Promise<boolean> {
    const limit = Promise.withResolvers<"late">();
    const timer = setTimeout(() => limit.resolve("late"), this.#patienceMs);
    try {
      return (await Promise.race([done, limit.promise])) !== "late";
    } finally {
      clearTimeout(timer);
    }
  }
}
