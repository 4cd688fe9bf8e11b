import { type IncidentLog, utc } from "./incidentLog.ts";

/** What `docs/incident-log.schema.json` describes; it grows when a field changes its meaning or goes. */
export const LOG_VERSION = 1;

/** The log as JSON: every time in ISO 8601, UTC; a time that is not known is left out. */
export function printJsonLog(log: IncidentLog): string {
  const time = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : utc(ms));
  const { startedAt, endedAt, impactAt, restoredAt, timeline, executions, ...rest } = log;
  const shown = {
    version: LOG_VERSION,
    ...rest,
    startedAt: time(startedAt), endedAt: time(endedAt), impactAt: time(impactAt), restoredAt: time(restoredAt),
    timeline: timeline.map((row) => ({ ...row, at: time(row.at) })),
    executions: executions.map((execution) => ({
      ...execution, startedAt: time(execution.startedAt), endedAt: time(execution.endedAt),
      details: execution.details.map((detail) => (detail.kind === "answer" || detail.kind === "override" ? { ...detail, at: time(detail.at) } : detail)),
    })),
  };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}
