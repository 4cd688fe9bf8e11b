/** First moment of a quarter and of the one after it, in UTC epoch milliseconds. */
export interface QuarterSpan {
  readonly startsAt: number;
  /** Exclusive. */
  readonly endsAt: number;
}

/** Reads `2026-Q1` (or `Q1 2026`, as people write it). */
export function readQuarter(text: string): QuarterSpan | undefined {
  const match = /^(?<year>\d{4})-?Q(?<quarter>[1-4])$|^Q(?<quarterFirst>[1-4])\s+(?<yearLast>\d{4})$/i.exec(text.trim());
  if (match?.groups === undefined) return undefined;
  const year = Number(match.groups["year"] ?? match.groups["yearLast"]);
  const quarter = Number(match.groups["quarter"] ?? match.groups["quarterFirst"]);
  return { startsAt: Date.UTC(year, (quarter - 1) * 3, 1), endsAt: Date.UTC(year, quarter * 3, 1) };
}
