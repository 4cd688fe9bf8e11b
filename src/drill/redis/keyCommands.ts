import type { CommandContext, CommandTable } from "./command.ts";
import { copyValue, DATABASES, entryBytes, sizeOf, type RedisValue } from "./dataset.ts";
import { globPattern } from "./glob.ts";
import { array, bulk, bulks, error, integer, OK, RedisRefusal, status, SYNTAX, wholeNumber, type RedisReply } from "./reply.ts";

function remove({ keys }: CommandContext, args: readonly string[]): RedisReply {
  return integer(args.filter((key) => keys.delete(key)).length);
}

function flush(context: CommandContext, args: readonly string[], isAll: boolean): RedisReply {
  if (args.length > 1 || (args[0] !== undefined && !/^(?:a?sync)$/iu.test(args[0]))) return error(SYNTAX);
  if (isAll) context.data.clear();
  else context.keys.clear();
  return OK;
}

/** The four forms of EXPIRE, with NX, XX, GT and LT. */
function expire({ keys, now }: CommandContext, [key = "", amount, ...conditions]: readonly string[], unitMs: number, isAbsolute: boolean): RedisReply {
  const at = wholeNumber(amount) * unitMs + (isAbsolute ? 0 : now);
  const wanted = conditions.map((word) => word.toUpperCase());
  const strange = wanted.find((word) => !["NX", "XX", "GT", "LT"].includes(word));
  if (strange !== undefined) return error(`ERR Unsupported option ${conditions[wanted.indexOf(strange)] ?? ""}`);
  const entry = keys.get(key);
  if (entry === undefined) return integer(0);
  const before = entry.expiresAt;
  const isRefused = (wanted.includes("NX") && before !== undefined) || (wanted.includes("XX") && before === undefined) || (wanted.includes("GT") && (before === undefined || at <= before)) || (wanted.includes("LT") && before !== undefined && at >= before);
  if (isRefused) return integer(0);
  if (at <= now) keys.delete(key);
  else entry.expiresAt = at;
  return integer(1);
}

function timeToLive({ keys, now }: CommandContext, key: string, unitMs: number, isAbsolute: boolean): RedisReply {
  const entry = keys.get(key);
  if (entry === undefined) return integer(-2);
  if (entry.expiresAt === undefined) return integer(-1);
  return integer(isAbsolute ? Math.floor(entry.expiresAt / unitMs) : Math.round((entry.expiresAt - now) / unitMs));
}

function rename({ keys }: CommandContext, [from = "", to = ""]: readonly string[], isNew: boolean): RedisReply {
  const entry = keys.get(from);
  if (entry === undefined) return error("ERR no such key");
  if (isNew && keys.has(to)) return integer(0);
  keys.delete(from);
  keys.set(to, entry);
  return isNew ? integer(1) : OK;
}

/** SCAN: the cursor is the number of keys seen. */
function scan(items: readonly (readonly string[])[], [cursor, ...options]: readonly string[]): RedisReply {
  if (cursor === undefined || !/^\d+$/u.test(cursor)) throw new RedisRefusal("ERR invalid cursor");
  let pattern: RegExp | undefined;
  let count = 10;
  let type: string | undefined;
  for (let at = 0; at < options.length; at += 2) {
    const [name = "", value] = [options[at]?.toLowerCase(), options[at + 1]];
    if (value === undefined) throw new RedisRefusal(SYNTAX);
    if (name === "match") pattern = globPattern(value);
    else if (name === "count") count = wholeNumber(value);
    else if (name === "type") type = value.toLowerCase();
    else throw new RedisRefusal(SYNTAX);
  }
  if (count < 1) throw new RedisRefusal(SYNTAX);
  const from = Number(cursor);
  const next = from + count >= items.length ? 0 : from + count;
  const found = items.slice(from, from + count).filter(([name = "", kind]) => pattern?.test(name) !== false && (type === undefined || type === kind));
  return array([bulk(String(next)), bulks(found.map(([name]) => name))]);
}

function encodingOf(value: RedisValue): string {
  if (value.type === "string") return /^-?\d{1,18}$/u.test(value.text) ? "int" : Buffer.byteLength(value.text) <= 44 ? "embstr" : "raw";
  if (value.type === "list") return "quicklist";
  if (value.type === "set") return [...value.members].every((member) => /^-?\d{1,18}$/u.test(member)) && value.members.size <= 512 ? "intset" : "hashtable";
  const isSmall = sizeOf(value) <= 128;
  return isSmall ? "listpack" : value.type === "hash" ? "hashtable" : "skiplist";
}

function object({ keys, now }: CommandContext, [sub = "", key = ""]: readonly string[]): RedisReply {
  const name = sub.toLowerCase();
  const entry = keys.get(key);
  if (!["encoding", "refcount", "idletime", "freq"].includes(name)) return error(`ERR unknown subcommand '${sub}'. Try OBJECT HELP.`);
  if (entry === undefined) return { kind: "nil" };
  if (name === "encoding") return bulk(encodingOf(entry.value));
  if (name === "refcount") return integer(1);
  if (name === "idletime") return integer(Math.floor((now - entry.usedAt) / 1000));
  return error("ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.");
}

function copy({ keys, now }: CommandContext, [from = "", to = "", ...options]: readonly string[]): RedisReply {
  const entry = keys.get(from);
  const isReplacing = options.some((word) => word.toLowerCase() === "replace");
  if (entry === undefined || (keys.has(to) && !isReplacing)) return integer(0);
  keys.set(to, { value: copyValue(entry.value), expiresAt: entry.expiresAt, usedAt: now });
  return integer(1);
}

/** Commands on keys of any type. */
export const KEY_COMMANDS: CommandTable = {
  del: { arity: -2, isWrite: true, run: remove },
  unlink: { arity: -2, isWrite: true, run: remove },
  exists: { arity: -2, run: ({ keys }, args) => integer(args.filter((key) => keys.has(key)).length) },
  touch: { arity: -2, run: ({ keys }, args) => integer(args.filter((key) => keys.has(key)).length) },
  keys: { arity: 2, run: ({ keys }, [pattern = ""]) => bulks([...keys.keys()].filter((key) => globPattern(pattern).test(key))) },
  scan: { arity: -2, run: ({ keys }, args) => scan([...keys].map(([key, { value }]) => [key, value.type]), args) },
  randomkey: { arity: 1, run: ({ keys, random }) => bulk([...keys.keys()][Math.floor(random() * keys.size)]) },
  dbsize: { arity: 1, run: ({ keys }) => integer(keys.size) },
  flushall: { arity: -1, isWrite: true, run: (context, args) => flush(context, args, true) },
  flushdb: { arity: -1, isWrite: true, run: (context, args) => flush(context, args, false) },
  type: { arity: 2, run: ({ keys }, [key = ""]) => status(keys.get(key)?.value.type ?? "none") },
  ttl: { arity: 2, run: (context, [key = ""]) => timeToLive(context, key, 1000, false) },
  pttl: { arity: 2, run: (context, [key = ""]) => timeToLive(context, key, 1, false) },
  expiretime: { arity: 2, run: (context, [key = ""]) => timeToLive(context, key, 1000, true) },
  pexpiretime: { arity: 2, run: (context, [key = ""]) => timeToLive(context, key, 1, true) },
  expire: { arity: -3, isWrite: true, run: (context, args) => expire(context, args, 1000, false) },
  pexpire: { arity: -3, isWrite: true, run: (context, args) => expire(context, args, 1, false) },
  expireat: { arity: -3, isWrite: true, run: (context, args) => expire(context, args, 1000, true) },
  pexpireat: { arity: -3, isWrite: true, run: (context, args) => expire(context, args, 1, true) },
  persist: {
    arity: 2, isWrite: true,
    run: ({ keys }, [key = ""]) => {
      const entry = keys.get(key);
      if (entry?.expiresAt === undefined) return integer(0);
      entry.expiresAt = undefined;
      return integer(1);
    },
  },
  rename: { arity: 3, isWrite: true, run: (context, args) => rename(context, args, false) },
  renamenx: { arity: 3, isWrite: true, run: (context, args) => rename(context, args, true) },
  copy: { arity: -3, isWrite: true, run: copy },
  object: { arity: -2, run: object },
  swapdb: { arity: 3, isWrite: true, run: ({ data, now }, [left, right]) => swap(data.database(index(left), now), data.database(index(right), now)) },
};

function index(text: string | undefined): number {
  const number = wholeNumber(text, "ERR invalid first DB index");
  if (number < 0 || number >= DATABASES) throw new RedisRefusal("ERR DB index is out of range");
  return number;
}

function swap<T>(left: Map<string, T>, right: Map<string, T>): RedisReply {
  const [ofLeft, ofRight] = [[...left], [...right]];
  left.clear();
  right.clear();
  for (const [key, entry] of ofRight) left.set(key, entry);
  for (const [key, entry] of ofLeft) right.set(key, entry);
  return OK;
}

/** Bytes of a key for MEMORY USAGE. */
export function keyBytes({ keys }: CommandContext, key: string): number | undefined {
  const entry = keys.get(key);
  return entry === undefined ? undefined : entryBytes(key, entry);
}
