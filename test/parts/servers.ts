import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Starts a server that writes to `log`, and waits for the line that says that it is ready. The server stays in this process' group, so that ending a stage of tests ends it as well. */
export async function launchServer(argv: readonly string[], log: string, ready: RegExp): Promise<{ child: ChildProcess; isReady: boolean }> {
  const output = openSync(log, "w");
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", output, output] });
  closeSync(output);
  child.once("error", (error) => writeFileSync(log, error.message, { flag: "a" }));
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const deadline = Date.now() + 60_000;
  while (isRunning(child) && Date.now() < deadline) {
    if (ready.test(readFileSync(log, "utf8"))) return { child, isReady: true };
    await delay(25);
  }
  await endServer(child);
  return { child, isReady: false };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Asks a server to end, and makes it where it does not within ten seconds. */
export async function endServer(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(timer);
}
