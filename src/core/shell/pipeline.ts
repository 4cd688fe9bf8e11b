import type { Operation } from "../command/operation.ts";
import type { Stdio } from "../ports.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { createChannel, type Channel } from "./channel.ts";
import type { ScriptHost, StatementResult } from "./host.ts";
import { openStreams, type RedirectedFile, type ResolvedRedirection } from "./redirect.ts";

/** Exit code of a call whose reader had enough: 128 + SIGPIPE. */
const BROKEN_PIPE_EXIT = 141;

/** One call of a pipeline, ready to run. */
export interface Stage {
  readonly operation: Operation;
  readonly redirections: readonly ResolvedRedirection[];
  /** `|&`: its errors go down the pipe too. */
  readonly pipesErrors: boolean;
}

interface StageEnd {
  readonly exitCode: number | undefined;
  readonly files: readonly RedirectedFile[];
}

/** Runs the calls of one pipeline at the same time, joined by bounded channels, and waits for all of them. */
export async function runPipeline(stages: readonly Stage[], host: Pick<ScriptHost, "execute" | "files">, io: Stdio, isNegated: boolean, signal: AbortSignal): Promise<StatementResult> {
  const failing = new AbortController();
  const both = AbortSignal.any([signal, failing.signal]);
  let firstError: { readonly error: unknown } | undefined;
  const channels = stages.slice(1).map(() => createChannel());
  const ends = await Promise.all(
    stages.map(async (stage, index) => {
      const before = channels[index - 1];
      const after = channels[index];
      try {
        return await runStage(stage, { before, after, io, host, signal: both });
      } catch (error) {
        if (!both.aborted) firstError = { error };
        failing.abort(error);
        return { exitCode: undefined, files: [] };
      } finally {
        before?.close();
        after?.end();
      }
    }),
  );
  const codes = ends.map((end) => end.exitCode);
  const wasSeen = !signal.aborted && firstError === undefined;
  const status = pipefail(codes);
  return {
    exitCode: wasSeen && status !== undefined ? (isNegated ? Number(status === 0) : status) : undefined,
    stages: codes,
    files: ends.flatMap((end) => end.files),
    error: firstError?.error,
    isCancelled: signal.aborted,
  };
}

/** The last exit code that is not 0. A call whose pipe was closed by a reader that had enough does not count, as with `head`. */
function pipefail(codes: readonly (number | undefined)[]): number | undefined {
  if (codes.includes(undefined)) return undefined;
  return codes.findLast((code, index) => code !== 0 && (code !== BROKEN_PIPE_EXIT || index === codes.length - 1)) ?? 0;
}

interface StageContext {
  readonly before: Channel | undefined;
  readonly after: Channel | undefined;
  readonly io: Stdio;
  readonly host: Pick<ScriptHost, "execute" | "files">;
  readonly signal: AbortSignal;
}

async function runStage(stage: Stage, context: StageContext): Promise<StageEnd> {
  const { before, after, io, host, signal } = context;
  const stdout = after?.sink ?? io.stdout;
  const base = { stdin: before?.stream ?? io.stdin, stdout, stderr: stage.pipesErrors ? stdout : io.stderr };
  let streams;
  try {
    streams = await openStreams(stage.redirections, base, host.files);
  } catch (error) {
    if (!(error instanceof RuntimeError) || (error.code !== "notFound" && error.code !== "invalidInput")) throw error;
    await io.stderr(new TextEncoder().encode(`${messageOf(error)}\n`));
    return { exitCode: 1, files: [] };
  }
  let exitCode: number;
  try {
    signal.throwIfAborted();
    exitCode = await host.execute(stage.operation, streams, signal);
  } catch (error) {
    if (!(error instanceof RuntimeError && error.code === "brokenPipe")) {
      // What was written so far stays on the disk; its failure would hide the first one.
      await streams.finish().catch((later: unknown) => later);
      throw error;
    }
    exitCode = BROKEN_PIPE_EXIT;
  }
  return { exitCode, files: await streams.finish() };
}
