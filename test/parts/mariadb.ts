import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand } from "../../scripts/lib/children.ts";
import { type DebianPart, hasApt, installFromDebian, unpackFromDebian } from "./debian.ts";
import { freePorts } from "./ports.ts";
import { findProgram, machineFolders, outputOf } from "./programs.ts";
import { endServer, launchServer } from "./servers.ts";

/** A real MariaDB server of one test, on 127.0.0.1, with a data folder of its own. */
export interface Mariadb {
  readonly port: number;
  readonly socket: string;
  /** May do everything, over `socket` (localhost) and over `port` (127.0.0.1). */
  readonly user: string;
  readonly password: string;
  /** As in `10.11.19`. */
  readonly version: string;
  /** Path of `mariadb`. */
  readonly client: string;
  /** Path of `mariadb-dump`. */
  readonly dump: string;
  /** Path of `mariadb-binlog`. */
  readonly binlog: string;
  /** Where its binary logs are. */
  readonly data: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Why there is no server, as a line to print before the test skips itself. */
export interface NoMariadb {
  readonly skipped: string;
}

/** The programs of one installation. */
export interface MariadbPrograms {
  readonly server: string;
  readonly install: string;
  readonly client: string;
  readonly dump: string;
  readonly binlog: string;
  /** Where they were unpacked to; undefined where they find their own files. */
  readonly base: string | undefined;
}

// The "-core" packages hold the programs; plain mariadb-server would also start a service on the usual port.
const part: DebianPart = {
  name: "mariadb",
  packages: ["mariadb-server-core", "mariadb-client-core", "mariadb-client"],
  programs: ["/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db", "/usr/bin/mariadb", "/usr/bin/mariadb-dump", "/usr/bin/mariadb-binlog"],
};

/**
 * Starts a server with row-based binary logs, ready in about a second. `args` go to mariadbd. Gives `skipped` where no server is on
 * the machine and none can be had from Debian; rejects when one is there but does not start.
 */
export async function startMariadb(args: readonly string[] = [], find = findMariadb): Promise<Mariadb | NoMariadb> {
  let programs: MariadbPrograms;
  try {
    programs = await find();
  } catch (error) {
    return { skipped: `no MariaDB here: ${error instanceof Error ? error.message : String(error)}` };
  }
  const folder = mkdtempSync(join(tmpdir(), "mariadb-"));
  try {
    return await start(programs, folder, args);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** The machine's MariaDB, else Debian's: installed as root, otherwise unpacked into the cache. Rejects with the reason where none can be had. */
export async function findMariadb(options = { folders: machineFolders(), isRoot: process.getuid?.() === 0 }): Promise<MariadbPrograms> {
  const own = programsIn(options.folders);
  if (own !== undefined) return own;
  if (!hasApt()) throw new Error("install mariadb-server (this machine has no apt-get to do it with)");
  if (options.isRoot) {
    await installFromDebian(part);
    const installed = programsIn(machineFolders());
    if (installed !== undefined) return installed;
  }
  const launchers = await unpackFromDebian(part);
  const unpacked = programsIn([launchers], join(dirname(launchers), "root/usr"));
  if (unpacked === undefined) throw new Error(`${launchers}: lacks a program. Remove ${dirname(launchers)} and try again.`);
  return unpacked;
}

function programsIn(folders: readonly string[], base?: string): MariadbPrograms | undefined {
  const [server, install, client, dump, binlog] = ["mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump", "mariadb-binlog"].map((name) => findProgram(name, folders));
  if (server === undefined || install === undefined || client === undefined || dump === undefined || binlog === undefined) return undefined;
  return { server, install, client, dump, binlog, base };
}

async function start(programs: MariadbPrograms, folder: string, args: readonly string[]): Promise<Mariadb> {
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const base = programs.base === undefined ? [] : [`--basedir=${programs.base}`, `--lc-messages-dir=${programs.base}/share/mysql`];
  const data = join(folder, "data");
  mkdirSync(join(folder, "tmp"));
  const prepare = [programs.install, "--no-defaults", ...base, `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M", ...user];
  const prepared = await runCommand(prepare, { limitMs: 60_000, show: "capture" });
  if (prepared.code !== 0) throw new Error(`mariadb-install-db failed:\n${prepared.output}`);

  const [socket, password] = [join(folder, "s"), randomBytes(9).toString("hex")];
  const init = join(folder, "init.sql");
  writeFileSync(init, [
    "SET sql_log_bin = 0;",
    `CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;",
    `ALTER USER root@localhost IDENTIFIED BY '${password}';`,
  ].join("\n"));
  const common = [
    "--no-defaults", ...base, ...user, `--datadir=${data}`, `--tmpdir=${join(folder, "tmp")}`, `--socket=${socket}`, `--pid-file=${join(folder, "pid")}`, `--init-file=${init}`,
    "--bind-address=127.0.0.1", "--skip-name-resolve", "--server-id=1", "--log-bin=bin", "--binlog-format=ROW", "--performance-schema=0",
    // Nobody needs this data after a crash.
    "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0",
  ];
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0] = await freePorts(1);
    const log = join(folder, `log.${attempt}`);
    const { child, isReady } = await launchServer([programs.server, ...common, `--port=${port}`, ...args], log, /ready for connections/);
    if (isReady) {
      const version = /Ver ([\d.]+)/.exec(outputOf(programs.server, ["--version"]) ?? "")?.[1] ?? "unknown";
      const stop = async (): Promise<void> => {
        await endServer(child);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      };
      return { port, socket, user: "root", password, version, client: programs.client, dump: programs.dump, binlog: programs.binlog, data, stop };
    }
    const text = readFileSync(log, "utf8");
    // Another process may have taken the free port meanwhile.
    if (attempt === 3 || !/Address already in use/.test(text)) throw new Error(`mariadbd did not start:\n${text}`);
  }
}

/** Makes sure that MariaDB's programs are on the machine, where worlds look for them; prints the reason and skips what the hook belongs to where they cannot be. */
export async function needMariadbOnPath(hook: Mocha.Context): Promise<void> {
  // It may have to be installed first.
  hook.timeout(300_000);
  try {
    const { base } = await findMariadb();
    if (base === undefined) return;
    console.log("MariaDB is in the cache alone, where a world does not look: install mariadb-server");
  } catch (error) {
    console.log(`no MariaDB here: ${error instanceof Error ? error.message : String(error)}`);
  }
  return hook.skip();
}
