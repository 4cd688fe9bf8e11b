/** One figure of ours beside a peer's, taken in the same run. */
export interface Comparison {
  readonly name: string;
  readonly ours: string;
  readonly peer: string;
  readonly unit: "ms" | "KiB";
  /** Whether the peer's figure is a limit that was promised: then ours may not be above it. */
  readonly isLimit?: boolean;
  /** Taken in turn, so that what else the machine does meets both. */
  readonly pairs: readonly Pair[];
}

export interface Pair {
  readonly ours: number;
  readonly peer: number;
}

/** The middle of some figures, and the quarters below and above it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What is asked again and again in the seconds of an incident is measured so many times in a row before the other side's turn. */
export const IN_A_ROW = 5;

/**
 * Takes `rounds` times `row` pairs, after a round that does not count: ours `row` times, then the peer as often. A single request after
 * each start of a program measures what the program left of the processor's caches: nobody uses both in turn.
 */
export async function inTurn(rounds: number, ours: () => Promise<number>, peer: () => Promise<number>, row = 1): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const inARow = async (measure: () => Promise<number>): Promise<number[]> => {
    const found: number[] = [];
    while (found.length < row) found.push(await measure());
    return found;
  };
  for (let round = -1; round < rounds; round += 1) {
    const [mine, theirs] = [await inARow(ours), await inARow(peer)];
    if (round >= 0) pairs.push(...mine.map((value, index) => ({ ours: value, peer: theirs[index] ?? Number.NaN })));
  }
  return pairs;
}

/** Milliseconds that `work` takes. */
export async function milliseconds(work: () => Promise<unknown> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Median and quartiles. Throws where there is nothing to judge. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.round((sorted.length - 1) * share)];
    if (value === undefined || !Number.isFinite(value) || value <= 0) throw new Error(`not a measurement: ${value ?? "no value"}`);
    return value;
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** A line for each promised limit that the median is above. */
export function missedLimits(comparisons: readonly Comparison[]): readonly string[] {
  return comparisons.flatMap(({ name, isLimit, unit, pairs }) => {
    const [ours, limit] = [spreadOf(pairs.map((pair) => pair.ours)).median, spreadOf(pairs.map((pair) => pair.peer)).median];
    return isLimit === true && ours > limit ? [`${name}: ${ours.toFixed(0)} ${unit} is above the limit of ${limit.toFixed(0)} ${unit}`] : [];
  });
}

/** Fixed columns: name, both sides, their ratio with its spread, and how many pairs that was. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const figure = (value: number, unit: string): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
  const rows = comparisons.map(({ name, ours, peer, unit, pairs }) => {
    const ratio = spreadOf(pairs.map((pair) => pair.ours / pair.peer));
    return [
      name,
      `${ours} ${figure(spreadOf(pairs.map((pair) => pair.ours)).median, unit)}`,
      `${peer} ${figure(spreadOf(pairs.map((pair) => pair.peer)).median, unit)}`,
      ratio.median.toFixed(2),
      pairs.length === 1 ? "" : `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`,
      String(pairs.length),
    ];
  });
  const all = [["", "ours (median)", "peer (median)", "ratio", "middle half", "pairs"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}

/** The same for a machine, on one line. */
export function jsonOf(comparisons: readonly Comparison[], failed: readonly string[]): string {
  const figures = comparisons.map(({ name, ours, peer, unit, pairs }) => ({
    name,
    unit,
    pairs: pairs.length,
    ours: { what: ours, ...spreadOf(pairs.map((pair) => pair.ours)) },
    peer: { what: peer, ...spreadOf(pairs.map((pair) => pair.peer)) },
    ratio: spreadOf(pairs.map((pair) => pair.ours / pair.peer)),
  }));
  return JSON.stringify({ bench: figures, failed, node: process.version, platform: `${process.platform}-${process.arch}` });
}
