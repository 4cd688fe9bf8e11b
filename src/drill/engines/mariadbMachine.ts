import { spawnSync } from "node:child_process";
import { RuntimeError } from "../../core/runtimeError.ts";
import { findProgram, VERSION_LIMIT_MS } from "./machinePrograms.ts";

/** MariaDB's programs on this machine, as paths. */
export interface MariadbPrograms {
  readonly server: string;
  readonly install: string;
  readonly client: string;
  readonly dump: string;
  readonly admin: string;
  readonly binlog: string;
  /** As in `10.11.6-MariaDB`. */
  readonly version: string;
}

const NAMES = { server: "mariadbd", install: "mariadb-install-db", client: "mariadb", dump: "mariadb-dump", admin: "mariadb-admin", binlog: "mariadb-binlog" };
/** MariaDB's programs refuse to run as root unless told to. */
export const AS_ROOT: readonly string[] = process.getuid?.() === 0 ? ["--user=root"] : [];
/** Finds MariaDB on this machine. Throws `notFound` for what it lacks. */
export function findMariadb(path: string): MariadbPrograms {
  const find = (name: string): string => {
    const found = findProgram(name, path);
    if (found === undefined) throw new RuntimeError("notFound", `Starting the world's databases as real ones: ${name} is not on this machine.`, { hint: "Install MariaDB 10.5 or later, server and clients (Debian: mariadb-server), or drill on embedded engines." });
    return found;
  };
  const server = find(NAMES.server);
  return { server, version: versionOf(server), install: find(NAMES.install), client: find(NAMES.client), dump: find(NAMES.dump), admin: find(NAMES.admin), binlog: find(NAMES.binlog) };
}

function versionOf(server: string): string {
  const told = spawnSync(server, ["--no-defaults", "--version"], { encoding: "utf8", timeout: VERSION_LIMIT_MS }).stdout;
  const found = /Ver (\d+\.\d+\.\d+-MariaDB)/u.exec(told)?.[1];
  if (found === undefined) throw new RuntimeError("notFound", `Starting the world's databases as real ones: ${server} does not say which MariaDB it is.`, { hint: "Reinstall MariaDB, or drill on embedded engines." });
  return found;
}
