import { cpSync, createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { RuntimeError } from "../../core/runtimeError.ts";
import { quoteString } from "../sql/catalog.ts";
import { BlockingQueries } from "./blockingQueries.ts";
import { runOwn, type DatabaseEngine, type DatabaseServer, type Filling, type ReplicaLink, type ServerOptions } from "./databaseEngine.ts";
import { runClient } from "./machinePrograms.ts";
import { AS_ROOT, type MariadbPrograms } from "./mariadbMachine.ts";
import { MariadbProcess } from "./mariadbProcess.ts";
import { createMariadbPrograms } from "./mariadbPrograms.ts";
import { accountStatements, MariadbServer } from "./mariadbServer.ts";
import { freePort } from "./freePort.ts";
import { openPassage, type Passage } from "./passage.ts";

/** What a server of a snapshot is made of again; its data stays where it is. */
interface SavedServer {
  readonly folder: string;
  readonly port: number;
  readonly serverId: number;
  readonly isReadOnly: boolean;
  readonly isUp: boolean;
  readonly password: string;
  /** `undefined` where it follows nobody through the world. */
  readonly passagePort: number | undefined;
}

const REPLICATION_SECONDS = 1;
/** Replication takes passwords of 32 characters at most. */
const PASSWORD_BYTES = 16;
/** The longest path of a socket that all systems take, bytes. */
const SOCKET_PATH_BYTES = 100;
async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Runs a world's databases as real MariaDB servers of this machine. */
export class MariadbEngine implements DatabaseEngine {
  readonly #programs: MariadbPrograms;
  readonly #folder: string;
  readonly #rate: number;
  readonly #queries = new BlockingQueries();
  readonly #onEnd: () => void;
  readonly #servers: MariadbServer[] = [];
  readonly #saved = new WeakMap<MariadbServer, SavedServer>();
  readonly #passages = new Map<MariadbServer, Passage>();
  readonly #socketFolders: string[] = [];
  #template: Promise<string> | undefined;

  /** `folder` is the world's, `rate` its time per real time; `onEnd` is called when a server has ended by itself. */
  constructor(programs: MariadbPrograms, { folder, rate, onEnd }: { readonly folder: string; readonly rate: number; readonly onEnd: () => void }) {
    this.#programs = programs;
    this.#folder = join(folder, "databases");
    this.#rate = rate;
    this.#onEnd = onEnd;
  }

  async create(options: ServerOptions, saved?: Uint8Array): Promise<DatabaseServer> {
    const known = saved === undefined ? undefined : (JSON.parse(Buffer.from(saved).toString()) as SavedServer);
    const made = known ?? { folder: await this.#newFolder(), port: await freePort(), serverId: options.serverId, isReadOnly: options.isReadOnly, isUp: true, password: randomBytes(PASSWORD_BYTES).toString("hex"), passagePort: undefined };
    if (!existsSync(join(made.folder, "data"))) throw new RuntimeError("notFound", `Bringing back a real database server: its data in ${made.folder} is gone.`, { hint: "That drill is over: begin another one." });
    const process = new MariadbProcess({ ...made, programs: this.#programs, socket: this.#socketFor(made.folder) }, known === undefined ? accountStatements(options.users, made.password) : undefined);
    process.onEnd(this.#onEnd);
    const server: MariadbServer = new MariadbServer({
      programs: this.#programs, process, queries: this.#queries, clock: options.clock, rate: this.#rate, password: made.password, passwords: new Map(options.users.map(({ name, password }) => [name, password])),
      save: () => Buffer.from(JSON.stringify({ ...made, isUp: process.isUp, passagePort: this.#passages.get(server)?.port ?? made.passagePort } satisfies SavedServer)),
    });
    this.#servers.push(server);
    this.#saved.set(server, made);
    if (made.isUp) await process.start();
    if (known === undefined && !process.isUp) throw new RuntimeError("internal", `Starting a real database server for the world: ${process.failure?.log.findLast((line) => line.includes("[ERROR]")) ?? "it does not listen"}.`, { hint: "Its log is in the world's folder under databases; or drill on embedded engines." });
    return server;
  }

  async fill(server: DatabaseServer, { dump, database, since }: Filling): Promise<void> {
    if (dump !== undefined) await own(server).loadFrom(createReadStream(dump).pipe(createGunzip()), database);
    runOwn(server, database, since);
  }

  async copy(source: DatabaseServer, replica: DatabaseServer, database: string): Promise<void> {
    const dump = await own(source).runOwn(this.#programs.dump, ["--single-transaction", "--routines", "--triggers", "--events", "--hex-blob", "--gtid", "--master-data=1", "--databases", database], nothing());
    await own(replica).loadFrom((async function* bytes() { yield dump; })());
  }

  async follow(source: DatabaseServer, replica: DatabaseServer, { isReachable, user }: ReplicaLink): Promise<void> {
    const [primary, copy] = [own(source), own(replica)];
    const made = this.#saved.get(copy);
    // One that came back and was promoted before follows nobody.
    if (made?.passagePort !== undefined && copy.process.isUp && copy.ask("SHOW REPLICA STATUS").rows.length === 0) return;
    const passage = await openPassage(primary.process.port, isReachable, made?.passagePort);
    this.#passages.set(copy, passage);
    // One that came back keeps its link with its data, also while its pod is down.
    if (made?.passagePort === passage.port) return;
    // One for all of its replicas.
    const password = this.#saved.get(primary)?.password ?? "";
    primary.ask("SET sql_log_bin = 0", `CREATE OR REPLACE USER ${quoteString(user)}@'127.0.0.1' IDENTIFIED BY ${quoteString(password)}`, `GRANT REPLICATION SLAVE ON *.* TO ${quoteString(user)}@'127.0.0.1'`);
    copy.ask("STOP REPLICA", `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${passage.port}, MASTER_USER = ${quoteString(user)}, MASTER_PASSWORD = ${quoteString(password)}, MASTER_CONNECT_RETRY = ${REPLICATION_SECONDS}, MASTER_HEARTBEAT_PERIOD = ${REPLICATION_SECONDS}, MASTER_USE_GTID = slave_pos`, "START REPLICA");
  }

  programs: DatabaseEngine["programs"] = (network) => createMariadbPrograms(this.#programs, network);

  async close(): Promise<void> {
    for (const passage of this.#passages.values()) passage.close();
    for (const server of this.#servers) server.disconnectAll();
    await Promise.all(this.#servers.map((server) => server.process.end()));
    await this.#queries.end();
    for (const folder of this.#socketFolders) rmSync(folder, { recursive: true, force: true });
  }

  /** A path for a server's socket: in its folder, or in one of this machine's for temporary files where that one's path is too long. */
  #socketFor(folder: string): string {
    const own = join(folder, "socket");
    if (Buffer.byteLength(own) <= SOCKET_PATH_BYTES) return own;
    const short = mkdtempSync(join(tmpdir(), "dr-socket-"));
    this.#socketFolders.push(short);
    return join(short, "socket");
  }

  /** A folder with the data of an empty server. */
  async #newFolder(): Promise<string> {
    this.#template ??= this.#prepareTemplate();
    const folder = join(this.#folder, randomBytes(4).toString("hex"));
    cpSync(await this.#template, join(folder, "data"), { recursive: true });
    return folder;
  }

  async #prepareTemplate(): Promise<string> {
    const template = join(this.#folder, "empty");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const said: Uint8Array[] = [];
    const note = async (chunk: Uint8Array): Promise<void> => void said.push(chunk);
    const argv = [this.#programs.install, "--no-defaults", `--datadir=${template}`, "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M", ...AS_ROOT];
    const code = await runClient({ argv, folder: this.#folder, environment: {}, stdin: nothing(), stdout: note, stderr: note, signal: undefined });
    if (code !== 0) throw new RuntimeError("internal", `Preparing the data of a real database server: mariadb-install-db ended with exit code ${code}: ${Buffer.concat(said).toString().trim().slice(-500)}`, { hint: "Reinstall MariaDB, or drill on embedded engines." });
    return template;
  }
}

function own(server: DatabaseServer): MariadbServer {
  if (!(server instanceof MariadbServer)) throw new Error("The servers of a world are of one engine.");
  return server;
}
