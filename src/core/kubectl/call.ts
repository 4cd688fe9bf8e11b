import { RuntimeError } from "../runtimeError.ts";
import { ApiStatusError, apiStatusError, describeApiStatus, KubectlFailure } from "./failure.ts";
import type { Operation } from "../command/operation.ts";
import type { Executor, KubernetesPort, Stdio, ToolPorts } from "../ports.ts";

/** One kubectl call with its cluster and namespace resolved. */
export interface Call {
  readonly operation: Operation;
  readonly io: Stdio;
  readonly ports: ToolPorts;
  readonly cluster: KubernetesPort;
  /** From `--namespace`, else the context's. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Flags that only select the target, which the run has resolved already, or that tune kubectl's own cache and transport. */
export const COMMON_FLAGS: readonly string[] = ["context", "namespace", "cache-dir", "disable-compression"];

/** What one verb does, and the flags it understands. */
export interface Verb {
  readonly run: (call: Call) => Promise<number>;
  /** Besides `COMMON_FLAGS`. Every other flag of the verb's row is left to the real binary; a test holds the two together. */
  readonly flags: readonly string[];
}

/**
 * Makes an executor of a verb: resolves the target and words failures as kubectl does. Transport failures (`RuntimeError`) pass
 * through. A flag it does not know is a fault of the schema table and nothing runs: passed over, it could turn a dry run into a change.
 */
export function verbExecutor({ run, flags }: Verb): Executor {
  const known = new Set([...COMMON_FLAGS, ...flags]);
  return async (operation, io, ports, signal) => {
    signal.throwIfAborted();
    const unknown = Object.keys(operation.flags).find((flag) => !known.has(flag));
    if (unknown !== undefined) throw new RuntimeError("internal", `Running kubectl ${operation.verb}: the schema table says that --${unknown} runs in process, and nothing does it.`);
    const context = flagText(operation, "context");
    const cluster = await ports.kubernetes(context);
    const namespace = flagText(operation, "namespace") ?? cluster.namespace;
    try {
      return await run({ operation, io, ports, cluster, namespace, signal });
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw error;
      await io.stderr(encode(`${failure.text}\n`));
      return failure.exitCode;
    }
  };
}

/** The text and exit code of a failure that kubectl prints; `undefined` for every other. */
export function failureOf(error: unknown): { readonly text: string; readonly exitCode: number } | undefined {
  if (error instanceof KubectlFailure) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof ApiStatusError) return { text: describeApiStatus(error), exitCode: 1 };
  if (error instanceof RuntimeError && error.code === "apiStatus") {
    const body = error.facts["body"];
    const status = Number(error.facts["status"] ?? "0");
    if (body !== undefined) return { text: describeApiStatus(apiStatusError(status, body, "")), exitCode: 1 };
    return { text: `error: ${error.message}`, exitCode: 1 };
  }
  return undefined;
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function print(call: Call, text: string): Promise<void> {
  if (text !== "") await call.io.stdout(encode(text));
}

export async function printError(call: Call, text: string): Promise<void> {
  if (text !== "") await call.io.stderr(encode(text));
}

/** A flag's text; `undefined` when it was not given. A list's last value wins, as in kubectl. */
export function flagText(operation: Operation, name: string): string | undefined {
  const value = operation.flags[name];
  if (value === undefined) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return value.at(-1);
}

/** Every value of a flag that may repeat. */
export function flagList(operation: Operation, name: string): readonly string[] {
  const value = operation.flags[name];
  if (value === undefined || typeof value === "boolean") return [];
  return typeof value === "string" ? [value] : value;
}

/** A boolean flag; `otherwise` when it was not given. */
export function flagIs(operation: Operation, name: string, otherwise = false): boolean {
  const text = flagText(operation, name);
  if (text === undefined) return otherwise;
  return text === "true" || text === "";
}

/** A selector's text; blanks alone select nothing, as none does. */
export function selectorText(operation: Operation, name: "selector" | "field-selector"): string | undefined {
  const text = flagText(operation, name)?.trim();
  return text === "" ? undefined : text;
}

/** Whether a selector chooses objects. */
export function hasSelector(operation: Operation): boolean {
  return selectorText(operation, "selector") !== undefined || selectorText(operation, "field-selector") !== undefined;
}

export type DryRun = "none" | "client" | "server";

/** `--dry-run`; without a value it means `client`, as kubectl still reads it. */
export function dryRunOf(operation: Operation): DryRun {
  const text = flagText(operation, "dry-run") ?? "none";
  if (text === "none" || text === "false") return "none";
  if (text === "client" || text === "true" || text === "" || text === "unchanged") return "client";
  if (text === "server") return "server";
  throw new KubectlFailure(`error: Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

/** The line about a change that was made (`deployment.apps/web scaled`), or with `-o name` the name alone. */
export async function printDone(call: Call, name: string, done: string, dryRun: DryRun = "none"): Promise<void> {
  await print(call, flagText(call.operation, "output") === "name" ? `${name}\n` : `${name} ${done}${dryRunSuffix(dryRun)}\n`);
}

/** What kubectl adds to a line about a change that was not made. */
export function dryRunSuffix(dryRun: DryRun): string {
  switch (dryRun) {
    case "none":
      return "";
    case "client":
      return " (dry run)";
    case "server":
      return " (server dry run)";
  }
}
