import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync, linkSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";
import { userFolder } from "../userFolders.ts";

/** Where runs are kept unless a setting or flag names another place. */
export function defaultStateRoot(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = environment["DR_RUNBOOK_STATE"];
  if (named !== undefined && named !== "") return named;
  return join(userFolder(environment, "XDG_STATE_HOME", ".local", "state"), "dr-runbook", "runs");
}

/** The files of one run. */
export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly journal: string;
  readonly kernelState: string;
  /** Where a drill's relative paths and `/tmp` go, and an incident's downloads. */
  readonly scratch: string;
  /** Gives the lock back. */
  release(): void;
}

/** Makes a new run's folder (mode 0700) and takes its lock. `mode` and time make the name readable; the suffix makes it unique. */
export function createRunFolder(root: string, mode: string, now: Date): RunFolder {
  const stamp = now.toISOString().replaceAll(/[-:]/g, "").replace(/\.\d+Z$/, "Z");
  const id = `${stamp}-${mode}-${randomBytes(3).toString("hex")}`;
  mkdirSync(join(root, id, "scratch"), { recursive: true, mode: 0o700 });
  return openRunFolder(root, id);
}

/** Takes the lock of an existing run. Throws `notFound`, or `runLocked` while another live process writes it. */
export function openRunFolder(root: string, id: string): RunFolder {
  const path = join(root, id);
  if (!existsSync(path)) throw new RuntimeError("notFound", `Opening run ${id}: there is no such folder under ${root}.`, { hint: "List the folder, or give the run's full name." });
  const lock = join(path, "lock");
  takeLock(lock, id);
  return {
    id, path, journal: join(path, "journal.jsonl"), kernelState: join(path, "kernel.json"), scratch: join(path, "scratch"),
    release: () => rmSync(lock, { force: true }),
  };
}

/** Runs under a root, oldest first. */
export function listRuns(root: string): readonly string[] {
  return existsSync(root) ? readdirSync(root).filter((name) => existsSync(join(root, name, "journal.jsonl"))).sort() : [];
}

function takeLock(lock: string, id: string): void {
  // A file that is linked into place has its content from the first moment; O_EXCL alone would show an empty lock for a moment.
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      if (tryLink(own, lock)) return;
      const owner = Number(readFileSync(lock, "utf8"));
      if (isAlive(owner)) throw new RuntimeError("runLocked", `Opening run ${id}: process ${owner} is writing it.`, { hint: "Attach to that run, or end that process first.", facts: { pid: String(owner) } });
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new RuntimeError("journalUnwritable", `Locking the run: ${messageOf(error)}.`, { hint: "Choose a state folder on a local disk.", cause: error });
  }
}

/** True while a process of this id runs. A zombie is dead: where process 1 reaps nothing, as in many containers, it stays for ever. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isZombie(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  // The state follows the name, which is in parentheses and may hold anything. Elsewhere than on Linux there is no such file.
  return existsSync(stat) && /\) Z [^)]*$/.test(readFileSync(stat, "utf8"));
}
