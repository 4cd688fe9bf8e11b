import { faultsOf, isPersonsDrill, type RunSummary } from "./runSummary.ts";

/** Differences below this are noise, milliseconds. */
const SAME_MS = 1000;

/** A step of both drills, by its time. */
export interface StepDifference {
  readonly step: string;
  /** Positive where this drill was slower, milliseconds. */
  readonly laterMs: number;
}

/** A drill against an earlier one of the same scenario. */
export interface DrillComparison {
  readonly before: RunSummary;
  /** `undefined` where one of the two did not recover. */
  readonly recoveryLaterMs: number | undefined;
  readonly slower: readonly StepDifference[];
  readonly faster: readonly StepDifference[];
  /** Steps of the earlier drill that this one left out, and the other way round. */
  readonly leftOut: readonly string[];
  readonly added: readonly string[];
}

/**
 * The latest ended drill before this one of the same runbook and faults. Drills of people are compared with those of people, and
 * unattended ones with unattended ones: a machine's times say nothing of a person's.
 */
export function previousDrill(drill: RunSummary, history: readonly RunSummary[]): RunSummary | undefined {
  return history
    .filter((other) => other.run !== drill.run && other.mode === "drill" && other.verdict !== undefined && other.startedAt < drill.startedAt)
    .filter((other) => other.runbook === drill.runbook && faultsOf(other) === faultsOf(drill) && isPersonsDrill(other) === isPersonsDrill(drill) && other.isUnattended === drill.isUnattended)
    .sort((a, b) => a.startedAt - b.startedAt)
    .at(-1);
}

/** Compares step by step; a step that was come back to counts with all its visits. */
export function compareDrills(drill: RunSummary, before: RunSummary): DrillComparison {
  const [now, then] = [timeByStep(drill), timeByStep(before)];
  const differences = [...now].flatMap(([step, ms]): StepDifference[] => {
    const earlier = then.get(step);
    return earlier === undefined ? [] : [{ step, laterMs: ms - earlier }];
  });
  return {
    before,
    recoveryLaterMs: drill.recoveryMs === undefined || before.recoveryMs === undefined ? undefined : drill.recoveryMs - before.recoveryMs,
    slower: differences.filter(({ laterMs }) => laterMs >= SAME_MS).sort((a, b) => b.laterMs - a.laterMs),
    faster: differences.filter(({ laterMs }) => laterMs <= -SAME_MS).sort((a, b) => a.laterMs - b.laterMs),
    leftOut: [...then.keys()].filter((step) => !now.has(step)),
    added: [...now.keys()].filter((step) => !then.has(step)),
  };
}

/** Time of each step that was worked on, all its visits together, in the order of the first ones. */
export function timeByStep(summary: Pick<RunSummary, "visits">): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { step, spentMs } of summary.visits) times.set(step, (times.get(step) ?? 0) + spentMs);
  return times;
}
