import { COLLECTION_COMMANDS } from "./collectionCommands.ts";
import type { CommandTable, RedisClient } from "./command.ts";
import { Configuration } from "./configuration.ts";
import { Dataset, STARTUP_BYTES, type SavedDataset } from "./dataset.ts";
import { KEY_COMMANDS } from "./keyCommands.ts";
import { error, RedisRefusal, type RedisReply } from "./reply.ts";
import { SERVER_COMMANDS } from "./serverCommands.ts";
import { STRING_COMMANDS } from "./stringCommands.ts";

/** What a server is started with. */
export interface RedisOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** `7.0.15`. */
  readonly version: string;
  readonly config: ReadonlyMap<string, string>;
  /** The file of its data folder, which it loads; `undefined` begins empty. */
  readonly file: SavedDataset | undefined;
  /** Keeps a new file in its data folder. */
  readonly onSave: (file: SavedDataset) => void;
}

/** A command's answer and the world milliseconds until it came. */
export interface Answer {
  readonly reply: RedisReply;
  readonly tookMs: number;
}

/** An entry of SLOWLOG. */
export interface SlowCommand {
  readonly id: number;
  readonly at: number;
  readonly micros: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly client: string;
}

/** Counters that INFO tells. */
export interface RedisCounters {
  connections: number;
  commands: number;
  hits: number;
  misses: number;
  evicted: number;
  saves: number;
  errors: Map<string, number>;
}

/** A process as JSON, to go on after a restart of the world. */
export interface SavedProcess {
  readonly startedAt: number;
  readonly data: SavedDataset;
  readonly settings: readonly (readonly [string, string])[];
  readonly dirty: number;
  readonly savedAt: number;
  readonly busyClients: readonly Pick<RedisClient, "address" | "name" | "lastCommand" | "busyMs">[];
}

const DATA_COMMANDS: CommandTable = { ...KEY_COMMANDS, ...STRING_COMMANDS, ...COLLECTION_COMMANDS };
/** What a client may do before AUTH. */
const OPEN_COMMANDS = ["auth", "hello", "quit", "reset"];
/** What a small command takes. */
const COMMAND_MS = 0.05;
const HIT_COMMANDS = ["get", "mget", "exists", "hget", "hgetall", "lrange", "smembers", "zrange", "strlen"];

/** One running Redis server. Its data lives in memory; what survives it is the file it saved. */
export class RedisServer {
  readonly version: string;
  readonly startedAt: number;
  readonly runId: string;
  readonly data = new Dataset();
  readonly config: Configuration;
  readonly counters: RedisCounters = { connections: 0, commands: 0, hits: 0, misses: 0, evicted: 0, saves: 0, errors: new Map() };
  readonly clients = new Set<RedisClient>();
  slowLog: SlowCommand[] = [];
  /** Changes since the last save, and when that was (world epoch milliseconds). */
  dirty = 0;
  savedAt: number;
  readonly #options: RedisOptions;
  #nextClient = 1;
  #nextSlow = 0;

  constructor(options: RedisOptions, saved?: SavedProcess) {
    this.#options = options;
    this.version = options.version;
    this.startedAt = saved?.startedAt ?? options.now();
    this.savedAt = saved?.savedAt ?? this.startedAt;
    this.dirty = saved?.dirty ?? 0;
    this.runId = Array.from({ length: 40 }, () => Math.floor(options.random() * 16).toString(16)).join("");
    this.config = new Configuration(new Map(saved?.settings ?? options.config));
    const data = saved?.data ?? options.file;
    if (data !== undefined) this.data.load(data, this.startedAt);
    for (const client of saved?.busyClients ?? []) this.connect(client.address, client);
  }

  get now(): number {
    return this.#options.now();
  }

  /** `used_memory`. */
  get usedBytes(): number {
    return STARTUP_BYTES + this.data.bytes() + this.clients.size * 1830;
  }

  /** A new connection. */
  connect(address: string, given: Partial<Pick<RedisClient, "name" | "busyMs" | "lastCommand">> = {}): RedisClient {
    const client: RedisClient = {
      id: this.#nextClient, address, name: given.name ?? "", database: 0, isAuthenticated: this.config.text("requirepass") === "", connectedAt: this.now, usedAt: this.now,
      lastCommand: given.lastCommand ?? "NULL", busyMs: given.busyMs ?? 0,
    };
    this.#nextClient += 1;
    this.counters.connections += 1;
    this.clients.add(client);
    return client;
  }

  isConnected(client: RedisClient): boolean {
    return this.clients.has(client);
  }

  disconnect(client: RedisClient): void {
    this.clients.delete(client);
  }

  /** A client that keeps it busy: each command of others waits behind one of its. */
  keepBusy(client: Pick<RedisClient, "address" | "name" | "busyMs" | "lastCommand">): void {
    this.connect(client.address, client);
  }

  isKeptBusyBy({ name, address }: Pick<RedisClient, "address" | "name">): boolean {
    return [...this.clients].some((client) => client.name === name && client.address === address);
  }

  /** Where its clients are. */
  get clientAddresses(): readonly string[] {
    return [...this.clients].map(({ address }) => address);
  }

  /** Runs one command; its name has no case. */
  run(client: RedisClient, words: readonly string[]): Answer {
    this.saveWhenDue();
    const waitMs = this.#waitFor(client);
    client.usedAt = this.now;
    const reply = this.#answer(client, words);
    this.counters.commands += 1;
    if (reply.kind === "error") {
      const kind = reply.text.split(" ")[0] ?? "";
      this.counters.errors.set(kind, (this.counters.errors.get(kind) ?? 0) + 1);
    }
    return { reply, tookMs: waitMs + COMMAND_MS };
  }

  /** Writes the file now. */
  save(): void {
    this.#options.onSave(this.data.save());
    this.dirty = 0;
    this.savedAt = this.now;
    this.counters.saves += 1;
  }

  /** Does what the server's own clock would have done by now: nothing changed since, so the file is the same. */
  saveWhenDue(): void {
    const elapsed = this.now - this.savedAt;
    if (this.config.savePoints().some((point) => this.dirty >= point.changes && elapsed > point.ms)) this.save();
  }

  /** The process ends. Told to, it saves first where it saves at all; cut short, it keeps what was on its disk. */
  stop(how: "terminated" | "killed"): void {
    this.saveWhenDue();
    const isLogged = this.config.text("appendonly") === "yes";
    if (isLogged || (how === "terminated" && this.config.text("save") !== "")) this.save();
    this.clients.clear();
  }

  /** The process as it is. */
  snapshot(): SavedProcess {
    const busyClients = [...this.clients].filter((client) => client.busyMs > 0).map(({ address, name, lastCommand, busyMs }) => ({ address, name, lastCommand, busyMs }));
    return { startedAt: this.startedAt, data: this.data.save(), settings: this.config.entries(), dirty: this.dirty, savedAt: this.savedAt, busyClients };
  }

  #answer(client: RedisClient, words: readonly string[]): RedisReply {
    const [given = "", ...args] = words;
    const name = given.toLowerCase();
    const own = SERVER_COMMANDS[name];
    const command = own ?? DATA_COMMANDS[name];
    if (command === undefined) return error(`ERR unknown command '${given}', with args beginning with: ${args.map((argument) => `'${argument}' `).join("")}`);
    const isSubcommand = own?.hasSubcommands === true;
    client.lastCommand = isSubcommand && args[0] !== undefined ? `${name}|${args[0].toLowerCase()}` : name;
    if (command.arity > 0 ? words.length !== command.arity : words.length < -command.arity) return error(`ERR wrong number of arguments for '${name}' command`);
    if (!client.isAuthenticated && !OPEN_COMMANDS.includes(name)) return error("NOAUTH Authentication required.");
    try {
      if (own !== undefined) return own.run(this, client, args);
      return this.#onData(client, name, args);
    } catch (refusal) {
      if (refusal instanceof RedisRefusal) return error(refusal.message);
      throw refusal;
    }
  }

  #onData(client: RedisClient, name: string, args: readonly string[]): RedisReply {
    const command = DATA_COMMANDS[name];
    if (command === undefined) return error(`ERR unknown command '${name}'`);
    const isRoomNeeded = command.isWrite === true && !/^(?:del|unlink|flush|expire|pexpire|persist|hdel|srem|zrem|[lr]pop|ltrim)/u.test(name);
    if (isRoomNeeded && !this.#makeRoom()) return error("OOM command not allowed when used memory > 'maxmemory'.");
    const keys = this.data.database(client.database, this.now);
    if (HIT_COMMANDS.includes(name)) this.counters[keys.has(args[0] ?? "") ? "hits" : "misses"] += 1;
    const reply = command.run({ now: this.now, client, data: this.data, keys, random: this.#options.random }, args);
    if (command.isWrite === true && reply.kind !== "error") this.dirty += 1;
    return reply;
  }

  /** Evicts by the policy until there is room; false where none may be evicted. */
  #makeRoom(): boolean {
    const limit = this.config.number("maxmemory");
    if (limit === 0) return true;
    const policy = this.config.text("maxmemory-policy");
    while (this.usedBytes > limit) {
      const candidates = policy === "noeviction" ? [] : this.data.everyEntry().filter(({ entry }) => policy.startsWith("allkeys") || entry.expiresAt !== undefined);
      const [first] = candidates.sort((left, right) => (policy === "volatile-ttl" ? (left.entry.expiresAt ?? 0) - (right.entry.expiresAt ?? 0) : left.entry.usedAt - right.entry.usedAt));
      if (first === undefined) return false;
      first.database.delete(first.key);
      this.counters.evicted += 1;
    }
    return true;
  }

  /** How long a command waits behind those of clients that keep the server busy; they show in the slow log. */
  #waitFor(client: RedisClient): number {
    const busy = [...this.clients].filter((other) => other !== client && other.busyMs > 0);
    for (const other of busy) {
      other.usedAt = this.now;
      const words = other.lastCommand.split(" ");
      if (other.busyMs * 1000 >= this.config.number("slowlog-log-slower-than") && this.config.number("slowlog-log-slower-than") >= 0) {
        this.slowLog = [{ id: this.#nextSlow, at: this.now, micros: Math.round(other.busyMs * 1000), words, address: other.address, client: other.name }, ...this.slowLog].slice(0, this.config.number("slowlog-max-len"));
        this.#nextSlow += 1;
      }
    }
    return busy.reduce((sum, other) => sum + other.busyMs, 0);
  }
}
