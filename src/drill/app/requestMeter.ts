import type { KubeObject } from "../contract.ts";
import { startedAt } from "../world/flaws.ts";

/** One request, or several like it, as the process that answered them saw it. */
export interface Observation {
  readonly method: string;
  /** The endpoint's path with its placeholders; `undefined` where the process does not know endpoints. */
  readonly uri: string | undefined;
  readonly status: number;
  readonly seconds: number;
  /** How many requests this stands for. */
  readonly count: number;
}

/** What one process has counted for one kind of request. */
export interface RequestCounter {
  readonly labels: Readonly<Record<string, string>>;
  count: number;
  sumSeconds: number;
  maxSeconds: number;
  /** Requests that took no longer than each bound of `BUCKET_SECONDS`, and all of them. */
  readonly buckets: number[];
}

interface Process {
  readonly counters: Map<string, RequestCounter>;
  /** For quantiles: what was answered lately, oldest first. */
  readonly recent: { readonly at: number; readonly seconds: number; readonly count: number }[];
}

/** Upper bounds of the histogram's buckets. */
export const BUCKET_SECONDS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const OUTCOMES: Readonly<Record<number, string>> = { 1: "INFORMATIONAL", 2: "SUCCESS", 3: "REDIRECTION", 4: "CLIENT_ERROR", 5: "SERVER_ERROR" };

/** Counts requests by the process that answered them. A process that ends takes its counters with it, as a real one's memory does. */
export class RequestMeter {
  readonly #now: () => number;
  readonly #windowMs: number;
  readonly #processes = new Map<string, Process>();

  /** `windowMs`: how far back quantiles look. */
  constructor(now: () => number, windowMs: number) {
    this.#now = now;
    this.#windowMs = windowMs;
  }

  observe(pod: KubeObject, { method, uri, status, seconds, count }: Observation): void {
    const process = this.#processOf(pod);
    const key = `${method} ${String(status)} ${uri ?? ""}`;
    const labels = { method, status: String(status), outcome: OUTCOMES[Math.trunc(status / 100)] ?? "UNKNOWN", ...(uri === undefined ? {} : { uri }) };
    const counter = process.counters.get(key) ?? { labels, count: 0, sumSeconds: 0, maxSeconds: 0, buckets: [...BUCKET_SECONDS.map(() => 0), 0] };
    process.counters.set(key, counter);
    counter.count += count;
    counter.sumSeconds += seconds * count;
    counter.maxSeconds = Math.max(counter.maxSeconds, seconds);
    for (const [index, bound] of [...BUCKET_SECONDS, Number.POSITIVE_INFINITY].entries()) if (seconds <= bound) counter.buckets[index] = (counter.buckets[index] ?? 0) + count;
    process.recent.push({ at: this.#now(), seconds, count });
  }

  /** What a pod's process has counted. */
  countersOf(pod: KubeObject): readonly RequestCounter[] {
    return [...this.#processOf(pod).counters.values()];
  }

  /** The quantile of the time that lately answered requests took; not a number where there were none. */
  quantileOf(pod: KubeObject, phi: number): number {
    const { recent } = this.#processOf(pod);
    const since = this.#now() - this.#windowMs;
    while (recent[0] !== undefined && recent[0].at < since) recent.shift();
    const sorted = [...recent].sort((left, right) => left.seconds - right.seconds);
    let rest = phi * sorted.reduce((sum, { count }) => sum + count, 0);
    for (const { seconds, count } of sorted) {
      rest -= count;
      if (rest <= 0) return seconds;
    }
    return sorted.at(-1)?.seconds ?? Number.NaN;
  }

  /** Counts everything so far `times` times: a new world's past. */
  multiply(times: number): void {
    for (const { counters } of this.#processes.values()) {
      for (const counter of counters.values()) {
        counter.count *= times;
        counter.sumSeconds *= times;
        for (const [index, count] of counter.buckets.entries()) counter.buckets[index] = count * times;
      }
    }
  }

  /** Forgets processes of other pods. */
  forgetOthers(pods: readonly KubeObject[]): void {
    const alive = new Set(pods.map((pod) => this.#keyOf(pod)));
    for (const key of this.#processes.keys()) if (!alive.has(key)) this.#processes.delete(key);
  }

  #keyOf(pod: KubeObject): string {
    return `${pod.metadata.uid ?? ""} ${startedAt(pod, 0)}`;
  }

  #processOf(pod: KubeObject): Process {
    const key = this.#keyOf(pod);
    const process = this.#processes.get(key) ?? { counters: new Map<string, RequestCounter>(), recent: [] };
    this.#processes.set(key, process);
    return process;
  }
}
