import { describe, severityOf } from "../problem.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { CellRunnerHost } from "./cellRunner.ts";

/** What a call of the kernel's own printed. */
export interface QuietResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a read of the kernel's own (before a question, to keep evidence) through the same planner and executors as a cell's, and
 * collects what it prints. Throws `internal` when the words are not a read.
 */
export async function runQuietly(argv: readonly string[], host: Pick<CellRunnerHost, "plan" | "execute" | "ports">, signal: AbortSignal): Promise<QuietResult> {
  const words = argv.map((value) => ({ value, start: 0, end: 0, unresolved: [] }));
  const { operation, problems } = host.plan(words, { kind: "none" });
  const error = problems.find((problem) => severityOf(problem) === "error");
  if (error !== undefined || operation.risk !== "read" || operation.engine !== "inProcess") {
    throw new RuntimeError("internal", `Running ${argv.join(" ")} for the kernel: ${error === undefined ? "it is no in-process read" : describe(error)}.`);
  }
  const [stdout, stderr] = [collector(), collector()];
  const exitCode = await host.execute(operation, { stdin: undefined, stdout: stdout.sink, stderr: stderr.sink }, host.ports, signal);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(): { readonly sink: (chunk: Uint8Array) => Promise<void>; text(): string } {
  const decoder = new TextDecoder();
  let text = "";
  return {
    sink: async (chunk) => {
      text += decoder.decode(chunk, { stream: true });
    },
    text: () => text + decoder.decode(),
  };
}
