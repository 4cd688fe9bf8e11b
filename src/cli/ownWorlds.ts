import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { WorldState } from "../core/protocol.ts";

const PREFIX = "dr-world-";
/** A folder without a state is of a world that is over, unless it is only coming up, milliseconds. */
const STARTING_MS = 3_600_000;
/** A world that died may be taken up again with its drill; one that nobody touched for so long will not be, milliseconds. */
const ABANDONED_MS = 7 * 86_400_000;

/** How long a process that was killed may still be there, milliseconds. */
const DYING_MS = 2000;
const POLL_MS = 20;

/** What worlds of the command line need of the other layers. */
export interface WorldProcesses {
  /** Starts a world in a folder; resolves with the path of its state file. */
  start(folder: string): Promise<string>;
  /** Ends the world of a state file. */
  shutDown(statePath: string): Promise<void>;
  isAlive(pid: number): boolean;
}

/** Starts a world in a temporary folder of its own. What earlier worlds left there, because they were killed, is removed first. */
export async function startOwnWorld({ start, isAlive }: Pick<WorldProcesses, "start" | "isAlive">): Promise<string> {
  sweepWorlds(tmpdir(), isAlive, Date.now());
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  try {
    return await start(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Ends a world of `startOwnWorld`, which takes its folder with it. One that has died meanwhile has left that. */
export async function endOwnWorld(statePath: string, { isAlive, shutDown }: Pick<WorldProcesses, "isAlive" | "shutDown">): Promise<void> {
  const folder = dirname(statePath);
  const pid = ownerOf(folder);
  if (pid !== undefined && isAlive(pid)) {
    try {
      return await shutDown(statePath);
    } catch (error) {
      // It may have died while it was asked, and a process takes a moment to be gone.
      for (let left = DYING_MS; left > 0 && isAlive(pid); left -= POLL_MS) await delay(POLL_MS);
      if (isAlive(pid)) throw error;
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Removes the folders of this user's worlds that no process has and nobody can take up any more. */
export function sweepWorlds(parent: string, isAlive: (pid: number) => boolean, nowMs: number): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(parent, name);
    const { uid, mtimeMs } = lstatSync(folder, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === undefined || (process.getuid !== undefined && uid !== process.getuid())) continue;
    const pid = ownerOf(folder);
    const isOver = pid === undefined ? nowMs - mtimeMs > STARTING_MS : !isAlive(pid) && nowMs - mtimeMs > ABANDONED_MS;
    if (isOver) rmSync(folder, { recursive: true, force: true });
  }
}

/** The process of the world in a folder; `undefined` where no world has its state there, or is just writing it. */
function ownerOf(folder: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, "world.json"), "utf8")) as WorldState).pid;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    if (isMissing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
