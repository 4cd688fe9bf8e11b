import type { RunSummary } from "../drills/runSummary.ts";
import type { Communication } from "../facts/facts.ts";
import { formatDuration } from "../run/recoveryClock.ts";
import { runKind } from "../run/runKind.ts";

/** When something is due. */
export interface Due {
  readonly dueAt: number;
  /** `due in 12 min`, `overdue by 3 min`. */
  readonly words: string;
  readonly isOverdue: boolean;
}

const MINUTE_MS = 60_000;

/** How it stands with what is due then. Whole minutes: a line that counts seconds asks to be looked at all the time. */
export function standingOfDue(dueAt: number, now: number): Due {
  const left = dueAt - now;
  const words = left >= 0 ? `due in ${formatDuration(Math.ceil(left / MINUTE_MS) * MINUTE_MS)}` : `overdue by ${formatDuration(Math.ceil(-left / MINUTE_MS) * MINUTE_MS)}`;
  return { dueAt, words, isOverdue: left < 0 };
}

/** Counts from the last update, or from the impact before the first; `undefined` where neither or no interval is known. */
export function nextUpdate(run: { readonly messagedAt: number | undefined; readonly impactAt: number | undefined }, everyMs: number | undefined, now: number): Due | undefined {
  const from = run.messagedAt ?? run.impactAt;
  if (from === undefined || everyMs === undefined) return undefined;
  return standingOfDue(from + everyMs, now);
}

/**
 * How it stands with the report of a run: `undefined` where none is wanted (a drill, a look, one that is still open, facts that ask for none), and
 * once it has been sent or written.
 */
export function reportDue({ endedAt, messages, ...run }: Pick<RunSummary, "mode" | "impactAt" | "endedAt" | "messages">, communication: Communication | undefined, now: number): Due | undefined {
  const { reportWithinMs, report } = communication ?? {};
  if (runKind(run) !== "incident" || endedAt === undefined || reportWithinMs === undefined || report === undefined || messages.includes(report)) return undefined;
  return standingOfDue(endedAt + reportWithinMs, now);
}
