import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { RuntimeError } from "../../core/runtimeError.ts";

const START_LIMIT_MS = 30_000;
const LOG_LIMIT = 4000;

/** How the kernel and the world are started; the only place that knows their command lines. */
export interface Launcher {
  /** Starts a kernel that keeps its runs under `stateRoot`, or takes up the run `resume` there; resolves with its socket once it listens. */
  startKernel(stateRoot: string, resume?: string): Promise<{ readonly pid: number; readonly socket: string }>;
  /** Starts a rehearsal world from its description; resolves with the path of its `WorldState` once it is up. */
  startWorld(description: string, folder: string): Promise<{ readonly pid: number; readonly statePath: string }>;
}

/** Launches `dist/kernel.js` and `dist/world.js` beside this bundle with the extension host's own Node. */
export function createLauncher(distFolder: string): Launcher {
  return {
    startKernel: async (stateRoot, resume) => {
      const argv = [join(distFolder, "kernel.js"), "--run-root", stateRoot, ...(resume === undefined ? [] : ["--resume", resume])];
      const { pid, line } = await startDetached("The kernel", argv, "socket", join(stateRoot, "logs", `kernel-${Date.now()}.log`));
      return { pid, socket: line };
    },
    startWorld: async (description, folder) => {
      const argv = [join(distFolder, "world.js"), "--world", description, "--state", folder, "--rate", "1"];
      const { pid, line } = await startDetached("The drill world", argv, "state", join(folder, "world.log"));
      return { pid, statePath: line };
    },
  };
}

/**
 * Starts a process that outlives this one, and waits for the line of JSON in which it says where it is. What it writes to standard
 * error goes to `log`: a pipe would break, and take the process with it, when this one ends.
 */
function startDetached(name: string, argv: readonly string[], field: string, log: string): Promise<{ pid: number; line: string }> {
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const logFile = openSync(log, "a", 0o600);
  return new Promise((resolve, reject) => {
    // Under Electron the same binary is Node only with this variable.
    const child = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", "pipe", logFile], env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } });
    closeSync(logFile);
    const { stdout } = child;
    if (stdout === null) throw new RuntimeError("internal", `${name} did not start: it has no standard output.`);
    const fail = (fact: string): void => {
      settle();
      const written = readFileSync(log, "utf8").slice(-LOG_LIMIT).trim();
      reject(new RuntimeError("internal", `${name} did not start: ${fact}${written === "" ? "" : `\n${written}`}`, { hint: `Its log is ${log}` }));
    };
    const timer = setTimeout(() => {
      child.kill();
      fail(`it said nothing for ${START_LIMIT_MS / 1000} s.`);
    }, START_LIMIT_MS);
    const lines = createInterface({ input: stdout });
    const settle = (): void => {
      clearTimeout(timer);
      lines.close();
      child.removeAllListeners("exit");
      stdout.destroy();
      child.unref();
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`it ended at once (${signal ?? `exit code ${code}`}).`));
    lines.on("line", (text) => {
      const failure = readField(text, "error");
      if (failure !== undefined) fail(failure);
      const value = readField(text, field);
      if (value === undefined || child.pid === undefined) return;
      settle();
      resolve({ pid: child.pid, line: value });
    });
  });
}

/** A text field of a line of JSON; `undefined` for another line. */
function readField(line: string, field: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([key]) => key === field)?.[1];
  return typeof found === "string" ? found : undefined;
}
