import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { Answer } from "../redis/server.ts";
import { NO_ANSWER, type BlockingCommands } from "./blockingCommands.ts";
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
}

/** A process of a snapshot: where its file is, and what it was started with. */
export interface SavedRedis {
  readonly folder: string;
  readonly config: readonly (readonly [string, string])[];
}

interface RealSession extends CacheSession {
  readonly connection: number;
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
      begun: () => rmSync(settings, { force: true }),
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
    const session: RealSession = { address, connection: this.#parts.commands.open({ port: this.#port, user: undefined, password: undefined }) };
    this.#sessions.add(session);
    return session;
  }

  isConnected(session: CacheSession): boolean {
    const own = this.#session(session);
    return own !== undefined && this.#parts.commands.isOpen(own.connection);
  }

  disconnect(session: CacheSession): void {
    const own = this.#session(session);
    if (own !== undefined && this.#sessions.delete(own)) this.#parts.commands.close(own.connection);
  }

  run(session: CacheSession, words: readonly string[]): Answer {
    const own = this.#session(session);
    const reply = own === undefined ? NO_ANSWER : this.#parts.commands.run(own.connection, words);
    return reply === undefined ? { reply: NO_ANSWER, tookMs: Number.POSITIVE_INFINITY } : { reply, tookMs: COMMAND_MS };
  }

  keepBusy({ name }: { readonly name: string }): void {
    throw new RuntimeError("invalidInput", `Letting ${name} keep a real cache busy: the world, which asks it too, would stand still with it.`, { hint: "Drill a slow cache on embedded engines." });
  }

  /** Nobody is let to. */
  isKeptBusyBy(): boolean {
    return false;
  }

  stop(how: "terminated" | "killed"): void {
    for (const session of this.#sessions) this.disconnect(session);
    if (this.#own !== undefined) this.#parts.commands.close(this.#own);
    this.#own = undefined;
    this.#size = undefined;
    this.process.stop(how);
  }

  snapshot(): SavedRedis {
    return { folder: this.#parts.folder, config: [...this.#parts.config] };
  }

  #session(session: CacheSession): RealSession | undefined {
    return [...this.#sessions].find((known) => known === session);
  }

  #usedMemory(): number {
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
