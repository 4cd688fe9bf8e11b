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
  write(facts: Omit<SnapshotFacts, "log"> & { readonly log: unknown }, data: Uint8Array): Uint8Array {
    const text = JSON.stringify(facts);
    if (this.#last?.text === text && this.#last.data === data) return this.#last.bytes;
    const json = Buffer.from(text);
    const head = Buffer.alloc(magic.length + 4);
    head.write(magic);
    head.writeUInt32LE(json.length, magic.length);
    this.#last = { text, data, bytes: Buffer.concat([head, json, data]) };
    return this.#last.bytes;
  }
}

function isFacts(value: unknown): value is SnapshotFacts {
  return typeof value === "object" && value !== null && "hostname" in value && "catalog" in value && "globals" in value && "log" in value && "replica" in value && "generalLog" in value && "accounts" in value && Array.isArray(value.globals);
}

/** Reads what `writeSnapshot` wrote. Throws on anything else. */
export function readSnapshot(bytes: Uint8Array): { readonly facts: SnapshotFacts; readonly data: Uint8Array } {
  const buffer = Buffer.from(bytes);
  if (buffer.toString("latin1", 0, magic.length) !== magic) throw new Error("SQL snapshot: not written by this engine");
  const length = buffer.readUInt32LE(magic.length);
  const start = magic.length + 4;
  const facts: unknown = JSON.parse(buffer.toString("utf8", start, start + length));
  if (!isFacts(facts)) throw new Error("SQL snapshot: its facts are incomplete");
  return { facts, data: new Uint8Array(buffer.subarray(start + length)) };
}
