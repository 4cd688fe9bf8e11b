import type { SqlResult } from "../contract.ts";
import type { DataLoss } from "../../core/protocol.ts";
import { messageOf } from "../../core/runtimeError.ts";
import type { RowTimes } from "./description.ts";

/** Asks a database; throws where it cannot be asked. */
export type Ask = (statement: string) => SqlResult;

/** So many of the newest times are compared. */
const NEWEST = 500;

/**
 * What the database that serves now lacks of the one that the world began with, whose data outlives its pods and its claim: by the rows
 * themselves, so that it does not matter by which way service came back.
 */
export function findDataLoss({ table, column }: RowTimes, before: Ask, now: Ask): DataLoss {
  try {
    const [had, has] = [before, now].map((ask) => countsByTime(ask, `SELECT ${column}, COUNT(*) FROM ${table} GROUP BY ${column} ORDER BY ${column} DESC LIMIT ${NEWEST}`));
    const missing = [...(had ?? [])].filter(([time, count]) => (has?.get(time) ?? 0) < count);
    const oldest = missing.map(([time]) => time).sort()[0];
    if (oldest === undefined) return { kind: "none", table };
    return { kind: "lost", table, rows: missing.reduce((sum, [time, count]) => sum + count - (has?.get(time) ?? 0), 0), oldestAt: Date.parse(`${oldest.replace(" ", "T")}Z`) };
  } catch (error) {
    return { kind: "unknown", reason: messageOf(error) };
  }
}

function countsByTime(ask: Ask, statement: string): ReadonlyMap<string, number> {
  return new Map(ask(statement).rows.map(([time, count]) => [String(time), Number(count)]));
}
