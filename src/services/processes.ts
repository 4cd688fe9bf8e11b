import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { access, constants, stat } from "node:fs/promises";
import { constants as osConstants } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { ByteSink, ByteStream, ProcessPort } from "../core/ports.ts";
import { RuntimeError, messageOf } from "../core/runtimeError.ts";

/** Real milliseconds between the gentle and the firm end of a process group. */
const GRACE_MS = 5000;

/** Runs real binaries found on `path` (as in `PATH`); `cwd` is their working folder. */
export function createProcesses(options: { readonly path: string; readonly cwd: string }): ProcessPort {
  const find = (name: string): Promise<string | undefined> => findOnPath(name, options.path);
  return {
    find,
    run: async (argv, io, environment, signal) => {
      signal.throwIfAborted();
      const [name = "", ...args] = argv;
      const binary = await find(name);
      if (binary === undefined) throw new RuntimeError("missingBinary", `Running ${name}: no such binary on the PATH`, { hint: `Install ${name}, or put it on the PATH.`, facts: { name } });
      // A group of its own, so that what the tool starts ends with it.
      const child = spawn(binary, args, { cwd: options.cwd, env: { ...environment }, detached: true, stdio: [io.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
      return supervise(child, name, io, signal);
    },
  };
}

async function supervise(child: ChildProcess, name: string, io: { readonly stdin: ByteStream | undefined; readonly stdout: ByteSink; readonly stderr: ByteSink }, signal: AbortSignal): Promise<number> {
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => reject(new RuntimeError("internal", `Running ${name}: ${messageOf(cause)}`, { cause })));
    child.once("exit", (code, signalName) => resolve(code ?? 128 + (signalName === null ? 0 : osConstants.signals[signalName])));
  });
  const stop = endOnAbort(child, signal);
  try {
    const feeding = io.stdin === undefined || child.stdin === null ? Promise.resolve() : feed(io.stdin, child.stdin, ended);
    const outputs = [drain(child.stdout, io.stdout), drain(child.stderr, io.stderr)].map((draining) =>
      draining.catch((error: unknown) => {
        killGroup(child, "SIGPIPE");
        throw error;
      }),
    );
    const results = await Promise.allSettled([ended, feeding, ...outputs]);
    signal.throwIfAborted();
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return await ended;
  } finally {
    stop();
  }
}

/** Copies input until the process ends or closes it: a tool that reads only its first lines is no failure. */
async function feed(source: ByteStream, target: Writable, ended: Promise<number>): Promise<void> {
  let isGone = false;
  target.on("error", () => {
    isGone = true;
  });
  const gone = ended.then(() => undefined, () => undefined);
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), gone]);
      if (next === undefined || next.done === true || isGone) return;
      if (!target.write(next.value)) await Promise.race([once(target, "drain").catch(() => undefined), gone]);
    }
  } finally {
    target.end();
    // Not awaited: a source that waits for its own input would keep the result back.
    void iterator.return?.().catch(() => undefined);
  }
}

async function drain(source: Readable | null, sink: ByteSink): Promise<void> {
  if (source === null) return;
  for await (const chunk of source) await sink(chunk as Buffer);
}

/** The first abort asks with SIGTERM; after a grace the group is killed. The result takes both back. */
function endOnAbort(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    killGroup(child, "SIGTERM");
    timer = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // The group has ended by itself: that is what was wanted.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  const candidates = isAbsolute(name) ? [name] : name.includes("/") ? [] : path.split(delimiter).filter((folder) => isAbsolute(folder)).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    const isRunnable = await access(candidate, constants.X_OK).then(() => stat(candidate)).then((found) => found.isFile(), () => false);
    if (isRunnable) return candidate;
  }
  return undefined;
}
