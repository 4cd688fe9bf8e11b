import type { Operation } from "../../../src/core/command/operation.ts";
import { planOperation } from "../../../src/core/command/planOperation.ts";
import type { ByteSink, FilePort, Stdio } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import type { ScriptHost, StatementInfo, StatementResult } from "../../../src/core/shell/host.ts";
import { runScript } from "../../../src/core/shell/interpreter.ts";

/** Programs of a test: each gets its words and streams. */
export type Programs = Readonly<Record<string, (operation: Operation, io: Stdio, signal: AbortSignal) => Promise<number>>>;

export interface Recorded {
  readonly host: ScriptHost;
  readonly before: StatementInfo[];
  readonly after: { readonly info: StatementInfo; readonly result: StatementResult }[];
  readonly files: Map<string, string>;
}

export function text(chunks: readonly Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks));
}

export async function readText(io: Stdio): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin ?? []) chunks.push(chunk);
  return text(chunks);
}

export const write = (sink: ByteSink, value: string): Promise<void> => sink(new TextEncoder().encode(value));

/** Files in memory. */
export function memoryFiles(files: Map<string, string>): FilePort {
  return {
    cwd: "/",
    read: async (path) => {
      const content = files.get(path);
      if (content === undefined) throw new RuntimeError("notFound", `${path}: No such file or directory`);
      return (async function* stream() {
        yield new TextEncoder().encode(content);
      })();
    },
    write: async (path, body, options) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      files.set(path, (options.append ? (files.get(path) ?? "") : "") + text(chunks));
      return { path, bytes: text(chunks).length, sha256: "" };
    },
    exists: async (path) => (files.has(path) ? "file" : undefined),
    list: async (path) => [...files.keys()].filter((name) => name.slice(0, name.lastIndexOf("/")) === path).toSorted().map((name) => ({ name: name.slice(name.lastIndexOf("/") + 1), kind: "file" }) as const),
  };
}

/** A host that records; words `show`, `pass`, `fail`, … are this test's own programs. */
export function recordingHost(programs: Programs, answers: { before?: (info: StatementInfo) => "run" | "stop"; after?: (result: StatementResult) => "continue" | "stop" } = {}): Recorded {
  const before: StatementInfo[] = [];
  const after: Recorded["after"] = [];
  const files = new Map<string, string>();
  const host: ScriptHost = {
    plan: (words, input) => {
      const planned = planOperation(words, input);
      return words[0] !== undefined && words[0].value in programs ? { operation: { ...planned.operation, tool: words[0].value }, problems: [] } : planned;
    },
    beforeStatement: async (info) => {
      before.push(info);
      return answers.before?.(info) ?? "run";
    },
    execute: async (operation, io, signal) => (await programs[operation.tool]?.(operation, io, signal)) ?? 127,
    afterStatement: async (info, result) => {
      after.push({ info, result });
      return answers.after?.(result) ?? (result.exitCode === 0 || info.isTested ? "continue" : "stop");
    },
    files: memoryFiles(files),
  };
  return { host, before, after, files };
}

/** Runs a script and gives what it printed. */
export async function run(script: string, recorded: Recorded, environment = new Map<string, string>(), signal: AbortSignal = new AbortController().signal, stdin?: string): Promise<{ status: string; exitCode: number | undefined; stdout: string; stderr: string; codes: readonly string[] }> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const io: Stdio = {
    stdin: stdin === undefined ? undefined : (async function* stream() { yield new TextEncoder().encode(stdin); })(),
    stdout: async (chunk) => void out.push(chunk),
    stderr: async (chunk) => void err.push(chunk),
  };
  const result = await runScript(script, recorded.host, environment, io, signal, stdin);
  return { status: result.status, exitCode: result.exitCode, stdout: text(out), stderr: text(err), codes: result.problems.map((problem) => problem.code) };
}
