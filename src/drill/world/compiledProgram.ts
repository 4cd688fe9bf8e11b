import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { messageOf } from "../../core/runtimeError.ts";

/** Programs of which it is kept: different installations and releases may be used by turns. */
const PROGRAMS_KEPT = 3;

/** Lets Node take what it loads from now on from `folder`, as it was compiled before, and put there what was not. `report` is told in a sentence why the folder is of no use. */
export function useCompiled(folder: string, report: (text: string) => void): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const now = new Date();
    utimesSync(folder, now, now);
    const { message } = enableCompileCache(folder);
    if (message !== undefined) throw new Error(message);
  } catch (error) {
    report(`Using the compiled program in ${folder}: ${messageOf(error)}. The world does without it.`);
  }
}

/** Writes what was compiled so far to the folder that `useCompiled` got, and removes those beside it that were of no use for longest. */
export function keepCompiled(folder: string): void {
  flushCompileCache();
  const programs = readdirSync(dirname(folder)).map((name) => join(dirname(folder), name)).map((path) => ({ path, usedAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const old of programs.sort((left, right) => right.usedAt - left.usedAt).slice(PROGRAMS_KEPT)) rmSync(old.path, { recursive: true, force: true });
}
