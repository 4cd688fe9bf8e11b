import type { Matcher } from "./ast.ts";

/** Label values by name, sorted by name; the metric's name is `__name__`. */
export type Labels = ReadonlyMap<string, string>;

/** A value at a time (world epoch milliseconds). */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** A series with some of its points. */
export interface RangeSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** What a snapshot keeps of a store: all times once, and each series' values from its first time on. */
export interface SavedSeries {
  readonly times: readonly number[];
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    /** Index of its first time. */
    readonly first: number;
    /** `null` is where the series went stale, `false` where it has no sample. */
    readonly values: readonly (number | null | false)[];
  }[];
}

interface Series {
  readonly labels: Labels;
  readonly points: Point[];
}

/** Labels in their order; empty values are no labels at all. */
export function labelsFrom(entries: Iterable<readonly [string, string]>): Labels {
  return new Map([...entries].filter(([, value]) => value !== "").sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
}

/** A text that is the same for the same labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify([...labels]);
}

/** Samples by series, each in order of time: what a Prometheus keeps. A value that is not a number marks where a series went stale. */
export class SeriesStore {
  readonly #series = new Map<string, Series>();

  /** Adds a sample; times of a series never go back. */
  append(labels: Labels, at: number, value: number): void {
    const key = keyOf(labels);
    const known = this.#series.get(key);
    if (known === undefined) this.#series.set(key, { labels, points: [{ at, value }] });
    else if ((known.points.at(-1)?.at ?? 0) < at) known.points.push({ at, value });
  }

  /** Series that pass the matchers, with their points after `from` up to `to`. */
  select(matchers: readonly Matcher[], from: number, to: number): readonly RangeSeries[] {
    const found: RangeSeries[] = [];
    for (const { labels, points } of this.#series.values()) {
      if (!matchers.every((each) => each.matches(labels.get(each.label) ?? ""))) continue;
      const inRange = points.slice(firstAfter(points, from), firstAfter(points, to));
      if (inRange.length > 0) found.push({ labels, points: inRange });
    }
    return found;
  }

  /** The labels of every series. */
  get labels(): readonly Labels[] {
    return [...this.#series.values()].map((series) => series.labels);
  }

  /** Drops points before `at`, and series that are left without any. */
  forget(at: number): void {
    for (const [key, { points }] of this.#series) {
      points.splice(0, firstAfter(points, at));
      if (points.length === 0) this.#series.delete(key);
    }
  }

  save(): SavedSeries {
    const all = [...this.#series.values()];
    const times = [...new Set(all.flatMap(({ points }) => points.map((point) => point.at)))].sort((left, right) => left - right);
    const indexOf = new Map(times.map((at, index) => [at, index]));
    const series = all.map(({ labels, points }) => {
      const first = indexOf.get(points[0]?.at ?? 0) ?? 0;
      const values: (number | null | false)[] = [];
      for (const { at, value } of points) {
        const place = (indexOf.get(at) ?? 0) - first;
        while (values.length < place) values.push(false);
        values.push(Number.isNaN(value) ? null : value);
      }
      return { labels: Object.fromEntries(labels), first, values };
    });
    return { times, series };
  }

  restore({ times, series }: SavedSeries): void {
    for (const { labels, first, values } of series) {
      const read = labelsFrom(Object.entries(labels));
      const points = values.flatMap((value, index) => (value === false ? [] : [{ at: times[first + index] ?? 0, value: value ?? Number.NaN }]));
      this.#series.set(keyOf(read), { labels: read, points });
    }
  }
}

/** Index of the first point later than `at`. */
function firstAfter(points: readonly Point[], at: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
