import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BlockingCommands } from "./blockingCommands.ts";
import type { CacheEngine, CacheOptions, CacheServer } from "./cacheEngine.ts";
import type { RedisPrograms } from "./redisMachine.ts";
import { createRealRedisPrograms } from "./realRedisPrograms.ts";
import { RealRedis, type SavedRedis } from "./realRedis.ts";

/** Runs a world's caches as real Redis servers of this machine. */
export class RedisEngine implements CacheEngine {
  readonly startsAhead = true;
  readonly #programs: RedisPrograms;
  readonly #folder: string;
  readonly #rate: number;
  readonly #commands = new BlockingCommands();
  readonly #onEnd: () => void;
  readonly #servers: RealRedis[] = [];

  /** `folder` is the world's, `rate` its time per real time; `onEnd` is called when a server has ended by itself. */
  constructor(programs: RedisPrograms, { folder, rate, onEnd }: { readonly folder: string; readonly rate: number; readonly onEnd: () => void }) {
    this.#programs = programs;
    this.#folder = join(folder, "caches");
    this.#rate = rate;
    this.#onEnd = onEnd;
  }

  /** A process keeps its file in a folder of its own, which is its volume's where it has one. One that comes back has what was in that file. */
  create({ config, file, onSave }: CacheOptions, saved?: unknown): CacheServer {
    const before = saved as SavedRedis | undefined;
    const folder = before?.folder ?? (file as Pick<SavedRedis, "folder"> | undefined)?.folder ?? join(this.#folder, randomBytes(4).toString("hex"));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    onSave({ folder } satisfies Pick<SavedRedis, "folder">);
    const server = new RealRedis({ programs: this.#programs, folder, config: before === undefined ? config : new Map(before.config), commands: this.#commands, rate: this.#rate, busyClient: before?.busyClient });
    server.process.onEnd(this.#onEnd);
    this.#servers.push(server);
    return server;
  }

  programs: CacheEngine["programs"] = (network) => createRealRedisPrograms(this.#programs, network);

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.process.end()));
    await this.#commands.end();
  }
}
