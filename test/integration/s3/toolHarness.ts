import type { Operation } from "../../../src/core/command/operation.ts";
import type { AwsApiPort, ByteStream, Executor, FilePort, HttpPort, ObjectStorePort, Stdio, ToolPorts } from "../../../src/core/ports.ts";
import { createClock } from "../../../src/services/clock.ts";
import { createCompression } from "../../../src/services/compression.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { createHttpPort } from "../../../src/services/http.ts";
import { createJq } from "../../../src/services/jq.ts";
import { createProcesses } from "../../../src/services/processes.ts";

export interface HarnessOptions {
  readonly store?: ObjectStorePort;
  readonly files?: FilePort;
  readonly http?: HttpPort;
  readonly awsApi?: AwsApiPort;
  readonly cwd?: string;
  readonly zone?: string;
  readonly onHttpStatus?: (status: number) => void;
}

/** Real services behind the ports, as a run has them. */
export function toolPorts(options: HarnessOptions): ToolPorts {
  const cwd = options.cwd ?? "/";
  return {
    clock: createClock(undefined),
    kubernetes: () => Promise.reject(new Error("no cluster in this test")),
    objectStore: () => (options.store === undefined ? Promise.reject(new Error("no object store in this test")) : Promise.resolve(options.store)),
    awsApi: () => (options.awsApi === undefined ? Promise.reject(new Error("no AWS in this test")) : Promise.resolve(options.awsApi)),
    http: options.http ?? createHttpPort(),
    files: options.files ?? createFilePort({ cwd }),
    compression: createCompression(),
    jq: createJq(),
    processes: createProcesses({ path: "", cwd }),
    randomBytes: (count: number) => new Uint8Array(count), timeZoneOffsetMinutes: (epochMs) => zoneOffset(options.zone ?? "UTC", epochMs),
    ...(options.onHttpStatus === undefined ? {} : { onHttpStatus: options.onHttpStatus }),
  };
}

function zoneOffset(zone: string, epochMs: number): number {
  const name = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(epochMs).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name) ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** An operation as the planner would give it for these words; flags are read by the tool's own rules of this test. */
export function operation(tool: string, verb: string, argv: readonly string[], flags: Operation["flags"] = {}, positionals: readonly string[] = []): Operation {
  return { tool, verb, argv, positionals, flags, rest: undefined, inner: undefined, engine: "inProcess", risk: "read", why: "", destination: undefined, undo: undefined, waits: false };
}

/** Runs an executor with collected output. */
export async function runTool(executor: Executor, call: Operation, ports: ToolPorts, input?: string | ByteStream, signal: AbortSignal = new AbortController().signal): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  const io: Stdio = {
    stdin: typeof input === "string" ? bytes(input) : input,
    stdout: (chunk) => Promise.resolve(void out.push(Buffer.from(chunk))),
    stderr: (chunk) => Promise.resolve(void err.push(Buffer.from(chunk))),
  };
  const exitCode = await executor(call, io, ports, signal);
  return { exitCode, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

export async function* bytes(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}
