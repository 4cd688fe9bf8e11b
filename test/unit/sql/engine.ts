import { createReadStream, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { SqlError, type KubeObject, type PodProgram, type SqlResult } from "../../../src/drill/contract.ts";
import type { MysqlNetwork } from "../../../src/drill/programs/mysqlConnection.ts";
import { createMysqlPrograms } from "../../../src/drill/programs/mysqlPrograms.ts";
import { createSqlServer, type MysqlServer, type SqlServerOptions } from "../../../src/drill/sql/server.ts";

const root = resolve(import.meta.dirname, "../../..");

/** The world's backup, as mariadb-dump wrote it. */
export const backupFile = resolve(root, "notebooks/worlds/backups/buildnest-ecommerce-2026-01-31-0200.sql.gz");
/** World time at which every engine of these tests begins. */
export const start = Date.UTC(2026, 0, 31, 3, 0, 0);

/** A clock that moves when told to. */
export class HandClock {
  ms = start;

  now(): number {
    return this.ms;
  }
}

/** What a real server held after it restored the backup (test/golden/sql/record.sh). */
export interface RestoredTable {
  readonly table: string;
  readonly key: string;
  readonly rows: number;
  readonly sha256: string;
  readonly checksumTable: string;
  readonly crcQuery: string;
  readonly crcSum: string;
  readonly create: string;
}

export function readRestored(): { readonly server: string; readonly trigger: string; readonly tables: readonly RestoredTable[] } {
  return JSON.parse(readFileSync(resolve(root, "test/golden/sql/restored.json"), "utf8")) as { readonly server: string; readonly trigger: string; readonly tables: readonly RestoredTable[] };
}

/** An empty server with the accounts `root` (password `secret`, super) and `app` (password `app-secret`, of the database `shop`). */
export function openEngine(options: Partial<SqlServerOptions> = {}): Promise<MysqlServer> {
  return createSqlServer({
    clock: new HandClock(), version: "10.11.6-MariaDB", hostname: "db-0", serverId: 1, binaryLogFile: "binlog.000001",
    users: [{ name: "root", hosts: ["localhost", "%"], password: "secret", isSuper: true }, { name: "app", password: "app-secret", isSuper: false, database: "shop" }],
    ...options,
  });
}

/** A connection of a test. */
export class Client {
  readonly #server: MysqlServer;
  readonly #session: ReturnType<MysqlServer["openSession"]>;

  constructor(server: MysqlServer, database?: string, user = "root", password = "secret") {
    this.#server = server;
    this.#session = server.openSession(user, password, database);
  }

  query(sql: string): SqlResult {
    return this.#server.execute(this.#session, sql);
  }

  rows(sql: string): SqlResult["rows"] {
    return this.query(sql).rows;
  }

  /** The only cell. */
  cell(sql: string): SqlResult["rows"][number][number] | undefined {
    return this.rows(sql)[0]?.[0];
  }

  run(...statements: readonly string[]): void {
    for (const sql of statements) this.query(sql);
  }

  /** `ERROR 1146 (42S02): …` of a statement that must fail. */
  error(sql: string): string {
    try {
      this.query(sql);
    } catch (error) {
      if (error instanceof SqlError) return `ERROR ${String(error.errno)} (${error.sqlState}): ${error.message}`;
      throw error;
    }
    throw new Error(`no error from: ${sql}`);
  }

  close(): void {
    this.#server.closeSession(this.#session);
  }
}

const pod: KubeObject = { apiVersion: "v1", kind: "Pod", metadata: { name: "db-0", namespace: "shop" } };

/** Everything one run of a program said. */
export interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program of a pod; its first argument is its name. */
export async function runProgram(programs: Readonly<Record<string, PodProgram>>, argv: readonly string[], given: { readonly stdin?: AsyncIterable<Uint8Array> | string; readonly environment?: Readonly<Record<string, string>>; readonly signal?: AbortSignal } = {}): Promise<ProgramRun> {
  const program = programs[argv[0] ?? ""];
  if (program === undefined) throw new Error(`no program ${argv[0] ?? ""}`);
  const out: Uint8Array[] = [];
  const errors: Uint8Array[] = [];
  const stdin = given.stdin ?? "";
  const exitCode = await program({
    argv, pod, container: "mysql", environment: given.environment ?? {}, signal: given.signal ?? new AbortController().signal,
    stdin: typeof stdin === "string" ? bytesOf(stdin) : stdin,
    stdout: async (bytes) => void out.push(Uint8Array.from(bytes)),
    stderr: async (bytes) => void errors.push(Uint8Array.from(bytes)),
  });
  return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString() };
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  if (text !== "") yield Buffer.from(text);
}

/** The programs of a pod whose own server is `server`; other hosts are found by name. */
export function programsOf(server: MysqlServer | undefined, remotes: Readonly<Record<string, MysqlServer>> = {}, more: Partial<MysqlNetwork> = {}): Readonly<Record<string, PodProgram>> {
  const endpoint = (found: MysqlServer | undefined) => (found === undefined ? undefined : { server: found, accept: () => undefined });
  return createMysqlPrograms({ local: () => endpoint(server), remote: (_pod, host) => endpoint(remotes[host]), sleep: () => Promise.resolve(), ...more });
}

/** Restores the backup through the `mysql` program, as the runbook does. */
export async function restoreBackup(server: MysqlServer, database: string): Promise<ProgramRun> {
  server.createDatabase(database);
  return runProgram(programsOf(server), ["mysql", "-uroot", database], { environment: { MYSQL_PWD: "secret" }, stdin: createReadStream(backupFile).pipe(createGunzip()) });
}
