import { kubectlExecutors } from "../../../src/core/kubectl/executors.ts";
import { operationOf } from "./operationOf.ts";
import type { ByteStream, ClockPort, KubernetesPort, ToolPorts } from "../../../src/core/ports.ts";

const decoder = new TextDecoder();

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunOptions {
  readonly clock?: ClockPort;
  readonly stdin?: ByteStream;
  readonly signal?: AbortSignal;
}

/** Runs one kubectl command line over a port and collects its output. */
export async function runKubectl(port: KubernetesPort, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const operation = operationOf(argv);
  const executor = kubectlExecutors[operation.verb];
  if (executor === undefined) throw new Error(`no executor for ${operation.verb}`);
  let stdout = "";
  let stderr = "";
  const io = {
    stdin: options.stdin,
    stdout: async (chunk: Uint8Array) => void (stdout += decoder.decode(chunk)),
    stderr: async (chunk: Uint8Array) => void (stderr += decoder.decode(chunk)),
  };
  const exitCode = await executor(operation, io, toolPorts(port, options.clock ?? realClock), options.signal ?? new AbortController().signal);
  return { stdout, stderr, exitCode };
}

export const realClock: ClockPort = {
  now: () => Date.now(),
  sleep: async (ms, signal) =>
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      }, { once: true });
    }),
};

/** A clock that stands still; sleeping past `limit` milliseconds (when given) returns at once, shorter or unlimited sleeps wait for the end. */
export function stillClock(nowMs: number, endsSleeps = false): ClockPort {
  return {
    now: () => nowMs,
    sleep: async (_ms, signal) =>
      await new Promise((resolve, reject) => {
        if (endsSleeps) setImmediate(resolve);
        signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      }),
  };
}

function toolPorts(port: KubernetesPort, clock: ClockPort): ToolPorts {
  const unused = (): never => {
    throw new Error("not part of this test");
  };
  return {
    clock,
    kubernetes: async () => port,
    objectStore: unused,
    http: { request: unused },
    files: { cwd: "/", read: unused, write: unused, exists: unused },
    compression: { gunzip: unused, gzip: unused },
    jq: { run: unused },
    processes: { find: unused, run: unused },
    timeZoneOffsetMinutes: () => 0,
  };
}
