import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DebianPart, hasApt, unpackFromDebian } from "./debian.ts";
import { freePorts } from "./ports.ts";
import { findProgram, machineFolders } from "./programs.ts";
import { endServer, launchServer } from "./servers.ts";

/** A real Redis server of one test, on 127.0.0.1, that keeps nothing on disk. */
export interface Redis {
  readonly port: number;
  /** Path of `redis-cli`. */
  readonly client: string;
  stop(): Promise<void>;
}

/** The programs of one installation. */
export interface RedisPrograms {
  readonly server: string;
  readonly client: string;
}

// Unpacked and never installed: the package would start a server.
const part: DebianPart = { name: "redis", packages: ["redis-server", "redis-tools"], programs: ["/usr/bin/redis-server", "/usr/bin/redis-cli"] };

/** The machine's Redis, else Debian's, unpacked into the cache. Rejects with the reason where none can be had. */
export async function findRedis(folders = machineFolders()): Promise<RedisPrograms> {
  const own = programsIn(folders);
  if (own !== undefined) return own;
  if (!hasApt()) throw new Error("install Redis (this machine has no apt-get to do it with)");
  const launchers = await unpackFromDebian(part);
  return { server: join(launchers, "redis-server"), client: join(launchers, "redis-cli") };
}

/** Starts a server; `args` go to redis-server. Skips the suite, saying why, where no Redis can be had; rejects when one is there but does not start. */
export async function needRedis(suite: Mocha.Context, args: readonly string[] = []): Promise<Redis> {
  const programs = await needRedisPrograms(suite);
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const [port = 0] = await freePorts(1);
  const log = join(folder, "log");
  const { child, isReady } = await launchServer([programs.server, "--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...args], log, /Ready to accept connections/);
  if (!isReady) {
    const text = readFileSync(log, "utf8");
    remove();
    throw new Error(`redis-server did not start:\n${text}`);
  }
  return {
    port, client: programs.client,
    stop: async () => {
      await endServer(child);
      remove();
    },
  };
}

/** The programs; skips the suite, saying why, where none can be had. */
export async function needRedisPrograms(hook: Mocha.Context): Promise<RedisPrograms> {
  // They may have to be downloaded first.
  hook.timeout(300_000);
  try {
    return await findRedis();
  } catch (error) {
    console.log(`no Redis here: ${error instanceof Error ? error.message : String(error)}`);
    return hook.skip();
  }
}

function programsIn(folders: readonly string[]): RedisPrograms | undefined {
  const [server, client] = ["redis-server", "redis-cli"].map((name) => findProgram(name, folders));
  return server === undefined || client === undefined ? undefined : { server, client };
}
