import type { RunSummary } from "./runSummary.ts";

/** The drill that "the same again" means: the newest that is over of this runbook (a path), or of any where that one has none. `undefined` where none is on record. */
export function drillToRepeat(runs: readonly RunSummary[], runbookPath: string | undefined): RunSummary | undefined {
  const drills = runs.filter((run) => run.mode === "drill" && run.verdict !== undefined);
  return drills.findLast((run) => run.runbookPath === runbookPath) ?? drills.at(-1);
}
