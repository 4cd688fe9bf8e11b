import type { Account } from "./accounts.ts";
import type { LogEvent } from "./binaryLog.ts";
import type { Catalog } from "./catalog.ts";
import type { GeneralLogEntry } from "./generalLog.ts";
import type { ReplicaState } from "./replication.ts";

/** A server's state besides SQLite's bytes. */
export interface SnapshotFacts {
  /** Whose data it is: another server that loads it is a copy, and follows nobody yet. */
  readonly hostname: string;
  readonly catalog: Catalog;
  readonly globals: readonly (readonly [string, string | number])[];
  readonly log: { readonly end: number; readonly events: readonly LogEvent[] } | null;
  readonly replica: ReplicaState | null;
  readonly generalLog: readonly GeneralLogEntry[];
  readonly accounts: readonly Account[];
}

const magic = "DRSQL1\n";

/** Writes a server's snapshots, one file each: a mark, the length of the JSON, the JSON, SQLite's bytes. */
export class SnapshotWriter {
  #last: { readonly text: string; readonly data: Uint8Array; readonly bytes: Uint8Array } | undefined;

  /** The same array as the last time where facts and data are the same. */
  write(facts: SnapshotFacts, data: Uint8Array): Uint8Array {
    const text = JSON.stringify(facts);
    if (this.#last?.text === text && this.#last.data === data) return this.#last.bytes;
    this.#last = { text, data, bytes: join(text, data) };
    return this.#last.bytes;
  }
}

function isFacts(value: unknown): value is SnapshotFacts {
  return typeof value === "object" && value !== null && "hostname" in value && "catalog" in value && "globals" in value && "log" in value && "replica" in value && "generalLog" in value && "accounts" in value && Array.isArray(value.globals);
}

/** Reads what `SnapshotWriter` wrote. Throws on anything else. */
export function readSnapshot(bytes: Uint8Array): { readonly facts: SnapshotFacts; readonly data: Uint8Array } {
  const { text, data } = split(bytes);
  const facts: unknown = JSON.parse(text);
  if (!isFacts(facts)) throw new Error("SQL snapshot: its facts are incomplete");
  return { facts, data };
}

/** What scripts have made of a server: its schema, and how they stand in its binary log. */
interface Contents {
  readonly catalog: Catalog;
  readonly log: SnapshotFacts["log"];
}

/** Schema, binary log and rows, with 0 for each time at which something was created or logged: the same whenever they were made. */
export function writeContents({ catalog, log }: Contents, data: Uint8Array): Uint8Array {
  return join(JSON.stringify({ catalog, log: loggedAt(log, 0) }, (key, value: unknown) => (isCreation(key, value) ? 0 : value)), data);
}

/** Reads what `writeContents` wrote, as created and logged at `nowMs`. Throws on anything else. */
export function readContents(bytes: Uint8Array, nowMs: number): Contents & { readonly data: Uint8Array } {
  const { text, data } = split(bytes);
  const { catalog, log } = JSON.parse(text, (key, value: unknown) => (isCreation(key, value) ? nowMs : value)) as Contents;
  return { catalog, log: loggedAt(log, nowMs), data };
}

function loggedAt(log: Contents["log"], atMs: number): Contents["log"] {
  return log === null ? null : { end: log.end, events: log.events.map((event) => ({ ...event, at: atMs, statements: event.statements.map((statement) => ({ ...statement, now: atMs })) })) };
}

/** A table may have that name, but is no number. */
function isCreation(key: string, value: unknown): boolean {
  return key === "createdAt" && typeof value === "number";
}

function join(text: string, data: Uint8Array): Uint8Array {
  const json = Buffer.from(text);
  const head = Buffer.alloc(magic.length + 4);
  head.write(magic);
  head.writeUInt32LE(json.length, magic.length);
  return Buffer.concat([head, json, data]);
}

function split(bytes: Uint8Array): { readonly text: string; readonly data: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString("latin1", 0, magic.length) !== magic) throw new Error("SQL snapshot: not written by this engine");
  const length = buffer.readUInt32LE(magic.length);
  const start = magic.length + 4;
  return { text: buffer.toString("utf8", start, start + length), data: bytes.subarray(start + length) };
}
