import { readFileSync } from "node:fs";
import { hrtime } from "node:process";

const EVERY_MS = 1;

/** How long a process' main thread has waited for a processor that ran something else, as Linux counts it (`schedstat`, proc(5)). */
export class WaitClock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  /** What was waited until then, milliseconds; both since some start. */
  readonly #readings: { readonly at: number; readonly waited: number }[] = [];

  constructor(pid: number) {
    this.#path = `/proc/${pid}/task/${pid}/schedstat`;
    this.#read();
    this.#timer = setInterval(() => this.#read(), EVERY_MS);
  }

  /** What was surely waited between two times of the monotonic clock, milliseconds: what was read at the edges counts as no wait. */
  waitedAtLeast(from: number, to: number): number {
    const inside = this.#readings.filter(({ at }) => at >= from && at <= to);
    return (inside.at(-1)?.waited ?? 0) - (inside[0]?.waited ?? 0);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #read(): void {
    const [, waited] = readFileSync(this.#path, "utf8").split(" ");
    this.#readings.push({ at: Number(hrtime.bigint()) / 1e6, waited: Number(waited) / 1e6 });
  }
}
