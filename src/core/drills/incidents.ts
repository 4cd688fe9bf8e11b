import { runKind } from "../run/runKind.ts";
import type { RunSummary } from "./runSummary.ts";

/** Time over which availability is counted, milliseconds: 30 days. */
export const AVAILABILITY_WINDOW_MS = 30 * 86_400_000;

/** What past incidents say. It is only about those that were recorded here: an outage without a run is not in it. */
export interface IncidentFigures {
  readonly incidents: number;
  /** Mean time to recovery over all incidents that recovered, milliseconds; `undefined` without any. */
  readonly mttrMs: number | undefined;
  /** Time without service in the last 30 days, milliseconds. */
  readonly downMs: number;
  /** Percent of the last 30 days; `undefined` without any incident on record, since that proves nothing. */
  readonly availabilityPercent: number | undefined;
}

/** Figures of the ended incidents among `history` at `now` (real time). */
export function incidentFigures(history: readonly RunSummary[], now: number): IncidentFigures {
  const incidents = history.filter((run) => runKind(run) === "incident" && run.verdict !== undefined);
  const recoveries = incidents.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const from = now - AVAILABILITY_WINDOW_MS;
  const downMs = incidents.reduce((sum, run) => {
    const beganAt = run.impactAt ?? run.startedAt;
    const endedAt = beganAt + (run.recoveryMs ?? run.unrestoredMs ?? 0);
    return sum + Math.max(0, Math.min(endedAt, now) - Math.max(beganAt, from));
  }, 0);
  return {
    incidents: incidents.length,
    mttrMs: recoveries.length === 0 ? undefined : recoveries.reduce((sum, ms) => sum + ms, 0) / recoveries.length,
    downMs,
    availabilityPercent: incidents.length === 0 ? undefined : 100 * (1 - downMs / AVAILABILITY_WINDOW_MS),
  };
}
