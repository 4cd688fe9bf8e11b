import { kubectlExecutors } from "../../../src/core/kubectl/executors.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { ByteStream, ClockPort, FilePort, KubernetesPort, KubernetesRequest, ToolPorts } from "../../../src/core/ports.ts";

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
  readonly files?: FilePort;
  /** Told each piece of standard output, for calls that are ended from outside. */
  readonly onStdout?: (text: string) => void;
}

/** Runs one kubectl command line over a port and collects its output. */
export async function runKubectl(port: KubernetesPort, argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { operation } = planOperation(wordsOf(["kubectl", ...argv]));
  const executor = kubectlExecutors[operation.verb];
  if (executor === undefined) throw new Error(`no executor for ${operation.verb}`);
  let stdout = "";
  let stderr = "";
  const io = {
    stdin: options.stdin,
    stdout: async (chunk: Uint8Array) => {
      stdout += decoder.decode(chunk);
      options.onStdout?.(decoder.decode(chunk));
    },
    stderr: async (chunk: Uint8Array) => void (stderr += decoder.decode(chunk)),
  };
  const exitCode = await executor(operation, io, toolPorts(port, options.clock ?? realClock, options.files), options.signal ?? new AbortController().signal);
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

function toolPorts(port: KubernetesPort, clock: ClockPort, files: FilePort | undefined): ToolPorts {
  const unused = (): never => {
    throw new Error("not part of this test");
  };
  return {
    clock,
    kubernetes: async () => port,
    objectStore: unused,
    awsApi: unused,
    http: { request: unused },
    files: files ?? { cwd: "/", read: unused, write: unused, exists: unused, list: unused },
    compression: { gunzip: unused, gzip: unused },
    jq: { run: unused },
    processes: { find: unused, run: unused },
    randomBytes: (count: number) => new Uint8Array(count), timeZoneOffsetMinutes: () => 0,
  };
}

/** The value of `--context` in a command's words. */
export function contextOf(argv: readonly string[]): string | undefined {
  const at = argv.indexOf("--context");
  return at < 0 ? undefined : argv[at + 1];
}

/** A request of ours with its answer, whole. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly contentType: string;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** A change that kubectl asked the server for. */
export interface Change {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

export interface GoldenCase {
  readonly argv: readonly string[];
  readonly kubectl: string;
  readonly context: string;
  readonly namespace: string;
  readonly now: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly changes: readonly Change[];
  readonly exchanges: readonly Exchange[];
}

/** Hands requests on to a real port and keeps every exchange. Streams are kept whole, watches only as far as they were read. */
export function recordingPort(port: KubernetesPort, exchanges: Exchange[]): KubernetesPort {
  const keep = (request: KubernetesRequest, status: number, answer: string): void =>
    void exchanges.push({ method: request.method, path: request.path, accept: request.accept ?? "", contentType: request.contentType ?? "", body: request.body ?? "", status, answer });
  return {
    ...port,
    async request(request, signal) {
      const response = await port.request(request, signal);
      keep(request, response.status, response.text);
      return response;
    },
    async stream(request, signal) {
      const { status, body } = await port.stream(request, signal);
      async function* kept(): ByteStream & AsyncGenerator<Uint8Array> {
        let text = "";
        try {
          for await (const chunk of body) {
            text += decoder.decode(chunk);
            yield chunk;
          }
        } finally {
          keep(request, status, text);
        }
      }
      return { status, body: kept() };
    },
  };
}

/** Answers from recorded exchanges, in order for equal requests; keeps what it was asked. A request that was not recorded is an error. */
export function replayPort(golden: Pick<GoldenCase, "context" | "namespace" | "exchanges">): KubernetesPort & { readonly asked: KubernetesRequest[] } {
  const left = [...golden.exchanges];
  const asked: KubernetesRequest[] = [];
  const take = (request: KubernetesRequest): Exchange => {
    asked.push(request);
    const matches = (exchange: Exchange): boolean => exchange.method === request.method && exchange.path === request.path && exchange.accept === (request.accept ?? "");
    const index = left.findIndex(matches);
    const found = index >= 0 ? left.splice(index, 1)[0] : golden.exchanges.find(matches);
    if (found === undefined) throw new Error(`not recorded: ${request.method} ${request.path}`);
    return found;
  };
  return {
    asked,
    context: golden.context,
    namespace: golden.namespace,
    server: "https://recorded",
    request: async (request) => {
      const { status, answer } = take(request);
      return { status, contentType: "application/json", text: answer };
    },
    stream: async (request) => {
      const { status, answer } = take(request);
      return { status, body: chunks(answer) };
    },
    exec: () => {
      throw new Error("exec is not recorded");
    },
  };
}

async function* chunks(...texts: readonly string[]): ByteStream & AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}
