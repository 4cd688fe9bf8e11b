import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { S3Snapshot } from "../s3/snapshot.ts";
import type { ControlPlace } from "./control.ts";
import type { SavedDns } from "./dns.ts";
import type { ActiveFault } from "./faults.ts";
import type { SavedSite } from "./site.ts";
import type { ClockLine } from "./worldClock.ts";

/** What a world needs to come back as it was after its process was killed: on the same ports, with the same data and time. */
export interface WorldSnapshot {
  readonly clock: ClockLine;
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

/** Reads the snapshot in a world's folder; `undefined` for a new world. */
export function readSnapshot(folder: string): WorldSnapshot | undefined {
  const path = join(folder, "snapshot.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as WorldSnapshot) : undefined;
}

/** Writes a snapshot whole or not at all (mode 0600: it holds the world's tokens). */
export function writeSnapshot(folder: string, snapshot: WorldSnapshot): void {
  const path = join(folder, "snapshot.json");
  writeFileSync(`${path}.new`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
