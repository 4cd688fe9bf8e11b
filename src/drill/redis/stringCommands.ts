import type { CommandContext, CommandTable } from "./command.ts";
import { valueOf } from "./dataset.ts";
import { array, bulk, error, integer, NOT_FLOAT, NOT_INTEGER, OK, RedisRefusal, SYNTAX, wholeNumber, type RedisReply } from "./reply.ts";

/** The text of a key; `undefined` without one. Throws for another type. */
function textAt({ keys, now }: CommandContext, key: string): string | undefined {
  return valueOf(keys, key, "string", now)?.text;
}

function put({ keys, now }: CommandContext, key: string, text: string, expiresAt: number | undefined): void {
  keys.set(key, { value: { type: "string", text }, expiresAt, usedAt: now });
}

interface SetOptions {
  expiresAt: number | undefined;
  isKeeping: boolean;
  condition: "nx" | "xx" | undefined;
  isGetting: boolean;
}

function setOptions(context: CommandContext, words: readonly string[]): SetOptions {
  const options: SetOptions = { expiresAt: undefined, isKeeping: false, condition: undefined, isGetting: false };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]?.toLowerCase() ?? "";
    const isTimed = options.expiresAt !== undefined || options.isKeeping;
    if (word === "get") options.isGetting = true;
    else if ((word === "nx" || word === "xx") && (options.condition ?? word) === word) options.condition = word;
    else if (word === "keepttl" && !isTimed) options.isKeeping = true;
    else if (["ex", "px", "exat", "pxat"].includes(word) && !isTimed && at + 1 < words.length) options.expiresAt = expiry(context, word, words[(at += 1)], "set");
    else throw new RedisRefusal(SYNTAX);
  }
  return options;
}

function expiry({ now }: CommandContext, unit: string, amount: string | undefined, command: string): number {
  const number = wholeNumber(amount);
  if (number <= 0) throw new RedisRefusal(`ERR invalid expire time in '${command}' command`);
  return number * (unit.startsWith("e") ? 1000 : 1) + (unit.endsWith("at") ? 0 : now);
}

function set(context: CommandContext, [key = "", text = "", ...words]: readonly string[]): RedisReply {
  const options = setOptions(context, words);
  const before = options.isGetting ? textAt(context, key) : undefined;
  const isThere = context.keys.has(key);
  const isRefused = options.condition === "nx" ? isThere : options.condition === "xx" && !isThere;
  if (!isRefused) put(context, key, text, options.isKeeping ? context.keys.get(key)?.expiresAt : options.expiresAt);
  if (options.isGetting) return bulk(before);
  return isRefused ? { kind: "nil" } : OK;
}

function add(context: CommandContext, key: string, by: number): RedisReply {
  const before = textAt(context, key);
  const value = wholeNumber(before ?? "0") + by;
  if (!Number.isSafeInteger(value)) return error("ERR increment or decrement would overflow");
  put(context, key, String(value), context.keys.get(key)?.expiresAt);
  return integer(value);
}

function setMany(context: CommandContext, args: readonly string[], isNew: boolean): RedisReply {
  if (args.length % 2 === 1) return error(`ERR wrong number of arguments for '${isNew ? "msetnx" : "mset"}' command`);
  const names = args.filter((_each, index) => index % 2 === 0);
  if (isNew && names.some((name) => context.keys.has(name))) return integer(0);
  for (let at = 0; at < args.length; at += 2) put(context, args[at] ?? "", args[at + 1] ?? "", undefined);
  return isNew ? integer(1) : OK;
}

function range(text: string, from: number, to: number): string {
  const bytes = Buffer.from(text);
  const at = (index: number): number => (index < 0 ? Math.max(0, bytes.length + index) : index);
  return bytes.subarray(at(from), at(to) + 1).toString();
}

/** Commands on texts. */
export const STRING_COMMANDS: CommandTable = {
  get: { arity: 2, run: (context, [key = ""]) => bulk(textAt(context, key)) },
  set: { arity: -3, isWrite: true, run: set },
  setnx: { arity: 3, isWrite: true, run: (context, [key = "", text = ""]) => integer(set(context, [key, text, "nx"]).kind === "nil" ? 0 : 1) },
  setex: { arity: 4, isWrite: true, run: (context, [key = "", amount, text = ""]) => (put(context, key, text, expiry(context, "ex", amount, "setex")), OK) },
  psetex: { arity: 4, isWrite: true, run: (context, [key = "", amount, text = ""]) => (put(context, key, text, expiry(context, "px", amount, "psetex")), OK) },
  getset: { arity: 3, isWrite: true, run: (context, [key = "", text = ""]) => set(context, [key, text, "get"]) },
  getdel: {
    arity: 2, isWrite: true,
    run: (context, [key = ""]) => {
      const text = textAt(context, key);
      context.keys.delete(key);
      return bulk(text);
    },
  },
  mget: { arity: -2, run: (context, args) => array(args.map((key) => { const entry = context.keys.get(key); return bulk(entry?.value.type === "string" ? entry.value.text : undefined); })) },
  mset: { arity: -3, isWrite: true, run: (context, args) => setMany(context, args, false) },
  msetnx: { arity: -3, isWrite: true, run: (context, args) => setMany(context, args, true) },
  append: {
    arity: 3, isWrite: true,
    run: (context, [key = "", more = ""]) => {
      const text = `${textAt(context, key) ?? ""}${more}`;
      put(context, key, text, context.keys.get(key)?.expiresAt);
      return integer(Buffer.byteLength(text));
    },
  },
  strlen: { arity: 2, run: (context, [key = ""]) => integer(Buffer.byteLength(textAt(context, key) ?? "")) },
  getrange: { arity: 4, run: (context, [key = "", from, to]) => bulk(range(textAt(context, key) ?? "", wholeNumber(from), wholeNumber(to))) },
  incr: { arity: 2, isWrite: true, run: (context, [key = ""]) => add(context, key, 1) },
  decr: { arity: 2, isWrite: true, run: (context, [key = ""]) => add(context, key, -1) },
  incrby: { arity: 3, isWrite: true, run: (context, [key = "", by]) => add(context, key, wholeNumber(by)) },
  decrby: { arity: 3, isWrite: true, run: (context, [key = "", by]) => add(context, key, -wholeNumber(by)) },
  incrbyfloat: {
    arity: 3, isWrite: true,
    run: (context, [key = "", by = ""]) => {
      const sum = floatOf(textAt(context, key) ?? "0") + floatOf(by);
      put(context, key, String(sum), context.keys.get(key)?.expiresAt);
      return bulk(String(sum));
    },
  },
};

/** Reads a float. Throws Redis' refusal. */
export function floatOf(text: string | undefined): number {
  const number = /^[+-]?inf(?:inity)?$/iu.test(text ?? "") ? (text?.startsWith("-") === true ? -Infinity : Infinity) : Number(text?.trim() === "" ? Number.NaN : text);
  if (Number.isNaN(number)) throw new RedisRefusal(NOT_FLOAT);
  return number;
}

/** The refusal of a hash's number. */
export const HASH_NOT_INTEGER = NOT_INTEGER.replace("value is not an integer or out of range", "hash value is not an integer");
