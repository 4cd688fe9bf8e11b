import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseProcess } from "./databaseEngine.ts";
import { AS_ROOT, type MariadbPrograms } from "./mariadbMachine.ts";
import { OwnedProcess } from "./ownedProcess.ts";

/** What does not change about a server's process. */
export interface MariadbPlace {
  readonly programs: MariadbPrograms;
  /** Holds data, socket and log. */
  readonly folder: string;
  readonly port: number;
  readonly serverId: number;
  readonly isReadOnly: boolean;
}

/** The base name of binary logs. */
export const BINARY_LOG = "mysql-bin";

const START_LIMIT_MS = 60_000;
const POLL_MS = 20;
/** An orderly end takes a few tenths of a second; after this a server is made to end. */
const END_LIMIT_MS = 15_000;
/** How much of its own log a server that failed is quoted with, lines. */
const QUOTED_LINES = 40;

/** The process of one MariaDB server, on its socket and on 127.0.0.1 alone. */
export class MariadbProcess implements DatabaseProcess {
  readonly #place: MariadbPlace;
  /** SQL for the next start; it is removed once the server has read it. */
  #initial: string | undefined;
  #process: OwnedProcess | undefined;
  #isUp = false;
  #isWanted = false;
  #failure: DatabaseProcess["failure"];
  #onEnd: () => void = () => undefined;

  constructor(place: MariadbPlace, initial: string | undefined) {
    this.#place = place;
    this.#initial = initial;
  }

  get socket(): string {
    return join(this.#place.folder, "socket");
  }

  get port(): number {
    return this.#place.port;
  }

  get dataFolder(): string {
    return join(this.#place.folder, "data");
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get failure(): DatabaseProcess["failure"] {
    return this.#failure;
  }

  /** Calls `listener` when the server has ended by itself. */
  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  async start(): Promise<void> {
    this.#isWanted = true;
    // The one before may still be on its way out, with the data locked.
    await this.#process?.ended;
    if (!this.#isWanted || this.#isUp) return;
    this.#failure = undefined;
    const log = join(this.#place.folder, "log");
    const initial = join(this.#place.folder, "initial.sql");
    mkdirSync(join(this.#place.folder, "files"), { recursive: true });
    if (this.#initial !== undefined) writeFileSync(initial, this.#initial, { mode: 0o600 });
    const running = new OwnedProcess(this.#argv(this.#initial === undefined ? [] : [`--init-file=${initial}`]), this.#place.folder, log);
    this.#process = running;
    void running.ended.then((code) => this.#ended(code, log));
    const deadline = performance.now() + START_LIMIT_MS;
    while (this.#process === running && performance.now() < deadline && !readFileSync(log, "utf8").includes("ready for connections")) await delay(POLL_MS);
    rmSync(initial, { force: true });
    if (this.#process !== running) return;
    if (performance.now() >= deadline) {
      running.end("killed");
      return;
    }
    this.#initial = undefined;
    this.#isUp = this.#isWanted;
  }

  stop(how: "terminated" | "killed"): void {
    this.#isWanted = false;
    this.#isUp = false;
    this.#failure = undefined;
    const running = this.#process;
    running?.end(how);
    if (running === undefined || how === "killed") return;
    const timer = setTimeout(() => running.end("killed"), END_LIMIT_MS);
    void running.ended.then(() => clearTimeout(timer));
  }

  /** Ends it and waits for that. */
  async end(): Promise<void> {
    this.stop("terminated");
    await this.#process?.ended;
  }

  #ended(exitCode: number, log: string): void {
    this.#isUp = false;
    this.#process = undefined;
    if (!this.#isWanted) return;
    this.#failure = { exitCode, log: readFileSync(log, "utf8").trimEnd().split("\n").slice(-QUOTED_LINES) };
    this.#onEnd();
  }

  #argv(more: readonly string[]): readonly string[] {
    const { programs, folder, port, serverId, isReadOnly } = this.#place;
    return [
      programs.server, "--no-defaults", ...AS_ROOT, `--datadir=${this.dataFolder}`, `--socket=${this.socket}`, `--pid-file=${join(folder, "pid")}`, `--tmpdir=${folder}`,
      // Files of this machine are none of a rehearsal's: SQL reads and writes them in a folder of its own alone.
      `--secure-file-priv=${join(folder, "files")}`, "--local-infile=0", "--skip-symbolic-links", "--skip-name-resolve", "--bind-address=127.0.0.1", `--port=${port}`,
      `--server-id=${serverId}`, `--log-bin=${BINARY_LOG}`, "--binlog-format=ROW", "--log-slave-updates", ...(isReadOnly ? ["--read-only=1"] : []),
      "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--default-time-zone=+00:00", "--performance-schema=0",
      // What was told is with the system when the process is killed; a rehearsal's machine does not lose its power.
      "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0", "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", ...more,
    ];
  }
}
