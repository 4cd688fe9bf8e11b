import { spawnSync } from "node:child_process";
import { findProgram, VERSION_LIMIT_MS } from "./machinePrograms.ts";

/** Redis' programs on this machine, as paths. */
export interface RedisPrograms {
  readonly server: string;
  readonly client: string;
  /** As in `7.0.15`. */
  readonly version: string;
}

/** From here on a client can make the server neither write elsewhere, nor load modules. */
const OLDEST_MAJOR = 7;

/** Finds Redis on this machine; otherwise says what it lacks. */
export function findRedis(path: string): RedisPrograms | { readonly lacks: string } {
  const [server, client] = [findProgram("redis-server", path), findProgram("redis-cli", path)];
  if (server === undefined || client === undefined) return { lacks: `${server === undefined ? "redis-server" : "redis-cli"} is not on this machine` };
  const told = spawnSync(server, ["--version"], { encoding: "utf8", timeout: VERSION_LIMIT_MS }).stdout;
  const version = /v=(\d+\.\d+\.\d+)/u.exec(told)?.[1];
  if (version === undefined) return { lacks: `${server} does not say which Redis it is` };
  return Number(version.split(".")[0]) < OLDEST_MAJOR ? { lacks: `Redis here is ${version}, and drills need ${OLDEST_MAJOR}.0 or later` } : { server, client, version };
}
