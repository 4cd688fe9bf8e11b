import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** How a command ended. `output` is both streams in order of arrival, empty when they were inherited. */
export interface CommandResult {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly isTimedOut: boolean;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** After this many milliseconds the whole process group is ended; undefined waits for ever. */
  readonly limitMs?: number;
  /** `capture` keeps the output for the result, `inherit` shows it. */
  readonly show: "capture" | "inherit";
}

/** Runs a command to its end in a process group of its own, so that a limit ends everything it started. Never rejects on a failing exit. */
export async function runCommand(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program = "", ...rest] = argv;
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: options.environment ?? process.env,
    stdio: ["ignore", options.show === "capture" ? "pipe" : "inherit", options.show === "capture" ? "pipe" : "inherit"],
    detached: true,
  });
  const forget = endWithParent(child);
  let output = "";
  const collect = (data: Buffer): void => {
    output += data.toString();
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  let isTimedOut = false;
  const timer = options.limitMs === undefined ? undefined : setTimeout(() => {
    isTimedOut = true;
    void endGroup(child);
  }, options.limitMs);
  try {
    const [code, signal] = await once(child, "close");
    return { code: typeof code === "number" ? code : undefined, signal: signal ?? undefined, isTimedOut, output };
  } catch (error) {
    return { code: undefined, signal: undefined, isTimedOut, output: `${program}: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    clearTimeout(timer);
    forget();
    signalGroup(child, "SIGKILL");
  }
}

/** Ends a process group that was started with `detached`: asks, and after three seconds insists. Resolves when its leader is gone. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    signalGroup(child, "SIGTERM");
    const timer = setTimeout(() => signalGroup(child, "SIGKILL"), 3000);
    await gone;
    clearTimeout(timer);
  }
  signalGroup(child, "SIGKILL");
}

/** Ends the child's group when this process exits; the result undoes that. */
export function endWithParent(child: ChildProcess): () => void {
  const end = (): void => signalGroup(child, "SIGKILL");
  process.once("exit", end);
  return () => process.off("exit", end);
}

/** Kills a process that was started detached by someone else, at the latest (and first of all) when this process exits. The result kills it now. */
export function endAtExit(pid: number): () => void {
  const end = (): void => {
    process.off("exit", end);
    signalProcess(pid, "SIGKILL");
  };
  process.prependOnceListener("exit", end);
  return end;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) signalProcess(-child.pid, signal);
}

/** A negative id is a process group's. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ESRCH: it has ended already, which is what was wanted.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** The environment without what `npm run` adds, so that an npm started below does not take this checkout for its own. */
export function withoutNpm(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^npm_(package|lifecycle|command|node_execpath)|^npm_config_(local_prefix|prefix|node_gyp)$/.test(name)),
  );
}
