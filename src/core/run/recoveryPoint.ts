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

/** The newest value that a cell set and that carries a time as backups are named (`…-2026-01-31-0200…`). */
export function suggestRecoveryPoint(records: readonly JournalRecord[]): RecoveryPointEvidence | undefined {
  for (const record of records.toReversed()) {
    if (record.type !== "cellOutcome") continue;
    for (const [name, value] of Object.entries(record.variables)) {
      const stamp = /(?<!\d)\d{4}-\d{2}-\d{2}-\d{4}(?!\d)/.exec(value)?.[0];
      const pointAt = stamp === undefined ? undefined : readPointInTime(stamp, record.at);
      if (pointAt !== undefined && pointAt <= record.at) return { pointAt, evidence: `${name}=${value.trim()} in ${record.cell.name}` };
    }
  }
  return undefined;
}

function readIso(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 19)) ? undefined : ms;
}
