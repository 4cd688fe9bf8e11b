/** What a Redis command answers, in the protocol's own kinds. */
export type RedisReply =
  | { readonly kind: "status" | "bulk" | "error"; readonly text: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "nil" }
  | { readonly kind: "list"; readonly items: readonly string[] };

interface Entry {
  readonly value: string;
  /** World epoch milliseconds; `undefined` never. */
  readonly expiresAt: number | undefined;
}

/** A server's facts that INFO tells. */
export interface RedisFacts {
  readonly version: string;
  /** World epoch milliseconds. */
  readonly startedAt: number;
}

const status = (text: string): RedisReply => ({ kind: "status", text });
const error = (text: string): RedisReply => ({ kind: "error", text });
const integer = (value: number): RedisReply => ({ kind: "integer", value });

/** How many arguments each command takes. */
const arity: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ping: [0, 1], echo: [1, 1], info: [0, 9], dbsize: [0, 0], flushall: [0, 1], flushdb: [0, 1], get: [1, 1], set: [2, 4], del: [1, 999], unlink: [1, 999], exists: [1, 999], keys: [1, 1],
  ttl: [1, 1], expire: [2, 2], persist: [1, 1], incr: [1, 1], decr: [1, 1], type: [1, 1], time: [0, 0],
};

/** The data of one Redis server without persistence: texts that expire by world time. */
export class RedisStore {
  readonly #now: () => number;
  readonly #facts: RedisFacts;
  readonly #entries = new Map<string, Entry>();
  #commands = 0;

  constructor(now: () => number, facts: RedisFacts) {
    this.#now = now;
    this.#facts = facts;
  }

  /** Runs one command; its name has no case. */
  run(words: readonly string[]): RedisReply {
    const [given = "", ...args] = words;
    const name = given.toLowerCase();
    const allowed = arity[name];
    this.#commands += 1;
    if (allowed === undefined) return error(`ERR unknown command '${given}', with args beginning with: ${args.map((argument) => `'${argument}' `).join("")}`);
    if (args.length < allowed[0] || args.length > allowed[1]) return error(`ERR wrong number of arguments for '${name}' command`);
    this.#expire();
    return this.#answer(name, args);
  }

  #expire(): void {
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt !== undefined && expiresAt <= this.#now()) this.#entries.delete(key);
  }

  #answer(name: string, args: readonly string[]): RedisReply {
    const [first = "", second = ""] = args;
    const entry = this.#entries.get(first);
    switch (name) {
      case "ping": return args.length === 0 ? status("PONG") : { kind: "bulk", text: first };
      case "echo": return { kind: "bulk", text: first };
      case "info": return { kind: "bulk", text: this.#info(args.map((section) => section.toLowerCase())) };
      case "dbsize": return integer(this.#entries.size);
      case "flushall": case "flushdb": this.#entries.clear(); return status("OK");
      case "get": return entry === undefined ? { kind: "nil" } : { kind: "bulk", text: entry.value };
      case "set": return this.#set(first, second, args.slice(2));
      case "del": case "unlink": return integer(args.filter((key) => this.#entries.delete(key)).length);
      case "exists": return integer(args.filter((key) => this.#entries.has(key)).length);
      case "keys": return { kind: "list", items: [...this.#entries.keys()].filter((key) => globPattern(first).test(key)) };
      case "ttl": return integer(entry === undefined ? -2 : entry.expiresAt === undefined ? -1 : Math.ceil((entry.expiresAt - this.#now()) / 1000));
      case "expire": case "persist": return this.#setExpiry(first, name === "persist" ? undefined : second);
      case "incr": case "decr": return this.#add(first, name === "incr" ? 1 : -1);
      case "type": return status(entry === undefined ? "none" : "string");
      default: return { kind: "list", items: [String(Math.floor(this.#now() / 1000)), String((this.#now() % 1000) * 1000)] };
    }
  }

  #set(key: string, value: string, options: readonly string[]): RedisReply {
    const [unit, amount = ""] = options;
    const unitMs = unit === undefined ? undefined : { ex: 1000, px: 1 }[unit.toLowerCase()];
    if (unit !== undefined && (unitMs === undefined || options.length !== 2)) return error("ERR syntax error");
    if (unitMs !== undefined && !/^[1-9]\d*$/.test(amount)) return error(/^-?\d+$/.test(amount) ? "ERR invalid expire time in 'set' command" : "ERR value is not an integer or out of range");
    this.#entries.set(key, { value, expiresAt: unitMs === undefined ? undefined : this.#now() + Number(amount) * unitMs });
    return status("OK");
  }

  #setExpiry(key: string, seconds: string | undefined): RedisReply {
    const entry = this.#entries.get(key);
    if (seconds !== undefined && !/^-?\d+$/.test(seconds)) return error("ERR value is not an integer or out of range");
    if (entry === undefined || (seconds === undefined && entry.expiresAt === undefined)) return integer(0);
    this.#entries.set(key, { value: entry.value, expiresAt: seconds === undefined ? undefined : this.#now() + Number(seconds) * 1000 });
    return integer(1);
  }

  #add(key: string, by: number): RedisReply {
    const entry = this.#entries.get(key);
    if (entry !== undefined && !/^-?\d{1,15}$/.test(entry.value)) return error("ERR value is not an integer or out of range");
    const value = Number(entry?.value ?? 0) + by;
    this.#entries.set(key, { value: String(value), expiresAt: entry?.expiresAt });
    return integer(value);
  }

  /** Only what this server knows of itself. */
  #info(wanted: readonly string[]): string {
    const uptime = Math.max(0, Math.floor((this.#now() - this.#facts.startedAt) / 1000));
    const sections: readonly (readonly [name: string, lines: readonly string[]])[] = [
      ["Server", [`redis_version:${this.#facts.version}`, "redis_mode:standalone", "tcp_port:6379", `uptime_in_seconds:${String(uptime)}`, `uptime_in_days:${String(Math.floor(uptime / 86_400))}`]],
      // The client that asks.
      ["Clients", ["connected_clients:1", "blocked_clients:0"]],
      ["Persistence", ["loading:0", "aof_enabled:0"]],
      ["Stats", [`total_commands_processed:${String(this.#commands)}`]],
      ["Replication", ["role:master", "connected_slaves:0"]],
      ["Keyspace", this.#entries.size === 0 ? [] : [`db0:keys=${String(this.#entries.size)},expires=${String([...this.#entries.values()].filter(({ expiresAt }) => expiresAt !== undefined).length)},avg_ttl=0`]],
    ];
    const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((section) => ["all", "everything", "default", name.toLowerCase()].includes(section));
    return sections.filter(([name]) => isWanted(name)).map(([name, lines]) => [`# ${name}`, ...lines, ""].join("\r\n")).join("\r\n");
  }
}

/** Redis' glob: `*`, `?`, `[ab]`, backslash. */
function globPattern(pattern: string): RegExp {
  const source = pattern.replace(/\\([\s\S])|([*?])|\[(\^?)([^\]]+)\]|([.+^${}()|[\]\\/])/g, (_all, escaped: string | undefined, wild: string | undefined, not: string | undefined, set: string | undefined, special: string | undefined) => {
    if (wild !== undefined) return wild === "*" ? "[\\s\\S]*" : "[\\s\\S]";
    if (set !== undefined) return `[${not ?? ""}${set.replace(/[\\\]]/g, "\\$&")}]`;
    return `\\${escaped ?? special ?? ""}`.replace(/^\\(\w)$/, "$1");
  });
  return new RegExp(`^${source}$`, "u");
}
