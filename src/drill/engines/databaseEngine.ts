import type { PodProgram, SqlResult, SqlSession } from "../contract.ts";
import type { MysqlNetwork } from "../programs/mysqlConnection.ts";
import type { SqlServerOptions } from "../sql/server.ts";
import type { ServerProcess } from "./serverProcess.ts";

/** A database server of the world, whatever runs it. Its data belongs to a volume and outlives the pods that open it. */
export interface DatabaseServer {
  readonly version: string;
  /** Names of all databases but the system's. */
  readonly databases: readonly string[];
  /** Where its clients are: `10.1.2.3:51234`, or `localhost` behind the socket. */
  readonly clientAddresses: readonly string[];
  /** What its rows, indexes and logs take, bytes. */
  readonly dataBytes: number;
  /** The process of a real server; left out: it runs in the world's own, and is there as long as its data. */
  readonly process?: DatabaseProcess;
  /** Connects; `address` is the client's, left out for one behind the socket. Throws `SqlError`. */
  openSession(user: string, password: string, database: string | undefined, address?: string): SqlSession;
  /** Connects somebody whose password the world knows, or needs none. Throws `SqlError`. */
  openSessionAs(user: string, database: string | undefined, address?: string): SqlSession;
  /** Connects the server's own people, who may do everything. Throws `SqlError`. */
  openOwnSession(user: string, database: string | undefined): SqlSession;
  closeSession(session: SqlSession): void;
  isConnected(session: SqlSession): boolean;
  disconnectAll(): void;
  /** Runs one statement; `busyMs`: how long an embedded server shows it as running, world milliseconds. Throws `SqlError`. */
  execute(session: SqlSession, sql: string, busyMs?: number): SqlResult;
  /** Told of the volume that its data is on. */
  livesOn(volume: { isFull(): boolean }): void;
  /** Applies each event so long after its commit from now on. False when it replicates nothing. */
  delayReplication(lagMs: number): boolean;
  createDatabase(name: string): void;
  /** What `DatabaseEngine.create` takes to bring it back. */
  save(): Uint8Array;
}

/** A real database server's process. */
export interface DatabaseProcess extends ServerProcess {
  /** Where its clients connect on this machine. */
  readonly socket: string;
  readonly port: number;
  /** Where its data and logs are. */
  readonly dataFolder: string;
}

/** What a new server is to be. */
export interface ServerOptions extends SqlServerOptions {
  /** It refuses to be written to until somebody allows it. */
  readonly isReadOnly: boolean;
}

/** What an empty server is filled with. */
export interface Filling {
  /** Path of a packed dump; `undefined` where there is none. */
  readonly dump: string | undefined;
  /** The database that it is of, which is there and empty. */
  readonly database: string;
  /** Statements that have been run since the dump was made, in order. They are in the binary log, the dump is not. */
  readonly since: readonly string[];
}

/** How a replica reaches its source. */
export interface ReplicaLink {
  /** World milliseconds from a commit to its coming to the replica. */
  readonly lagMs: number;
  /** Name and account under which it knows its source. */
  readonly host: string;
  readonly user: string;
  readonly isReachable: () => boolean;
}

/** What runs the databases of a world. All servers of one world are of one engine. */
export interface DatabaseEngine {
  /** An empty server, up; or the one that `saved` came from, with its data and as up as it was. */
  create(options: ServerOptions, saved?: Uint8Array): Promise<DatabaseServer>;
  /** Fills a new server. Rejects with the first error of the dump or the statements. */
  fill(server: DatabaseServer, filling: Filling): Promise<void>;
  /** Gives a new replica its source's data. */
  copy(source: DatabaseServer, replica: DatabaseServer, database: string): Promise<void>;
  /** Lets a replica follow its source; one that came back and was promoted before follows nobody again. */
  follow(source: DatabaseServer, replica: DatabaseServer, link: ReplicaLink): Promise<void>;
  /** The client programs of pods. */
  programs(network: MysqlNetwork): Readonly<Record<string, PodProgram>>;
  /** Ends what runs outside the world's own process; its data stays in the world's folder. */
  close(): Promise<void>;
}

/** Runs statements one after the other as the server's own people, in one session. Throws the first error. */
export function runOwn(server: Pick<DatabaseServer, "openOwnSession" | "execute" | "closeSession">, database: string | undefined, statements: readonly string[]): void {
  const session = server.openOwnSession("loader", database);
  for (const statement of statements) server.execute(session, statement);
  server.closeSession(session);
}
