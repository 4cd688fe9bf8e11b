import type { ClockStatus, DataLoss } from "../protocol.ts";
import type { JournalRecord } from "./journalEvent.ts";

/** A recovery point that the run has evidence of. */
export interface RecoveryPointEvidence {
  readonly pointAt: number;
  readonly evidence: string;
}

/**
 * Reads a point in time in UTC as people write it: `2026-01-31 02:00`, `2026-01-31T02:00:30Z`, `2026-01-31-0200` (as backups are
 * named), or `02:00`, the last one before `now`. `undefined` for anything else.
 */
export function readPointInTime(text: string, now: number): number | undefined {
  const whole = /^(\d{4}-\d{2}-\d{2})[ T-](\d{2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?Z?$/.exec(text.trim());
  if (whole !== null) return readIso(`${whole[1]}T${whole[2]}:${whole[3]}:${whole[4] ?? "00"}Z`);
  const time = /^(\d{2}):(\d{2})(?::(\d{2}))?(?:\s*UTC)?$/.exec(text.trim());
  if (time === null) return undefined;
  const today = readIso(`${new Date(now).toISOString().slice(0, 10)}T${time[1]}:${time[2]}:${time[3] ?? "00"}Z`);
  return today === undefined || today <= now ? today : today - 86_400_000;
}

/** The time before `now` that a name carries as backups are named: `buildnest-2026-01-31-0200.sql.gz`. */
export function pointInName(name: string, now: number): number | undefined {
  const stamp = /(?<!\d)\d{4}-\d{2}-\d{2}-\d{4}(?!\d)/.exec(name)?.[0];
  const pointAt = stamp === undefined ? undefined : readPointInTime(stamp, now);
  return pointAt === undefined || pointAt > now ? undefined : pointAt;
}

/** A time as backups are named, in UTC: `2026-01-31-0200`. */
export function nameStamp(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", "-").replace(":", "");
}

/** The newest of several; `undefined` of none. */
export function newestOf(points: readonly RecoveryPointEvidence[]): RecoveryPointEvidence | undefined {
  return points.toSorted((a, b) => b.pointAt - a.pointAt)[0];
}

/** How long ago the newest recovery point was, milliseconds; `undefined` while none is known or once service is restored. */
export function rpoExposureMs(clock: Pick<ClockStatus, "now" | "restoredAt" | "newestPointAt">): number | undefined {
  return clock.newestPointAt === undefined || clock.restoredAt !== undefined ? undefined : Math.max(0, clock.now - clock.newestPointAt);
}

/** True when more data would be lost than the objective allows, if nothing newer than the newest backup came back. */
export function isOverRpo(clock: Pick<ClockStatus, "now" | "restoredAt" | "newestPointAt" | "rpoMs">): boolean {
  const exposedMs = rpoExposureMs(clock);
  return exposedMs !== undefined && clock.rpoMs !== undefined && exposedMs > clock.rpoMs;
}

/** The newest value that a cell set and that carries a time as backups are named (`…-2026-01-31-0200…`). */
export function suggestRecoveryPoint(records: readonly JournalRecord[]): RecoveryPointEvidence | undefined {
  for (const record of records.toReversed()) {
    if (record.type !== "cellOutcome") continue;
    for (const [name, value] of Object.entries(record.variables)) {
      const pointAt = pointInName(value, record.at);
      if (pointAt !== undefined) return { pointAt, evidence: `${name}=${value.trim()} in ${record.cell.name}` };
    }
  }
  return undefined;
}

/**
 * The recovery point that a drill has come to by what its world says is lost. Where rows are missing, a backup that the run chose from
 * before the oldest of them is the point: what that backup lacks may be more than what happens to be missing. `undefined` where it is not known.
 */
export function recoveryPointOf(loss: DataLoss, impactAt: number, chosen: RecoveryPointEvidence | undefined): RecoveryPointEvidence | undefined {
  switch (loss.kind) {
    case "unknown":
      return undefined;
    case "none":
      return { pointAt: impactAt, evidence: `no row of ${loss.table} is missing` };
    case "lost": {
      const missing = { pointAt: loss.oldestAt, evidence: `rows of ${loss.table} are missing: ${loss.rows}, the oldest from then` };
      return chosen !== undefined && chosen.pointAt < missing.pointAt ? { pointAt: chosen.pointAt, evidence: `${chosen.evidence}; ${loss.rows} rows of ${loss.table} are missing` } : missing;
    }
  }
}

function readIso(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 19)) ? undefined : ms;
}
