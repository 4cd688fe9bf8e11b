import { SqlError } from "../contract.ts";
import type { SqlResult, SqlServer, SqlSession } from "../contract.ts";
import { accountsOf, authenticate } from "./accounts.ts";
import type { Account, AccountSeed } from "./accounts.ts";
import { BinaryLog } from "./binaryLog.ts";
import type { LogEvent } from "./binaryLog.ts";
import type { Catalog } from "./catalog.ts";
import { inProductWords, sqlError } from "./errors.ts";
import { isOn, systemVariable } from "./execution.ts";
import type { Frame, ServerState } from "./execution.ts";
import { SqlParser } from "./parser.ts";
import { demandSight, mayAdminister } from "./privileges.ts";
import { Replica } from "./replication.ts";
import type { ReplicaState } from "./replication.ts";
import { readContents, readSnapshot, SnapshotWriter, writeContents } from "./snapshot.ts";
import { Session } from "./session.ts";
import { StatementSplitter } from "./splitter.ts";
import type { SplitStatement } from "./splitter.ts";
import { asSqlError } from "./sqliteErrors.ts";
import { StatementRecorder, type Before } from "./statementRecorder.ts";
import { runStatement } from "./statements.ts";
import { firstWord, growing, tableIn, usesTables, writes } from "./statementWords.ts";
import { Store } from "./store.ts";
import { logGenerally } from "./generalLog.ts";
import { startVariables } from "./systemVariables.ts";
import { rollback } from "./transactions.ts";
import { expandVersionComments, flavourOf, textRulesOf } from "./versionComments.ts";

/** How a server is made. Nothing here names any one installation. */
export interface SqlServerOptions {
  readonly clock: { now(): number };
  /** `8.0.36`, `10.11.6-MariaDB`: decides dialect, names and error wordings. */
  readonly version: string;
  /** The accounts that it begins with. */
  readonly users: readonly AccountSeed[];
  readonly hostname: string;
  readonly serverId: number;
  readonly port?: number;
  readonly dataDirectory?: string;
  readonly maxConnections?: number;
  /** Without it the server keeps no binary log and can be no primary. */
  readonly binaryLogFile?: string;
  /** SQLite's WebAssembly where the bundle keeps it; `undefined` lets sql.js find its own file. */
  readonly wasmBinary?: Uint8Array;
  /** Numbers below 1 for RAND(), from the world's seed. */
  readonly random?: () => number;
}

/** One MySQL server of the world: an SqlServer with its own data, accounts, binary log and replication. */
export class MysqlServer implements SqlServer {
  readonly version: string;
  readonly hostname: string;
  readonly #options: SqlServerOptions;
  readonly #state: ServerState;
  readonly #log: BinaryLog | undefined;
  readonly #recorder: StatementRecorder;
  readonly #snapshots = new SnapshotWriter();
  #replica: Replica | undefined;
  /** What an own snapshot says of replication; `undefined` without one. A promoted server follows nobody again. */
  #resumed: { readonly replica: ReplicaState | null } | undefined;
  #volume: { isFull(): boolean } | undefined;
  #nextSession = 8;
  #isApplying = false;

  constructor(options: SqlServerOptions, store: Store) {
    this.#options = options;
    this.version = options.version;
    this.hostname = options.hostname;
    const flavour = flavourOf(options.version);
    this.#log = options.binaryLogFile === undefined ? undefined : new BinaryLog(options.binaryLogFile);
    this.#recorder = new StatementRecorder(this.#log, () => this.#state.catalog);
    const facts = {
      version: options.version, hostname: options.hostname, serverId: options.serverId, port: options.port ?? 3306, dataDirectory: options.dataDirectory ?? "/var/lib/mysql/",
      maxConnections: options.maxConnections ?? 151, hasBinaryLog: this.#log !== undefined,
    };
    let seed = options.serverId;
    this.#state = {
      run: runStatement, store, catalog: { databases: {}, nextTableId: 1 }, globals: startVariables(facts, flavour), parser: new SqlParser(flavour.isMariaDb), flavour, version: options.version, sessions: new Map(),
      accounts: accountsOf(options.users, flavour), generalLog: [], startedAt: options.clock.now(), compiled: new Map(), statistics: { questions: 0, connections: 0, slowQueries: 0 },
      random: options.random ?? (() => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647),
      replication: {
        replicaStatus: (nowMs) => this.#replica?.status(nowMs, flavour),
        isReplicaRunning: () => this.#replica?.state.isRunning === true,
        stopReplica: (nowMs) => this.#replica?.stop(nowMs),
        startReplica: (nowMs) => this.#configuredReplica().start(nowMs),
        resetReplica: (forgets) => this.#resetReplica(forgets),
        changeReplica: (wanted) => this.#configuredReplica().change(wanted),
        binaryLog: () => (this.#log === undefined ? undefined : { file: this.#log.file, position: this.#log.end, start: this.#log.start }),
        resetBinaryLog: () => this.#log?.reset(),
      },
    };
  }

  #configuredReplica(): Replica {
    if (this.#replica === undefined) throw sqlError(this.#state.flavour.isMariaDb ? "ER_MARIADB_NOT_REPLICA" : "ER_NOT_REPLICA");
    return this.#replica;
  }

  #resetReplicaLink(): void {
    this.#replica?.dispose();
    this.#replica = undefined;
  }

  #resetReplica(forgets: boolean): void {
    this.#replica?.reset();
    if (forgets) this.#resetReplicaLink();
  }

  #frame(session: Session, nowMs: number): Frame {
    return { server: this.#state, session, database: session.database, nowMs, locals: undefined, rows: [], depth: 0, sqlMode: undefined };
  }

  /** Says where its data lie; a server that is told of no volume has room for ever. */
  livesOn(volume: { isFull(): boolean }): void {
    this.#volume = volume;
  }

  /** What its rows, indexes and binary log take, bytes. Rows that are deleted leave their room to others, as InnoDB's do. */
  get dataBytes(): number {
    return this.#state.store.bytes + (this.#log?.end ?? 0);
  }

  /** Where its clients are: `10.1.2.3:51234`, or `localhost` behind the socket. */
  get clientAddresses(): readonly string[] {
    return [...this.#state.sessions.values()].map((session) => session.address);
  }

  /** Connects; `address` is the client's, left out for one behind the socket. Throws 1040, 1044, 1045 and 1049. */
  openSession(user: string, password: string, database: string | undefined, address?: string): Session {
    this.#state.statistics.connections += 1;
    this.catchUp();
    return this.#connect(user, authenticate(this.#state.accounts, { user, password, host: address?.split(":")[0] ?? "localhost" }, this.#state.flavour), database, address);
  }

  /** Connects somebody of whom the world keeps no password: a client that a fault stands for. Throws 1040, 1044, 1045 and 1049. */
  openSessionAs(user: string, database: string | undefined, address?: string): Session {
    const known = this.#state.accounts.find(({ name }) => name === user);
    if (known === undefined) throw sqlError("ER_ACCESS_DENIED", user, address?.split(":")[0] ?? "localhost", "NO");
    this.#state.statistics.connections += 1;
    return this.#connect(user, known, database, address);
  }

  /** Connects the server's own people, who may do everything and whom no password keeps out: who fills it, an exporter. Throws 1040. */
  openOwnSession(user: string, database: string | undefined): Session {
    this.#state.statistics.connections += 1;
    return this.#connect(user, undefined, database, undefined);
  }

  #connect(user: string, account: Account | undefined, database: string | undefined, address: string | undefined): Session {
    // One more than the limit is kept for an administrator, as the manual says.
    const limit = Number(this.#state.globals.get("max_connections")) + (account !== undefined && mayAdminister(account, "connections", this.#state.flavour) ? 1 : 0);
    if (this.#state.sessions.size >= limit) throw sqlError("ER_CON_COUNT");
    const session = new Session(this.#nextSession, user, account, this.#options.clock.now(), address);
    this.#nextSession += 1;
    if (database !== undefined) {
      demandSight(this.#frame(session, this.#options.clock.now()), database);
      if (this.#state.catalog.databases[database] === undefined && database !== "information_schema") throw sqlError("ER_BAD_DB", database);
      session.database = database;
    }
    this.#state.sessions.set(session.id, session);
    logGenerally(this.#state, session, "Connect", `${user}@${session.host} on ${database ?? ""} using ${address === undefined ? "Socket" : "TCP/IP"}`, this.#options.clock.now());
    return session;
  }

  /** Disconnects; an open transaction is rolled back. */
  closeSession(session: SqlSession): void {
    if (!(session instanceof Session)) return;
    if (session.isInTransaction) rollback(this.#frame(session, this.#options.clock.now()));
    if (this.#state.sessions.delete(session.id)) logGenerally(this.#state, session, "Quit", "", this.#options.clock.now());
  }

  /** `busyMs`: how long the statement shows as running, world milliseconds. */
  execute(session: SqlSession, sql: string, busyMs = 0): SqlResult {
    if (!(session instanceof Session) || !this.#state.sessions.has(session.id)) throw new SqlError(2013, "HY000", "Lost connection to MySQL server during query");
    const now = this.#options.clock.now();
    this.catchUp();
    this.#state.statistics.questions += 1;
    logGenerally(this.#state, session, "Query", sql, now);
    session.busy = busyMs > 0 ? { sql, since: now, until: now + busyMs } : undefined;
    return this.#run(session, sql, now);
  }

  #run(session: Session, source: string, nowMs: number): SqlResult {
    const sql = expandVersionComments(source, this.#state.flavour);
    const word = firstWord(sql);
    const frame = this.#frame(session, nowMs);
    const isWrite = writes.has(word);
    session.statement += 1;
    session.loggedAs = undefined;
    if (isWrite || usesTables(word, sql)) session.warnings = [];
    const started = { undo: session.undo.length, insertId: session.lastInsertId, database: session.database, counters: isWrite ? this.#recorder.counters() : [] };
    try {
      if (isWrite) this.#checkWritable(session);
      if (growing.has(word) && !session.isReplicationThread && this.#volume?.isFull() === true) throw sqlError("ER_RECORD_FILE_FULL", tableIn(sql));
      return this.#answer(frame, sql, word, started);
    } catch (error) {
      session.undo.length = Math.min(started.undo, session.undo.length);
      const told = inProductWords(asSqlError(error), this.#state.flavour, word);
      if (told instanceof SqlError) session.warn("Error", told.errno, told.message);
      throw told;
    }
  }

  #answer(frame: Frame, sql: string, word: string, started: Before): SqlResult {
    const { session } = frame;
    const isWrite = writes.has(word);
    if (!isOn(frame, "autocommit")) session.isInTransaction = true;
    const result = isWrite && !/^(?:CREATE|DROP|ALTER|RENAME)$/.test(word) ? this.#state.store.atomic(() => runStatement(frame, sql)) : runStatement(frame, sql);
    session.rowCount = result.isResultSet ? -1 : result.affectedRows;
    if (isWrite) this.#recorder.record(session, sql, frame.nowMs, started);
    else if (word === "COMMIT" || (!session.isInTransaction && session.pending.length > 0)) this.#recorder.flush(session, frame.nowMs);
    return result;
  }

  #checkWritable(session: Session): void {
    if (session.isReplicationThread) return;
    if (session.hasGlobalReadLock) throw sqlError("ER_CANT_UPDATE_WITH_READLOCK");
    for (const other of this.#state.sessions.values()) if (other.hasGlobalReadLock) throw sqlError("ER_LOCK_WAIT_TIMEOUT");
    const isSuper = mayAdminister(session.account, "writesWhileReadOnly", this.#state.flavour);
    if (this.#state.globals.get("super_read_only") === "ON") throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--super-read-only");
    if (this.#state.globals.get("read_only") === "ON" && !isSuper) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--read-only");
  }

  /** Applies what replication would have applied by now. Every statement does this first. */
  catchUp(): void {
    if (this.#isApplying || this.#replica === undefined) return;
    this.#isApplying = true;
    try {
      this.#replica.catchUp(this.#options.clock.now());
    } finally {
      this.#isApplying = false;
    }
  }

  #applyEvent(event: LogEvent): void {
    const session = new Session(5, "system user", undefined, event.at);
    session.isReplicationThread = true;
    for (const statement of event.statements) {
      session.variables.clear();
      for (const [name, value] of statement.variables) session.variables.set(name, value);
      session.database = statement.database !== undefined && this.#state.catalog.databases[statement.database] !== undefined ? statement.database : undefined;
      session.lastInsertId = statement.insertId;
      for (const { database, table, next } of statement.counters) {
        const own = this.#state.catalog.databases[database]?.tables[table];
        if (own !== undefined) own.autoIncrement = next;
      }
      this.#run(session, statement.sql, statement.now);
    }
  }

  /** Makes this server a replica from the primary's present end of log on, or from where its own snapshot stood. Both must hold the same data. Throws when the primary keeps no log. */
  followPrimary(primary: MysqlServer, options: { readonly lagMs: number; readonly host: string; readonly user: string; readonly isReachable: () => boolean }): void {
    const log = primary.#log;
    if (log === undefined) throw new Error(`replica of ${primary.hostname}: it keeps no binary log; give it binaryLogFile`);
    if (this.#resumed?.replica === null) return;
    this.#resetReplicaLink();
    const source = { log, host: options.host, port: primary.#options.port ?? 3306, user: options.user, serverId: primary.#options.serverId, isReachable: options.isReachable };
    this.#replica = new Replica(source, options.lagMs, (event) => this.#applyEvent(event));
    Object.assign(this.#replica.state, this.#resumed?.replica);
    this.#resumed = undefined;
  }

  /** Applies each event so long after its commit from now on, world milliseconds. False when this server replicates nothing. */
  delayReplication(lagMs: number): boolean {
    this.catchUp();
    if (this.#replica === undefined) return false;
    this.#replica.state.delayMs = lagMs;
    return true;
  }

  /** Runs a script (a dump) at once, outside the binary log. Throws the first error. */
  async loadFrom(script: AsyncIterable<Uint8Array>, database?: string): Promise<void> {
    const session = new Session(4, "loader", undefined, this.#options.clock.now());
    session.database = database;
    session.isReplicationThread = true;
    const splitter = new StatementSplitter();
    const run = (statements: readonly SplitStatement[]): void => {
      for (const statement of statements) if (statement.command === undefined) this.#run(session, statement.sql, this.#options.clock.now());
    };
    for await (const chunk of script) run(splitter.push(chunk));
    run(splitter.end());
  }

  /** Makes an empty database, as `CREATE DATABASE IF NOT EXISTS` does, outside the binary log. */
  createDatabase(name: string): void {
    this.#runInternally(`CREATE DATABASE IF NOT EXISTS \`${name.replaceAll("`", "``")}\``);
  }

  /** Removes a database with all its data, outside the binary log; nothing happens when there is none. */
  dropDatabase(name: string): void {
    this.#runInternally(`DROP DATABASE IF EXISTS \`${name.replaceAll("`", "``")}\``);
  }

  #runInternally(sql: string): void {
    const session = new Session(4, "loader", undefined, this.#options.clock.now());
    session.isReplicationThread = true;
    this.#run(session, sql, this.#options.clock.now());
  }

  /** Names of all databases but the system's. */
  get databases(): readonly string[] {
    return Object.keys(this.#state.catalog.databases);
  }

  /** Whether a session has not been ended, by whomever. */
  isConnected(session: SqlSession): boolean {
    return session instanceof Session && this.#state.sessions.has(session.id);
  }

  /** Ends every connection, as a crash or stop does: open transactions are rolled back, unfinished work is lost. */
  disconnectAll(): void {
    // Closing removes from the map that is walked, which a Map allows.
    for (const session of this.#state.sessions.values()) this.closeSession(session);
  }

  /** A value of SHOW GLOBAL VARIABLES. Throws 1193. */
  globalVariable(name: string): string | number | null {
    return systemVariable(this.#frame(new Session(4, "loader", undefined, 0), 0), name, "global");
  }

  /** The same array as the last time where nothing has changed since. */
  save(): Uint8Array {
    return this.#snapshots.write({ hostname: this.hostname, catalog: this.#state.catalog, globals: [...this.#state.globals], log: this.#log?.toJson() ?? null, replica: this.#replica?.state ?? null, generalLog: this.#state.generalLog, accounts: this.#state.accounts }, this.#state.store.save());
  }

  load(bytes: Uint8Array): void {
    this.disconnectAll();
    const { facts, data } = readSnapshot(bytes);
    this.#state.store.load(data);
    const catalog: Catalog = facts.catalog;
    this.#state.catalog = catalog;
    this.#state.globals = new Map(facts.globals);
    this.#state.generalLog = [...facts.generalLog];
    this.#state.compiled.clear();
    if (facts.log !== null) this.#log?.restore(facts.log.end, facts.log.events);
    this.#resetReplicaLink();
    const isOwn = facts.hostname === this.hostname;
    // A copy keeps the accounts that its own Secret made.
    if (isOwn) this.#state.accounts = facts.accounts.map((account) => ({ ...account }));
    this.#resumed = isOwn ? { replica: facts.replica } : undefined;
  }

  /** Everything that is its own and not its contents, as a text to compare. */
  ownFacts(): string {
    return JSON.stringify([[...this.#state.globals], this.#state.accounts, this.#state.generalLog]);
  }

  /** What scripts have made of it: schema, rows and binary log, without what is its own (accounts, variables) and without the times at which it was made. */
  contents(): Uint8Array {
    return writeContents({ catalog: this.#state.catalog, log: this.#log?.toJson() ?? null }, this.#state.store.save());
  }

  /** Holds from now on what `contents` gave, as if the scripts had run now. Throws on anything else. */
  fill(contents: Uint8Array): void {
    const { catalog, log, data } = readContents(contents, this.#options.clock.now());
    this.#state.store.load(data);
    if (log !== null) this.#log?.restore(log.end, log.events);
    this.#state.catalog = catalog;
    this.#state.compiled.clear();
  }

  /** Frees SQLite's memory. The server answers no more. */
  close(): void {
    this.#state.sessions.clear();
    this.#state.store.close();
  }
}

/** Makes an empty server. */
export async function createSqlServer(options: SqlServerOptions): Promise<MysqlServer> {
  return new MysqlServer(options, await Store.open(options.wasmBinary, textRulesOf(flavourOf(options.version))));
}

/** Lets `replica` follow `primary`, each event `lagMs` of world time after its commit; host and user are what SHOW REPLICA STATUS tells. */
export function linkReplica(primary: MysqlServer, replica: MysqlServer, options: { readonly lagMs: number; readonly host: string; readonly user: string; readonly isReachable: () => boolean }): void {
  replica.followPrimary(primary, options);
}
