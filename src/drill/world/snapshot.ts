import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineChoice } from "../../core/protocol.ts";
import type { S3Snapshot } from "../s3/snapshot.ts";
import type { ControlPlace } from "./control.ts";
import type { SavedDns } from "./dns.ts";
import type { ActiveFault } from "./faults.ts";
import type { SavedSite } from "./site.ts";
import type { ClockLine } from "./worldClock.ts";

/** What a world needs to come back as it was after its process was killed: on the same ports, with the same data and time. */
export interface WorldSnapshot {
  readonly clock: ClockLine;
  readonly engines: EngineChoice;
  readonly ports: { readonly s3: number; readonly aws: number };
  readonly control: ControlPlace;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Bearer tokens by user. */
  readonly tokens: Readonly<Record<string, string>>;
  /** The clusters by their names. */
  readonly sites: Readonly<Record<string, SavedSite>>;
  /** Names of those whose contexts are in the kubeconfig. */
  readonly joined: readonly string[];
  readonly s3: S3Snapshot;
  readonly dns: SavedDns;
  readonly faults: readonly ActiveFault[];
}

/** Puts bytes into a file beside the snapshot, once, and gives the file's name. Nobody may change them afterwards. */
export type KeepBytes = (bytes: Uint8Array) => string;

const KEPT = /^snapshot-[0-9a-f]{64}\.bin$/u;

/**
 * A world's snapshot on disk: `snapshot.json`, and beside it, in files that are named by their hash, what is large and seldom changes.
 * Every change of the world writes the first, so it has to be small.
 */
export class SnapshotFolder {
  readonly #folder: string;
  readonly #names = new WeakMap<Uint8Array, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The snapshot; `undefined` for a new world. */
  read(): WorldSnapshot | undefined {
    const path = join(this.#folder, "snapshot.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as WorldSnapshot) : undefined;
  }

  /** What a file beside the snapshot holds. */
  bytesOf(name: string): Uint8Array {
    return readFileSync(join(this.#folder, name));
  }

  /** Writes the snapshot that `make` gives, whole or not at all (mode 0600: it holds the world's tokens). Throws when it cannot. */
  write(make: (keep: KeepBytes) => WorldSnapshot): void {
    const kept = new Set<string>();
    const snapshot = make((bytes) => {
      const name = this.#keep(bytes);
      kept.add(name);
      return name;
    });
    this.#replace("snapshot.json", JSON.stringify(snapshot));
    // Only now: until here, the snapshot before needed them.
    for (const name of readdirSync(this.#folder)) if (KEPT.test(name) && !kept.has(name)) rmSync(join(this.#folder, name));
  }

  #keep(bytes: Uint8Array): string {
    const name = this.#names.get(bytes) ?? `snapshot-${createHash("sha256").update(bytes).digest("hex")}.bin`;
    this.#names.set(bytes, name);
    // Looked for each time: the folder may have been deleted and made again.
    if (!existsSync(join(this.#folder, name))) this.#replace(name, bytes);
    return name;
  }

  #replace(name: string, content: string | Uint8Array): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
