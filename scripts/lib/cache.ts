import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Gives `folder`, making it first when it is missing: `make` fills a scratch folder that is then renamed, so a folder that exists is
 * always complete. Only one process makes it; others wait, up to `limitMs`. Rejects with what `make` rejected with.
 */
export async function cached(folder: string, make: (scratch: string) => Promise<void>, limitMs = 600_000): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`, limitMs);
  const scratch = `${folder}.making`;
  try {
    if (existsSync(folder)) return folder;
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    await make(scratch);
    renameSync(scratch, folder);
    return folder;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    release();
  }
}

/** Takes a lock folder; one whose owner is gone is taken over. */
async function lock(path: string, limitMs: number): Promise<() => void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, "pid"), String(process.pid));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (!isOwned(path)) rmSync(path, { recursive: true, force: true });
    else if (Date.now() > deadline) throw new Error(`${path}: another process has held this lock for ${limitMs / 1000} s. End it, or remove the folder.`);
    else await delay(500);
  }
}

function isOwned(path: string): boolean {
  let pid: number;
  try {
    pid = Number(readFileSync(join(path, "pid"), "utf8"));
  } catch {
    // Its owner is between making the folder and writing its id, or just released it: look again.
    return true;
  }
  try {
    return pid === 0 || process.kill(pid, 0);
  } catch {
    return false;
  }
}
