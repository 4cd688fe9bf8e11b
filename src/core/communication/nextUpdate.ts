import { formatDuration } from "../run/recoveryClock.ts";

/** When the next update to others is due. */
export interface NextUpdate {
  readonly dueAt: number;
  /** `due in 12 min`, `overdue by 3 min`. */
  readonly words: string;
  readonly isOverdue: boolean;
}

const MINUTE_MS = 60_000;

/** Counts from the last update, or from the impact before the first; `undefined` where neither or no interval is known. */
export function nextUpdate(run: { readonly messagedAt: number | undefined; readonly impactAt: number | undefined }, everyMs: number | undefined, now: number): NextUpdate | undefined {
  const from = run.messagedAt ?? run.impactAt;
  if (from === undefined || everyMs === undefined) return undefined;
  const dueAt = from + everyMs;
  const left = dueAt - now;
  // Whole minutes: a line that counts seconds asks to be looked at all the time.
  const words = left >= 0 ? `due in ${formatDuration(Math.ceil(left / MINUTE_MS) * MINUTE_MS)}` : `overdue by ${formatDuration(Math.ceil(-left / MINUTE_MS) * MINUTE_MS)}`;
  return { dueAt, words, isOverdue: left < 0 };
}
