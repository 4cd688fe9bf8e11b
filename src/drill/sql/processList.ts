import type { Frame } from "./execution.ts";
import { mayAdminister } from "./privileges.ts";

/** Rows, without the right to see others only one's own, of SHOW PROCESSLIST and of information_schema.PROCESSLIST: id, user, host, db, command, seconds, state, info. */
export function processList(frame: Frame, sql: string | null): (string | number | null)[][] {
  const own = frame.session.account;
  const seesAll = mayAdminister(own, "processes", frame.server.flavour);
  return [...frame.server.sessions.values()].filter((session) => seesAll || session.account === own).map((session) => {
    const row = (command: string, sinceMs: number, state: string, info: string | null): (string | number | null)[] => [session.id, session.user, session.address, session.database ?? null, command, Math.floor((frame.nowMs - sinceMs) / 1000), state, info];
    if (session === frame.session) return row("Query", frame.nowMs, "init", sql);
    const { busy } = session;
    return busy !== undefined && busy.until > frame.nowMs ? row("Query", busy.since, "Sending data", busy.sql) : row("Sleep", session.openedAt, "", null);
  });
}
