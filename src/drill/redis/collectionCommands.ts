import type { CommandContext, CommandTable } from "./command.ts";
import { dropEmpty, valueOf, type RedisValue } from "./dataset.ts";
import { bulk, bulks, error, integer, OK, RedisRefusal, SYNTAX, wholeNumber, type RedisReply } from "./reply.ts";
import { floatOf, HASH_NOT_INTEGER } from "./stringCommands.ts";

type Collection = Exclude<RedisValue["type"], "string">;

const EMPTY: { readonly [Type in Collection]: () => Extract<RedisValue, { type: Type }> } = {
  hash: () => ({ type: "hash", fields: new Map() }),
  list: () => ({ type: "list", items: [] }),
  set: () => ({ type: "set", members: new Set() }),
  zset: () => ({ type: "zset", scores: new Map() }),
};

/** The collection of a key, made where there is none. */
function made<T extends Collection>({ keys, now }: CommandContext, key: string, type: T): Extract<RedisValue, { type: T }> {
  const found = valueOf(keys, key, type, now);
  if (found !== undefined) return found;
  const value = EMPTY[type]();
  keys.set(key, { value, expiresAt: undefined, usedAt: now });
  return value;
}

function fieldsOf({ keys, now }: CommandContext, key: string): ReadonlyMap<string, string> {
  return valueOf(keys, key, "hash", now)?.fields ?? new Map<string, string>();
}

function setFields(context: CommandContext, command: string, [key = "", ...pairs]: readonly string[]): number {
  if (pairs.length % 2 === 1) throw new RedisRefusal(`ERR wrong number of arguments for '${command}' command`);
  const { fields } = made(context, key, "hash");
  const before = fields.size;
  for (let at = 0; at < pairs.length; at += 2) fields.set(pairs[at] ?? "", pairs[at + 1] ?? "");
  return fields.size - before;
}

/** Removes items by `drop` (true where there was one) and the key with its last one. */
function removing({ keys }: CommandContext, key: string, items: readonly string[], drop: (item: string) => boolean): RedisReply {
  const count = items.filter(drop).length;
  dropEmpty(keys, key);
  return integer(count);
}

const HASHES: CommandTable = {
  hset: { arity: -4, isWrite: true, run: (context, args) => integer(setFields(context, "hset", args)) },
  hmset: { arity: -4, isWrite: true, run: (context, args) => (setFields(context, "hmset", args), OK) },
  hget: { arity: 3, run: (context, [key = "", field = ""]) => bulk(fieldsOf(context, key).get(field)) },
  hmget: { arity: -3, run: (context, [key = "", ...fields]) => bulks(fields.map((field) => fieldsOf(context, key).get(field))) },
  hgetall: { arity: 2, run: (context, [key = ""]) => bulks([...fieldsOf(context, key)].flat()) },
  hkeys: { arity: 2, run: (context, [key = ""]) => bulks([...fieldsOf(context, key).keys()]) },
  hvals: { arity: 2, run: (context, [key = ""]) => bulks([...fieldsOf(context, key).values()]) },
  hlen: { arity: 2, run: (context, [key = ""]) => integer(fieldsOf(context, key).size) },
  hexists: { arity: 3, run: (context, [key = "", field = ""]) => integer(fieldsOf(context, key).has(field) ? 1 : 0) },
  hdel: { arity: -3, isWrite: true, run: (context, [key = "", ...fields]) => { const hash = valueOf(context.keys, key, "hash", context.now); return removing(context, key, fields, (field) => hash?.fields.delete(field) === true); } },
  hincrby: {
    arity: 4, isWrite: true,
    run: (context, [key = "", field = "", by]) => {
      const step = wholeNumber(by);
      const value = wholeNumber(fieldsOf(context, key).get(field) ?? "0", HASH_NOT_INTEGER) + step;
      made(context, key, "hash").fields.set(field, String(value));
      return integer(value);
    },
  },
};

function itemsOf({ keys, now }: CommandContext, key: string): readonly string[] {
  return valueOf(keys, key, "list", now)?.items ?? [];
}

function slice<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const at = (index: number): number => (index < 0 ? Math.max(0, items.length + index) : index);
  return to < 0 && items.length + to < 0 ? [] : items.slice(at(from), at(to) + 1);
}

function pop(context: CommandContext, [key = "", count]: readonly string[], isLeft: boolean): RedisReply {
  const list = valueOf(context.keys, key, "list", context.now);
  if (list === undefined) return { kind: "nil" };
  const wanted = count === undefined ? 1 : wholeNumber(count, "ERR value is out of range, must be positive");
  const taken = isLeft ? list.items.splice(0, wanted) : list.items.splice(Math.max(0, list.items.length - wanted)).reverse();
  dropEmpty(context.keys, key);
  return count === undefined ? bulk(taken[0]) : bulks(taken);
}

const LISTS: CommandTable = {
  lpush: { arity: -3, isWrite: true, run: (context, [key = "", ...items]) => integer(made(context, key, "list").items.unshift(...items.reverse())) },
  rpush: { arity: -3, isWrite: true, run: (context, [key = "", ...items]) => integer(made(context, key, "list").items.push(...items)) },
  lpop: { arity: -2, isWrite: true, run: (context, args) => pop(context, args, true) },
  rpop: { arity: -2, isWrite: true, run: (context, args) => pop(context, args, false) },
  llen: { arity: 2, run: (context, [key = ""]) => integer(itemsOf(context, key).length) },
  lrange: { arity: 4, run: (context, [key = "", from, to]) => { const [start, end] = [wholeNumber(from), wholeNumber(to)]; return bulks(slice(itemsOf(context, key), start, end)); } },
  lindex: { arity: 3, run: (context, [key = "", at]) => bulk(itemsOf(context, key).at(wholeNumber(at))) },
  ltrim: {
    arity: 4, isWrite: true,
    run: (context, [key = "", from, to]) => {
      const list = valueOf(context.keys, key, "list", context.now);
      const [start, end] = [wholeNumber(from), wholeNumber(to)];
      if (list !== undefined) list.items = [...slice(list.items, start, end)];
      dropEmpty(context.keys, key);
      return OK;
    },
  },
};

function membersOf({ keys, now }: CommandContext, key: string): ReadonlySet<string> {
  return valueOf(keys, key, "set", now)?.members ?? new Set<string>();
}

const SETS: CommandTable = {
  sadd: { arity: -3, isWrite: true, run: (context, [key = "", ...members]) => { const set = made(context, key, "set").members; const before = set.size; for (const member of members) set.add(member); return integer(set.size - before); } },
  srem: { arity: -3, isWrite: true, run: (context, [key = "", ...members]) => { const set = valueOf(context.keys, key, "set", context.now); return removing(context, key, members, (member) => set?.members.delete(member) === true); } },
  smembers: { arity: 2, run: (context, [key = ""]) => bulks([...membersOf(context, key)]) },
  scard: { arity: 2, run: (context, [key = ""]) => integer(membersOf(context, key).size) },
  sismember: { arity: 3, run: (context, [key = "", member = ""]) => integer(membersOf(context, key).has(member) ? 1 : 0) },
};

function ranked({ keys, now }: CommandContext, key: string): readonly (readonly [string, number])[] {
  const scores = valueOf(keys, key, "zset", now)?.scores ?? new Map<string, number>();
  return [...scores].sort((left, right) => left[1] - right[1] || (left[0] < right[0] ? -1 : 1));
}

const SORTED_SETS: CommandTable = {
  zadd: {
    arity: -4, isWrite: true,
    run: (context, [key = "", ...pairs]) => {
      if (pairs.length % 2 === 1) return error(SYNTAX);
      const scores = pairs.flatMap((text, index) => (index % 2 === 0 ? [floatOf(text)] : []));
      const set = made(context, key, "zset").scores;
      const before = set.size;
      for (const [index, score] of scores.entries()) set.set(pairs[index * 2 + 1] ?? "", score);
      return integer(set.size - before);
    },
  },
  zrange: {
    arity: -4,
    run: (context, [key = "", from, to, option]) => {
      if (option !== undefined && option.toLowerCase() !== "withscores") return error(SYNTAX);
      const chosen = slice(ranked(context, key), wholeNumber(from), wholeNumber(to));
      return bulks(chosen.flatMap(([member, score]) => (option === undefined ? [member] : [member, String(score)])));
    },
  },
  zscore: { arity: 3, run: (context, [key = "", member]) => bulk(ranked(context, key).find(([name]) => name === member)?.[1].toString()) },
  zcard: { arity: 2, run: (context, [key = ""]) => integer(ranked(context, key).length) },
  zrem: { arity: -3, isWrite: true, run: (context, [key = "", ...members]) => { const set = valueOf(context.keys, key, "zset", context.now); return removing(context, key, members, (member) => set?.scores.delete(member) === true); } },
};

/** Commands on hashes, lists, sets and sorted sets. */
export const COLLECTION_COMMANDS: CommandTable = { ...HASHES, ...LISTS, ...SETS, ...SORTED_SETS };
