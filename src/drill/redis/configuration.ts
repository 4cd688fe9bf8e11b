import { globPattern } from "./glob.ts";
import { error, OK, bulks, type RedisReply } from "./reply.ts";

/** What `CONFIG GET` shows of a server that was given no file. */
const USUAL: Readonly<Record<string, string>> = {
  "appendfsync": "everysec", "appendonly": "no", "databases": "16", "dbfilename": "dump.rdb", "dir": "/data", "loglevel": "notice", "maxclients": "10000", "maxmemory": "0",
  "maxmemory-clients": "0", "maxmemory-eviction-tenacity": "10", "maxmemory-policy": "noeviction", "maxmemory-samples": "5", "port": "6379", "requirepass": "", "save": "3600 1 300 100 60 10000",
  "slowlog-log-slower-than": "10000", "slowlog-max-len": "128", "stop-writes-on-bgsave-error": "yes", "timeout": "0",
};
const IMMUTABLE = ["databases"];
const MEMORY_UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, k: 1000, kb: 1024, m: 1e6, mb: 2 ** 20, g: 1e9, gb: 2 ** 30 };
const POLICIES = ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"];

/** A server's settings. */
export class Configuration {
  readonly #settings: Map<string, string>;

  constructor(given: ReadonlyMap<string, string>) {
    this.#settings = new Map(Object.entries(USUAL));
    for (const [name, value] of given) {
      // What cannot be changed while the server runs may be given to it at its start.
      if (IMMUTABLE.includes(name)) this.#settings.set(name, value);
      else if (this.set([name, value]).kind === "error") throw new Error(`${name} ${value} is no setting of a cache server.`);
    }
  }

  /** A setting's text; empty for one that is not known. */
  text(name: string): string {
    return this.#settings.get(name) ?? "";
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  /** The points `save` names: so many changes within so many milliseconds. */
  savePoints(): readonly { readonly ms: number; readonly changes: number }[] {
    return [...this.text("save").matchAll(/(\d+) (\d+)/gu)].map(([, seconds, changes]) => ({ ms: Number(seconds) * 1000, changes: Number(changes) }));
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.#settings];
  }

  /** CONFIG GET. A name without wildcards is told back as it was asked. */
  get(patterns: readonly string[]): RedisReply {
    const found = new Map<string, string>();
    for (const pattern of patterns) {
      const exact = /[[*?]/u.test(pattern) ? undefined : this.#settings.get(pattern.toLowerCase());
      if (exact !== undefined) found.set(pattern, exact);
      else for (const [name, value] of this.#settings) if (globPattern(pattern, true).test(name)) found.set(name, value);
    }
    return bulks([...found].flat());
  }

  /** CONFIG SET: all of the pairs or none. */
  set(pairs: readonly string[]): RedisReply {
    const changes = new Map<string, string>();
    for (let at = 0; at < pairs.length; at += 2) {
      const [given = "", value] = [pairs[at], pairs[at + 1]];
      const name = given.toLowerCase();
      if (!this.#settings.has(name) || value === undefined) return error(`ERR Unknown option or number of arguments for CONFIG SET - '${given}'`);
      if (IMMUTABLE.includes(name)) return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - can't set immutable config`);
      const checked = checkedValue(name, value);
      if ("refusal" in checked) return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${checked.refusal}`);
      changes.set(name, checked.value);
    }
    for (const [name, value] of changes) this.#settings.set(name, value);
    return OK;
  }
}

function checkedValue(name: string, value: string): { readonly value: string } | { readonly refusal: string } {
  if (name === "maxmemory") {
    const match = /^(\d+)([a-z]*)$/iu.exec(value);
    const unit = MEMORY_UNITS[match?.[2]?.toLowerCase() ?? ""];
    return match === null || unit === undefined ? { refusal: "argument must be a memory value" } : { value: String(Number(match[1]) * unit) };
  }
  if (name === "maxmemory-policy") return POLICIES.includes(value.toLowerCase()) ? { value: value.toLowerCase() } : { refusal: `argument(s) must be one of the following: ${POLICIES.join(", ")}` };
  if (name === "appendonly" || name === "stop-writes-on-bgsave-error") return ["yes", "no"].includes(value.toLowerCase()) ? { value: value.toLowerCase() } : { refusal: "argument must be 'yes' or 'no'" };
  if (name === "save") return /^(?:\d+ \d+(?: \d+ \d+)*)?$/u.test(value) ? { value } : { refusal: "Invalid save parameters" };
  if (/^\d+$/u.test(USUAL[name] ?? "") && !/^-?\d+$/u.test(value)) return { refusal: "argument couldn't be parsed into an integer" };
  return { value };
}
