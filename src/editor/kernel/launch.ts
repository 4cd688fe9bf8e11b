import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { RuntimeError } from "../../core/runtimeError.ts";

const START_LIMIT_MS = 30_000;
const STDERR_LIMIT = 4000;

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
      const { pid, line } = await startDetached("The kernel", argv, "socket");
      return { pid, socket: line };
    },
    startWorld: async (description, folder) => {
      const argv = [join(distFolder, "world.js"), "--world", description, "--state", folder, "--rate", "1"];
      const { pid, line } = await startDetached("The drill world", argv, "state");
      return { pid, statePath: line };
    },
  };
}

/** Starts a process that outlives this one, and waits for the line of JSON in which it says where it is. */
function startDetached(name: string, argv: readonly string[], field: string): Promise<{ pid: number; line: string }> {
  return new Promise((resolve, reject) => {
    // Under Electron the same binary is Node only with this variable.
    const child = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } });
    let stderr = "";
    const fail = (fact: string): void => {
      settle();
      reject(new RuntimeError("internal", `${name} did not start: ${fact}${stderr === "" ? "" : `\n${stderr.trim()}`}`, { hint: "See the extension log." }));
    };
    const timer = setTimeout(() => {
      child.kill();
      fail(`it said nothing for ${START_LIMIT_MS / 1000} s.`);
    }, START_LIMIT_MS);
    const lines = createInterface({ input: child.stdout });
    const settle = (): void => {
      clearTimeout(timer);
      lines.close();
      child.removeAllListeners("exit");
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_LIMIT);
    });
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
