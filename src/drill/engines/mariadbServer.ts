import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { RuntimeError } from "../../core/runtimeError.ts";
import { SqlError, type SqlResult, type SqlSession } from "../contract.ts";
import { quoteString } from "../sql/catalog.ts";
import type { BlockingQueries } from "./blockingQueries.ts";
import type { DatabaseServer } from "./databaseEngine.ts";
import { runClient } from "./machinePrograms.ts";
import type { MariadbPrograms } from "./mariadbMachine.ts";
import type { MariadbProcess } from "./mariadbProcess.ts";

/** The world's own account on a real server, which fills it and links it. Behind the socket alone. */
const OWN_ACCOUNT = "monitor";
/** The account of its exporter, which may look and no more: the connection that a full server keeps for an administrator is not for it. */
const EXPORTER = "exporter";

const SYSTEM_DATABASES = ["information_schema", "mysql", "performance_schema", "sys"];
/** From here on a difference between world time and this machine's is told to the server, milliseconds. */
const NOTICEABLE_MS = 1000;
/** How often the size of a server's files is looked at anew, milliseconds. */
const SIZE_AGE_MS = 5000;

/** What a server needs of the world. */
export interface MariadbParts {
  readonly programs: MariadbPrograms;
  readonly process: MariadbProcess;
  readonly queries: BlockingQueries;
  readonly clock: { now(): number };
  /** World time per real time. */
  readonly rate: number;
  /** Of the world's own accounts. */
  readonly password: string;
  /** Passwords of accounts, as they were when the server was made. */
  readonly passwords: ReadonlyMap<string, string>;
  /** What brings it back. */
  readonly save: () => Uint8Array;
}

/** A connection of the world to a real server. */
interface RealSession extends SqlSession {
  readonly connection: number;
}

/** A real MariaDB server, which pods' programs reach by its socket, and the world by this. */
export class MariadbServer implements DatabaseServer {
  readonly version: string;
  readonly process: MariadbProcess;
  readonly #parts: MariadbParts;
  readonly #sessions = new Set<RealSession>();
  #size: { readonly bytes: number; readonly at: number } | undefined;

  constructor(parts: MariadbParts) {
    this.#parts = parts;
    this.version = parts.programs.version;
    this.process = parts.process;
  }

  get databases(): readonly string[] {
    return this.ask("SHOW DATABASES").rows.map(([name]) => String(name)).filter((name) => !SYSTEM_DATABASES.includes(name));
  }

  get clientAddresses(): readonly string[] {
    return [...this.#sessions].map(({ address }) => address ?? "localhost");
  }

  get dataBytes(): number {
    const at = performance.now();
    if (this.#size === undefined || at - this.#size.at > SIZE_AGE_MS) this.#size = { bytes: sizeOf(this.process.dataFolder), at };
    return this.#size.bytes;
  }

  openSession(user: string, password: string, database: string | undefined, address?: string): SqlSession {
    const { queries, process } = this.#parts;
    const connection = queries.open({ place: address === undefined ? process.socket : process.port, user, password, database });
    // The world answers in one step and cannot wait for what it itself feeds: where another session holds a lock, it is told so at once.
    queries.query(connection, "SET SESSION lock_wait_timeout = 0, innodb_lock_wait_timeout = 0");
    const session: RealSession = { connection, user, address, database, variables: new Map() };
    this.#sessions.add(session);
    return session;
  }

  openSessionAs(user: string, database: string | undefined, address?: string): SqlSession {
    return this.openSession(user, this.#parts.passwords.get(user) ?? "", database, address);
  }

  openOwnSession(user: string, database: string | undefined): SqlSession {
    return this.openSession(user === EXPORTER ? EXPORTER : OWN_ACCOUNT, this.#parts.password, database);
  }

  closeSession(session: SqlSession): void {
    const own = this.#own(session);
    if (own !== undefined && this.#sessions.delete(own)) this.#parts.queries.close(own.connection);
  }

  isConnected(session: SqlSession): boolean {
    const own = this.#own(session);
    return own !== undefined && this.#parts.queries.isOpen(own.connection);
  }

  disconnectAll(): void {
    for (const session of this.#sessions) this.closeSession(session);
  }

  execute(session: SqlSession, sql: string): SqlResult {
    const own = this.#own(session);
    if (own === undefined) throw new SqlError(2013, "HY000", "Lost connection to MySQL server during query");
    const stamp = this.worldTime();
    if (stamp !== undefined) this.#parts.queries.query(own.connection, stamp);
    const reply = this.#parts.queries.query(own.connection, sql);
    if (reply.kind === "done") return { columns: [], rows: [], affectedRows: reply.affectedRows, isResultSet: false };
    return { columns: reply.columns, rows: reply.rows, affectedRows: 0, isResultSet: true };
  }

  /** Runs statements as the world's own account; the result is the last one's. */
  ask(...statements: readonly string[]): SqlResult {
    const session = this.openOwnSession(OWN_ACCOUNT, undefined);
    try {
      return statements.map((sql) => this.execute(session, sql)).at(-1) ?? { columns: [], rows: [], affectedRows: 0, isResultSet: false };
    } finally {
      this.closeSession(session);
    }
  }

  /** The statement that gives a session the world's time; `undefined` while that is this machine's. */
  worldTime(): string | undefined {
    const now = this.#parts.clock.now();
    return Math.abs(now - Date.now()) < NOTICEABLE_MS ? undefined : `SET timestamp = ${(now / 1000).toFixed(3)}`;
  }

  /** A real server writes to this machine's disk: a world's volume does not stop it. */
  livesOn(): void {
    return undefined;
  }

  delayReplication(lagMs: number): boolean {
    if (this.ask("SHOW REPLICA STATUS").rows.length === 0) return false;
    // It compares the source's times, which are the world's, with this machine's.
    if (this.#parts.rate !== 1) throw new RuntimeError("invalidInput", `Delaying a real replica: it counts in real time, and this world's runs ${this.#parts.rate} times as fast.`, { hint: "Drill it in real time (--rate 1), or on embedded engines." });
    this.ask("STOP REPLICA", `CHANGE MASTER TO MASTER_DELAY = ${Math.round(lagMs / 1000)}`, "START REPLICA");
    return true;
  }

  /** Runs a script at once, outside the binary log. Rejects with its first error. */
  async loadFrom(script: AsyncIterable<Uint8Array>, database?: string): Promise<void> {
    await this.runOwn(this.#parts.programs.client, ["--init-command=SET sql_log_bin = 0", ...(database === undefined ? [] : [database])], script);
  }

  createDatabase(name: string): void {
    this.ask("SET sql_log_bin = 0", `CREATE DATABASE IF NOT EXISTS \`${name.replaceAll("`", "``")}\``);
  }

  save(): Uint8Array {
    return this.#parts.save();
  }

  /** Runs a client program as the world's own account; resolves with what it printed. Rejects with what it complained about. */
  async runOwn(program: string, args: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const [output, errors]: [Uint8Array[], Uint8Array[]] = [[], []];
    const code = await runClient({
      argv: [program, "--no-defaults", `--socket=${this.process.socket}`, `--user=${OWN_ACCOUNT}`, "--default-character-set=utf8mb4", ...args], folder: this.process.dataFolder, environment: { MYSQL_PWD: this.#parts.password }, stdin,
      stdout: async (chunk) => void output.push(chunk), stderr: async (chunk) => void errors.push(chunk), signal: undefined,
    });
    if (code !== 0) throw new Error(`${program}: exit code ${code}: ${Buffer.concat(errors).toString().trim()}`);
    return Buffer.concat(output);
  }

  #own(session: SqlSession): RealSession | undefined {
    return [...this.#sessions].find((known) => known === session);
  }
}

/** SQL of a new server's first start: its accounts, as an image's entry point makes them, outside the binary log. */
export function accountStatements(accounts: readonly { readonly name: string; readonly hosts?: readonly string[]; readonly password: string; readonly isSuper: boolean; readonly database?: string }[], ownPassword: string): string {
  const [own, exporter] = [OWN_ACCOUNT, EXPORTER].map((name) => `${quoteString(name)}@localhost`);
  const described = accounts.flatMap(({ name, hosts = ["%"], password, isSuper, database }) => hosts.flatMap((host) => {
    const account = `${quoteString(name)}@${quoteString(host)}`;
    return [`CREATE OR REPLACE USER ${account} IDENTIFIED BY ${quoteString(password)}`, ...(isSuper ? [`GRANT ALL ON *.* TO ${account} WITH GRANT OPTION`] : database === undefined ? [] : [`GRANT ALL ON \`${database}\`.* TO ${account}`])];
  }));
  return ["SET sql_log_bin = 0", "DELETE FROM mysql.global_priv WHERE User IN ('', 'root')", "FLUSH PRIVILEGES", `CREATE OR REPLACE USER ${own} IDENTIFIED BY ${quoteString(ownPassword)}`, `GRANT ALL ON *.* TO ${own} WITH GRANT OPTION`, `CREATE OR REPLACE USER ${exporter} IDENTIFIED BY ${quoteString(ownPassword)}`, `GRANT SELECT, PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO ${exporter}`, ...described].map((sql) => `${sql};\n`).join("");
}

/** Bytes of the databases' files, the system's left out, and of the binary logs. */
function sizeOf(dataFolder: string): number {
  const entries = readdirSync(dataFolder, { withFileTypes: true });
  return entries.reduce((sum, entry) => {
    const path = join(dataFolder, entry.name);
    if (entry.isDirectory()) return SYSTEM_DATABASES.includes(entry.name) ? sum : sum + readdirSync(path).reduce((inner, name) => inner + (statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0), 0);
    return entry.name.startsWith("mysql-bin.") ? sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : sum;
  }, 0);
}
