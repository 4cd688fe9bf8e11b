import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { testCacheFolder } from "../lib/paths.ts";

/** An environment whose home lies in `folder`, without the person's cluster and cloud settings: what tests start knows nothing of them. */
export function isolatedEnvironment(folder: string): NodeJS.ProcessEnv {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => !/^(KUBECONFIG|AWS_|XDG_|DR_RUNBOOK_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: home, XDG_STATE_HOME: join(home, ".local/state"), XDG_CONFIG_HOME: join(home, ".config"), XDG_CACHE_HOME: testCacheFolder() };
}

/**
 * Ends every process whose environment or arguments name `mark` (a folder of ours): kernels and worlds outlive the window that started
 * them, by design. Linux only; elsewhere it does nothing.
 */
export function endMarkedProcesses(mark: string): void {
  if (process.platform !== "linux") return;
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (!readProcess(entry, "environ").includes(mark) && !readProcess(entry, "cmdline").includes(mark)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // ESRCH: it ended between the look and the signal.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}

/** The processes whose arguments match, among those whose environment or arguments name `mark`. */
export function markedProcesses(mark: string, pattern: RegExp): number[] {
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && pattern.test(readProcess(entry, "cmdline").replaceAll("\0", " ")))
    .filter((entry) => readProcess(entry, "environ").includes(mark) || readProcess(entry, "cmdline").includes(mark))
    .map(Number);
}

function readProcess(entry: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(join("/proc", entry, file), "utf8");
  } catch {
    // Another user's process, or one that has just ended: none of ours.
    return "";
  }
}
