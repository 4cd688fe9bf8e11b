import { withoutPasswords } from "./accounts.ts";
import type { Frame, ServerState } from "./execution.ts";
import type { Session } from "./session.ts";

/** A row of `mysql.general_log`. */
export interface GeneralLogEntry {
  /** World epoch milliseconds. */
  readonly at: number;
  readonly userHost: string;
  readonly thread: number;
  readonly command: "Connect" | "Query" | "Quit";
  readonly argument: string;
}

/** The oldest entries go first beyond this. */
const KEPT = 5000;

/** Logs what a client does, where `general_log` is on and `log_output` names the table. The log's file is not kept: no program here reads it. */
export function logGenerally(server: ServerState, session: Session, command: GeneralLogEntry["command"], argument: string, at: number): void {
  if (server.globals.get("general_log") !== "ON" || !/\bTABLE\b/i.test(String(server.globals.get("log_output")))) return;
  const host = session.address === "localhost" ? "localhost []" : ` [${session.address.split(":")[0] ?? ""}]`;
  server.generalLog.push({ at, userHost: `${session.user}[${session.user}] @ ${host}`, thread: session.id, command, argument: withoutPasswords(argument) });
  if (server.generalLog.length > KEPT) server.generalLog.shift();
}

/** Rows of `mysql.general_log`: event_time, user_host, thread_id, server_id, command_type, argument. */
export function generalLogRows(frame: Frame, timeText: (ms: number) => string): (string | number)[][] {
  return frame.server.generalLog.map(({ at, userHost, thread, command, argument }) => [timeText(at), userHost, thread, Number(frame.server.globals.get("server_id") ?? 0), command, argument]);
}
