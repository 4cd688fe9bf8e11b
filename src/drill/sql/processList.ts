import type { Frame } from "./execution.ts";

/** Rows of SHOW PROCESSLIST and of information_schema.PROCESSLIST: id, user, host, db, command, seconds, state, info. */
export function processList(frame: Frame, sql: string | null): (string | number | null)[][] {
  return [...frame.server.sessions.values()].map((session) => {
    const row = (command: string, sinceMs: number, state: string, info: string | null): (string | number | null)[] => [session.id, session.user, session.address, session.database ?? null, command, Math.floor((frame.nowMs - sinceMs) / 1000), state, info];
    if (session === frame.session) return row("Query", frame.nowMs, "init", sql);
    const { busy } = session;
    return busy !== undefined && busy.until > frame.nowMs ? row("Query", busy.since, "Sending data", busy.sql) : row("Sleep", session.openedAt, "", null);
  });
}
