import { SqlError } from "../contract.ts";
import type { BinaryLog, LogEvent, StatusField } from "./binaryLog.ts";
import { sqlError } from "./errors.ts";
import type { ReplicaChange } from "./execution.ts";
import type { Flavour } from "./versionComments.ts";

/** The primary as its replica sees it. */
export interface ReplicationSource {
  readonly log: BinaryLog;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly serverId: number;
  /** Can the replica's I/O thread read from it now? */
  isReachable(): boolean;
}

/** What of a replica outlives a restart. */
export interface ReplicaState {
  isRunning: boolean;
  /** Position in the primary's log up to which events are in the relay log. */
  read: number;
  /** Position up to which events are applied. */
  executed: number;
  relay: LogEvent[];
  /** World milliseconds from an event's commit on the source to its being applied here, at the least. */
  lagMs: number;
  /** What somebody has told it to wait beyond that (MASTER_DELAY), world milliseconds. */
  delayMs: number;
  lastError: string;
  lastErrno: number;
}

/** The replica side: an I/O thread that copies events at once while the primary answers, and an SQL thread that applies each so long after its commit. */
export class Replica {
  readonly source: ReplicationSource;
  readonly state: ReplicaState;
  readonly #apply: (event: LogEvent) => void;
  readonly #unsubscribe: () => void;

  constructor(source: ReplicationSource, lagMs: number, apply: (event: LogEvent) => void) {
    this.source = source;
    this.#apply = apply;
    this.state = { isRunning: true, read: source.log.end, executed: source.log.end, relay: [], lagMs, delayMs: 0, lastError: "", lastErrno: 0 };
    // What was sent before the source went away is in the relay log, whether or not anyone has asked since.
    this.#unsubscribe = source.log.subscribe(() => this.#receive(Number.POSITIVE_INFINITY));
  }

  /** Forgets the source. */
  dispose(): void {
    this.#unsubscribe();
  }

  /** The I/O thread: copies what the source has committed by `nowMs`, while it can be read. */
  #receive(nowMs: number): void {
    const { state } = this;
    if (!state.isRunning || !this.source.isReachable()) return;
    const events = this.source.log.after(state.read, nowMs);
    state.relay.push(...events);
    state.read = events.at(-1)?.end ?? state.read;
  }

  /** Does what both threads would have done by now. */
  catchUp(nowMs: number): void {
    const { state } = this;
    this.#receive(nowMs);
    if (!state.isRunning || state.lastErrno !== 0) return;
    while (state.relay[0] !== undefined && state.relay[0].at + state.lagMs + state.delayMs <= nowMs) {
      const [event] = state.relay;
      try {
        this.#apply(event);
      } catch (error) {
        // A replica that cannot apply an event stops its SQL thread and says why; it does not fail its clients.
        state.lastErrno = error instanceof SqlError ? error.errno : 1105;
        state.lastError = error instanceof Error ? error.message : String(error);
        return;
      }
      state.executed = event.end;
      state.relay.shift();
    }
  }

  stop(nowMs: number): void {
    this.catchUp(nowMs);
    this.state.isRunning = false;
  }

  start(nowMs: number): void {
    this.state.isRunning = true;
    this.state.lastErrno = 0;
    this.state.lastError = "";
    this.catchUp(nowMs);
  }

  /** RESET REPLICA: the relay log is thrown away and read again from the applied position. */
  reset(): void {
    if (this.state.isRunning) throw sqlError("ER_REPLICA_MUST_STOP");
    this.state.relay = [];
    this.state.read = this.state.executed;
  }

  /** CHANGE MASTER TO: the relay log goes, unless the change says where in it to go on, which must be where it stands. */
  change({ delayMs, relayFile, relayPosition }: ReplicaChange): void {
    const { state } = this;
    if (state.isRunning) throw sqlError("ER_REPLICA_MUST_STOP");
    if (relayFile === undefined && relayPosition === undefined) this.reset();
    else if ((relayFile ?? this.source.log.file) !== this.source.log.file || (relayPosition ?? state.executed) !== state.executed) throw sqlError("ER_RELAY_LOG_INIT");
    state.delayMs = delayMs ?? state.delayMs;
  }

  /** SHOW REPLICA STATUS, in the words the version has. */
  status(nowMs: number, flavour: Flavour): readonly StatusField[] {
    const isOld = flavour.isMariaDb || flavour.versionId < 80_022;
    const [replica, source] = isOld ? ["Slave", "Master"] : ["Replica", "Source"];
    const { state } = this;
    const isReachable = this.source.isReachable();
    const isIo = state.isRunning && isReachable;
    const isSql = state.isRunning && state.lastErrno === 0;
    const oldest = state.relay[0];
    const behind = !isIo || !isSql ? null : oldest === undefined ? 0 : Math.max(0, Math.floor((nowMs - oldest.at) / 1000));
    const ioState = isIo ? `Waiting for ${isOld ? "master" : "source"} to send event` : state.isRunning ? `Reconnecting after a failed ${isOld ? "master" : "source"} event read` : "";
    const ioError = state.isRunning && !isReachable ? `error reconnecting to ${isOld ? "master" : "source"} '${this.source.user}@${this.source.host}:${String(this.source.port)}' - retry-time: 60 retries: 1` : "";
    return [
      [`${replica}_IO_State`, ioState],
      [`${source}_Host`, this.source.host],
      [`${source}_User`, this.source.user],
      [`${source}_Port`, this.source.port],
      ["Connect_Retry", 60],
      [`${source}_Log_File`, this.source.log.file],
      [`Read_${source}_Log_Pos`, state.read],
      // The relay log has what the source's has, at the same places.
      ["Relay_Log_File", this.source.log.file],
      ["Relay_Log_Pos", state.executed],
      [`Relay_${source}_Log_File`, this.source.log.file],
      [`${replica}_IO_Running`, isIo ? "Yes" : state.isRunning ? "Connecting" : "No"],
      [`${replica}_SQL_Running`, isSql ? "Yes" : "No"],
      ["Last_Errno", state.lastErrno],
      ["Last_Error", state.lastError],
      [`Exec_${source}_Log_Pos`, state.executed],
      [`Seconds_Behind_${source}`, behind],
      ["Last_IO_Errno", ioError === "" ? 0 : 2003],
      ["Last_IO_Error", ioError],
      ["Last_SQL_Errno", state.lastErrno],
      ["Last_SQL_Error", state.lastError],
      [`${source}_Server_Id`, this.source.serverId],
      ["SQL_Delay", Math.round(state.delayMs / 1000)],
      ["SQL_Remaining_Delay", isSql && oldest !== undefined && state.delayMs > 0 ? Math.max(0, Math.ceil((oldest.at + state.delayMs - nowMs) / 1000)) : null],
      [`${replica}_SQL_Running_State`, isSql ? (oldest === undefined ? `${replica} has read all relay log; waiting for more updates` : `Waiting until ${isOld ? "MASTER" : "SOURCE"}_DELAY seconds after ${isOld ? "master" : "source"} executed event`) : ""],
    ];
  }
}
