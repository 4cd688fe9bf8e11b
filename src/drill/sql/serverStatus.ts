import type { Frame } from "./execution.ts";

/** SHOW GLOBAL STATUS: what this server counts, and nothing it does not. */
export function statusVariables(frame: Frame): readonly (readonly [name: string, value: string | number])[] {
  const { server } = frame;
  const uptime = Math.max(0, Math.floor((frame.nowMs - server.startedAt) / 1000));
  const open = Object.values(server.catalog.databases).reduce((sum, database) => sum + Object.keys(database.tables).length, 0);
  return [
    ["Connections", server.statistics.connections],
    ["Open_tables", open],
    ["Queries", server.statistics.questions],
    ["Questions", server.statistics.questions],
    ["Slow_queries", server.statistics.slowQueries],
    ["Threads_connected", server.sessions.size],
    ["Threads_running", 1],
    ["Uptime", uptime],
  ];
}
