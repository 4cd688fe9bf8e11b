import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { RuntimeError } from "../core/runtimeError.ts";

/** A process of ours that outlives the one that started it. */
export interface Launched {
  readonly pid: number;
  /** The JSON line that it printed once it was ready. */
  readonly ready: Readonly<Record<string, string>>;
}

/** How long a bundle of ours may take until it says that it is ready, unless another limit is given, milliseconds. */
const START_LIMIT_MS = 30_000;

/**
 * Starts one of our bundles with this Node, in a session of its own, and waits for the JSON line by which it says that it is ready.
 * What it writes to standard error goes to the file `log` (mode 0600). Throws `internal` with what it said instead.
 */
export async function launchBundle(script: string, args: readonly string[], log: string, limitMs = START_LIMIT_MS): Promise<Launched> {
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const errors = openSync(log, "a", 0o600);
  // Under Electron the same binary is Node only with this variable. A pipe for errors would break, and take the process with it, when this one ends.
  const child = spawn(process.execPath, [script, ...args], { detached: true, stdio: ["ignore", "pipe", errors], env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } });
  closeSync(errors);
  const stdout: Readable | null = child.stdout;
  if (stdout === null) throw new RuntimeError("internal", `Starting ${script}: its output cannot be read.`);
  const line = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new RuntimeError("internal", `Starting ${script}: ${why}. ${readFileSync(log, "utf8").slice(-2000)}`.trim()));
    const timer = setTimeout(() => {
      child.kill();
      fail(`it said nothing for ${limitMs / 1000} s`);
    }, limitMs);
    createInterface({ input: stdout }).once("line", (text) => {
      clearTimeout(timer);
      resolve(text);
    });
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`it ended with exit code ${code ?? "none"}`);
    });
  }).finally(() => child.removeAllListeners("exit"));
  const ready = JSON.parse(line) as Record<string, string>;
  // Neither its end nor its pipe must keep this process, whatever became of it.
  stdout.destroy();
  child.unref();
  if (ready["error"] !== undefined) throw new RuntimeError("internal", `Starting ${basename(script)}: ${ready["error"]}`, { hint: ready["hint"] ?? "" });
  return { pid: child.pid ?? 0, ready };
}
