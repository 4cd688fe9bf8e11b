import { RedisRefusal, WRONG_TYPE } from "./reply.ts";

/** What a key holds. Insertion order is the order in which it is listed. */
export type RedisValue =
  | { readonly type: "string"; text: string }
  | { readonly type: "hash"; readonly fields: Map<string, string> }
  | { readonly type: "list"; items: string[] }
  | { readonly type: "set"; readonly members: Set<string> }
  | { readonly type: "zset"; readonly scores: Map<string, number> };

/** One key. */
export interface Entry {
  value: RedisValue;
  /** World epoch milliseconds; `undefined` never. */
  expiresAt: number | undefined;
  usedAt: number;
}

/** A dataset as JSON: what an RDB file holds. */
export type SavedDataset = readonly { readonly db: number; readonly key: string; readonly type: RedisValue["type"]; readonly value: unknown; readonly expiresAt: number | null }[];

/** How many databases `SELECT` chooses among. */
export const DATABASES = 16;
/** What a server without keys uses, bytes. */
export const STARTUP_BYTES = 876_248;
const KEY_OVERHEAD_BYTES = 72;
const ITEM_OVERHEAD_BYTES = 24;

/** All keys of one server. Keys expire by world time, as soon as somebody looks. */
export class Dataset {
  readonly #databases: readonly Map<string, Entry>[] = Array.from({ length: DATABASES }, () => new Map<string, Entry>());
  /** Keys that expired since the start. */
  expired = 0;

  /** The live keys of a database. */
  database(index: number, now: number): Map<string, Entry> {
    const database = this.#databases[index] ?? new Map<string, Entry>();
    for (const [key, { expiresAt }] of database) {
      if (expiresAt === undefined || expiresAt > now) continue;
      database.delete(key);
      this.expired += 1;
    }
    return database;
  }

  /** Number of keys, of those that will expire, and their mean time to live in milliseconds, of each database that has any. */
  keyspace(now: number): readonly { readonly index: number; readonly keys: number; readonly expires: number; readonly averageTtl: number }[] {
    return this.#databases.flatMap((_each, index) => {
      const entries = [...this.database(index, now).values()];
      const ttls = entries.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt - now]));
      const averageTtl = ttls.length === 0 ? 0 : Math.round(ttls.reduce((sum, ttl) => sum + ttl, 0) / ttls.length);
      return entries.length === 0 ? [] : [{ index, keys: entries.length, expires: ttls.length, averageTtl }];
    });
  }

  clear(): void {
    for (const database of this.#databases) database.clear();
  }

  /** Bytes of every key, as `used_memory` would count them beside the server itself. */
  bytes(): number {
    return this.#databases.reduce((sum, database) => sum + [...database].reduce((part, [key, entry]) => part + entryBytes(key, entry), 0), 0);
  }

  /** Every key with its database, for eviction. */
  everyEntry(): readonly { readonly database: Map<string, Entry>; readonly key: string; readonly entry: Entry }[] {
    return this.#databases.flatMap((database) => [...database].map(([key, entry]) => ({ database, key, entry })));
  }

  save(): SavedDataset {
    return this.#databases.flatMap((database, db) => [...database].map(([key, { value, expiresAt }]) => ({ db, key, type: value.type, value: plainValue(value), expiresAt: expiresAt ?? null })));
  }

  /** Replaces everything by what was saved. */
  load(saved: SavedDataset, now: number): void {
    this.clear();
    for (const { db, key, type, value, expiresAt } of saved) this.#databases[db]?.set(key, { value: readValue(type, value), expiresAt: expiresAt ?? undefined, usedAt: now });
  }
}

/** Estimated bytes of one key. */
export function entryBytes(key: string, { value }: Pick<Entry, "value">): number {
  const size = (text: string): number => Buffer.byteLength(text);
  const items = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + size(text) + ITEM_OVERHEAD_BYTES, 0);
  switch (value.type) {
    case "string":
      return KEY_OVERHEAD_BYTES + size(key) + size(value.text);
    case "hash":
      return KEY_OVERHEAD_BYTES + size(key) + items([...value.fields].flat());
    case "list":
      return KEY_OVERHEAD_BYTES + size(key) + items(value.items);
    case "set":
      return KEY_OVERHEAD_BYTES + size(key) + items([...value.members]);
    case "zset":
      return KEY_OVERHEAD_BYTES + size(key) + items([...value.scores.keys()]) + value.scores.size * 8;
  }
}

/** The value of a key where it has that type; `undefined` where there is no key. Throws for another type. */
export function valueOf<T extends RedisValue["type"]>(database: ReadonlyMap<string, Entry>, key: string, type: T, now: number): Extract<RedisValue, { type: T }> | undefined {
  const entry = database.get(key);
  if (entry === undefined) return undefined;
  entry.usedAt = now;
  if (!hasType(entry.value, type)) throw new RedisRefusal(WRONG_TYPE);
  return entry.value;
}

function hasType<T extends RedisValue["type"]>(value: RedisValue, type: T): value is Extract<RedisValue, { type: T }> {
  return value.type === type;
}

/** Takes away a key whose collection has become empty. */
export function dropEmpty(database: Map<string, Entry>, key: string): void {
  const value = database.get(key)?.value;
  if (value !== undefined && sizeOf(value) === 0) database.delete(key);
}

/** How many items a collection has; a string counts as one. */
export function sizeOf(value: RedisValue): number {
  switch (value.type) {
    case "string":
      return 1;
    case "hash":
      return value.fields.size;
    case "list":
      return value.items.length;
    case "set":
      return value.members.size;
    case "zset":
      return value.scores.size;
  }
}

function plainValue(value: RedisValue): unknown {
  switch (value.type) {
    case "string":
      return value.text;
    case "hash":
      return [...value.fields];
    case "list":
      return [...value.items];
    case "set":
      return [...value.members];
    case "zset":
      return [...value.scores];
  }
}

function readValue(type: RedisValue["type"], saved: unknown): RedisValue {
  const items: readonly unknown[] = Array.isArray(saved) ? saved : [];
  const pairs = items.map((pair): readonly [unknown, unknown] => (Array.isArray(pair) ? [pair[0], pair[1]] : [pair, undefined]));
  switch (type) {
    case "string":
      return { type, text: String(saved) };
    case "hash":
      return { type, fields: new Map(pairs.map(([field, text]) => [String(field), String(text)])) };
    case "list":
      return { type, items: items.map(String) };
    case "set":
      return { type, members: new Set(items.map(String)) };
    case "zset":
      return { type, scores: new Map(pairs.map(([member, score]) => [String(member), Number(score)])) };
  }
}

/** A copy of a value. */
export function copyValue(value: RedisValue): RedisValue {
  return readValue(value.type, plainValue(value));
}
