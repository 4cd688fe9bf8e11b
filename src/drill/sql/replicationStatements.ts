import type { SqlResult } from "../contract.ts";
import { notSupported } from "./errors.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandAdministration } from "./privileges.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** STOP, START and RESET of replication, in the words the version has. */
export function runReplication(frame: Frame, cursor: TokenCursor, verb: "STOP" | "START" | "RESET"): SqlResult | undefined {
  const { flavour, replication } = frame.server;
  const hasOldWords = flavour.isMariaDb || flavour.versionId < 80_400;
  const hasNewWords = flavour.isMariaDb || flavour.versionId >= 80_022;
  if (!((hasOldWords && cursor.take("SLAVE")) || (hasNewWords && cursor.take("REPLICA")))) return undefined;
  const isAll = cursor.take("ALL");
  if (cursor.is("IO_THREAD", "SQL_THREAD", "UNTIL", "FOR")) throw notSupported(`${verb} REPLICA ${cursor.peek().value.toUpperCase()}`);
  cursor.expectEnd();
  demandAdministration(frame, verb === "RESET" ? "reload" : "replicas");
  if (verb === "RESET") replication.resetReplica(isAll);
  else if (verb === "STOP") {
    const [errno, text] = flavour.isMariaDb ? ([1255, "Slave already has been stopped"] as const) : ([3084, "Replication thread(s) for channel '' are already stopped."] as const);
    if (!replication.isReplicaRunning()) frame.session.warn("Note", errno, text);
    replication.stopReplica(frame.nowMs);
  }
  else replication.startReplica(frame.nowMs);
  return changed(0);
}

/**
 * CHANGE MASTER TO: how late events are applied, MASTER_DELAY. As on a real server, the relay log is thrown away and read from the source
 * again, unless the statement names where to go on in it; what a source that is gone had sent is lost with it.
 */
export function changeSource(frame: Frame, cursor: TokenCursor): SqlResult {
  const { flavour, replication } = frame.server;
  const hasOldWords = flavour.isMariaDb || flavour.versionId < 80_400;
  const hasNewWords = !flavour.isMariaDb && flavour.versionId >= 80_023;
  if (!((hasOldWords && cursor.take("MASTER", "TO")) || (hasNewWords && cursor.take("REPLICATION", "SOURCE", "TO")))) throw cursor.fail();
  const wanted: { delayMs?: number; relayFile?: string; relayPosition?: number } = {};
  do {
    const option = cursor.name().toUpperCase();
    cursor.expectOperator("=");
    if (option === "MASTER_DELAY" || option === "SOURCE_DELAY") wanted.delayMs = cursor.integer() * 1000;
    else if (option === "RELAY_LOG_FILE") wanted.relayFile = cursor.string();
    else if (option === "RELAY_LOG_POS") wanted.relayPosition = cursor.integer();
    else throw notSupported("CHANGE");
  } while (cursor.takeOperator(","));
  cursor.expectEnd();
  demandAdministration(frame, "replicas");
  replication.changeReplica(wanted);
  return changed(0);
}
