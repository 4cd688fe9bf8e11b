import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../redis/server.ts";
import { NO_ANSWER, type BlockingCommands } from "./blockingCommands.ts";
import { BusyRedisClient, type BusyClient } from "./busyRedisClient.ts";
import type { CacheServer, CacheSession } from "./cacheEngine.ts";
import { freePort } from "./freePort.ts";
import type { RedisPrograms } from "./redisMachine.ts";
import { RunningServer } from "./serverProcess.ts";

/** The world's own account, which looks at memory and may do everything: a password that is changed does not keep it out. */
const OWN_ACCOUNT = "monitor";
const PASSWORD_BYTES = 16;
/** What a small command takes, world milliseconds: what this machine takes for it is no matter of the world's. */
const COMMAND_MS = 0.05;
/** How often a server's memory is looked at anew, milliseconds. */
const SIZE_AGE_MS = 500;
/** They would let a server speak to others: a drill stays on loopback. */
const REFUSED = ["replicaof", "slaveof", "migrate"];

/** What a server needs of the world. */
export interface RealRedisParts {
  readonly programs: RedisPrograms;
  /** Where its file is. */
  readonly folder: string;
  readonly config: ReadonlyMap<string, string>;
  readonly commands: BlockingCommands;
  /** World time per real time. */
  readonly rate: number;
  /** The client that kept it busy when its world was saved. */
  readonly busyClient?: BusyClient | undefined;
}

/** A process of a snapshot: where its file is, what it was started with, and what kept it busy. */
export interface SavedRedis {
  readonly folder: string;
  readonly config: readonly (readonly [string, string])[];
  readonly busyClient?: BusyClient | undefined;
}

interface RealSession extends CacheSession {
  /** `undefined`: the server was too busy to take it. */
  readonly connection: number | undefined;
}

/** A real Redis server, which pods' programs reach through its port of 127.0.0.1, and the world by this. */
export class RealRedis implements CacheServer {
  readonly version: string;
  readonly process: RunningServer;
  readonly #parts: RealRedisParts;
  readonly #sessions = new Set<RealSession>();
  readonly #password = randomBytes(PASSWORD_BYTES).toString("hex");
  #port = 0;
  #own: number | undefined;
  #busy: BusyRedisClient | undefined;
  #size: { readonly bytes: number; readonly at: number } | undefined;

  constructor(parts: RealRedisParts) {
    const { programs, folder } = parts;
    this.#parts = parts;
    this.version = programs.version;
    const settings = join(folder, "redis.conf");
    this.process = new RunningServer({
      folder, readyText: "Ready to accept connections",
      begin: async () => {
        this.#port = await freePort();
        // A file and no arguments: everybody on this machine sees those.
        writeFileSync(settings, this.#settings(), { mode: 0o600 });
        return [programs.server, settings];
      },
      // The passwords in it are the server's now.
      begun: (isUp) => {
        rmSync(settings, { force: true });
        if (isUp && parts.busyClient !== undefined) this.keepBusy(parts.busyClient);
      },
    });
  }

  /** Where it listens on this machine. */
  get port(): number {
    return this.#port;
  }

  /** Where it listens in the world. */
  get worldPort(): string {
    return this.#parts.config.get("port") ?? "6379";
  }

  /** Where its clients work. */
  get folder(): string {
    return this.#parts.folder;
  }

  get usedBytes(): number {
    const at = performance.now();
    if (this.#size === undefined || at - this.#size.at > SIZE_AGE_MS) this.#size = { bytes: this.#usedMemory(), at };
    return this.#size.bytes;
  }

  get clientAddresses(): readonly string[] {
    return [...this.#sessions].map(({ address }) => address);
  }

  connect(address: string): CacheSession {
    const session: RealSession = { address, connection: this.#isBusy ? undefined : this.#parts.commands.open({ port: this.#port, user: undefined, password: undefined }) };
    this.#sessions.add(session);
    return session;
  }

  isConnected(session: CacheSession): boolean {
    const own = this.#session(session);
    return own?.connection !== undefined && this.#parts.commands.isOpen(own.connection);
  }

  disconnect(session: CacheSession): void {
    const own = this.#session(session);
    if (own !== undefined && this.#sessions.delete(own) && own.connection !== undefined) this.#parts.commands.close(own.connection);
  }

  run(session: CacheSession, words: readonly string[]): Answer {
    // Who waited for it would stand still with it, and the world is one: it knows how long it would have to wait, and does not ask.
    if (this.#isBusy) return { reply: NO_ANSWER, tookMs: this.#busy?.client.busyMs ?? 0 };
    const own = this.#session(session);
    const reply = own?.connection === undefined ? NO_ANSWER : this.#parts.commands.run(own.connection, words);
    return reply === undefined ? { reply: NO_ANSWER, tookMs: Number.POSITIVE_INFINITY } : { reply, tookMs: COMMAND_MS };
  }

  keepBusy(client: BusyClient): void {
    this.#busy?.close();
    this.#busy = new BusyRedisClient(client, { port: this.#port, password: this.#parts.config.get("requirepass") }, this.#parts.rate);
  }

  isKeptBusyBy({ name, address }: Pick<BusyClient, "name" | "address">): boolean {
    return this.#isBusy && this.#busy?.client.name === name && this.#busy.client.address === address;
  }

  get #isBusy(): boolean {
    return this.#busy?.isConnected === true;
  }

  stop(how: "terminated" | "killed"): void {
    this.#busy?.close();
    this.#busy = undefined;
    for (const session of this.#sessions) this.disconnect(session);
    if (this.#own !== undefined) this.#parts.commands.close(this.#own);
    this.#own = undefined;
    this.#size = undefined;
    this.process.stop(how);
  }

  snapshot(): SavedRedis {
    return { folder: this.#parts.folder, config: [...this.#parts.config], busyClient: this.#isBusy ? this.#busy?.client : undefined };
  }

  #session(session: CacheSession): RealSession | undefined {
    return [...this.#sessions].find((known) => known === session);
  }

  #usedMemory(): number {
    if (this.#isBusy) return this.#size?.bytes ?? 0;
    this.#own ??= this.#parts.commands.open({ port: this.#port, user: OWN_ACCOUNT, password: this.#password });
    const reply = this.#parts.commands.run(this.#own, ["INFO", "memory"]);
    if (reply?.kind === "bulk") return Number(/^used_memory:(\d+)/mu.exec(reply.text)?.[1] ?? 0);
    // Somebody has ended its connection, or the server hangs: it is asked anew the next time.
    this.#parts.commands.close(this.#own);
    this.#own = undefined;
    return this.#size?.bytes ?? 0;
  }

  #settings(): string {
    const { folder, config } = this.#parts;
    return [
      ...[...config].map(([name, value]) => `${name} ${name === "save" && value !== "" ? value : JSON.stringify(value)}`),
      "bind 127.0.0.1", `port ${this.#port}`, "protected-mode yes", `dir ${JSON.stringify(folder)}`, "daemonize no", "logfile \"\"", "enable-protected-configs no", "enable-debug-command no", "enable-module-command no",
      ...REFUSED.map((command) => `rename-command ${command} ""`), `user ${OWN_ACCOUNT} on >${this.#password} ~* &* +@all`,
    ].map((line) => `${line}\n`).join("");
  }
}
