import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { testCacheFolder } from "../../scripts/lib/paths.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What a drill of the command line came to. */
export interface Drilled {
  readonly code: number;
  readonly text: string;
  /** Its verdict. */
  readonly last: string;
  readonly seconds: number;
}

/** A drill of the command line that goes on. */
export interface Drilling {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly text: () => string;
  readonly done: Promise<Drilled>;
}

/** Rehearses a runbook from the command line, with a home of its own and nothing on the PATH. */
export async function drill(runbook: string, home: string, args: readonly string[] = [], environment: Record<string, string> = {}): Promise<Drilled> {
  return await startDrill(runbook, home, args, environment).done;
}

/** Rehearses a runbook while nobody does anything: fails if that passes. World time goes as fast as the machine can follow, since nothing has to be done in it. */
export async function assertIdlingFails(runbook: string, home: string, args: readonly string[] = []): Promise<void> {
  const { code, last, text } = await drill(runbook, home, [...args, "--idle", "--rate", "120"]);
  assert.match(last, /^FAIL not recovered, (?:no RTO|RTO [\d:]+) — .*The fault still stands: /u, text);
  assert.equal(code, 1);
}

/** As `drill`, for who has something to do meanwhile. */
export function startDrill(runbook: string, home: string, args: readonly string[] = [], environment: Record<string, string> = {}): Drilling {
  const began = performance.now();
  const child = spawn(process.execPath, [join(ROOT, "dist/cli.js"), "drill", runbook, "--unattended", "--state-root", join(home, "runs"), ...args], {
    env: { HOME: home, PATH: "", TMPDIR: home, XDG_CACHE_HOME: testCacheFolder(), ...environment }, stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const done = new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1))).then((code) => ({ code, text, last: text.trim().split("\n").at(-1) ?? "", seconds: (performance.now() - began) / 1000 }));
  return { process: child, text: () => text, done };
}
