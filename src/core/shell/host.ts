import type { Operation } from "../command/operation.ts";
import type { Problem } from "../problem.ts";
import type { FilePort, Stdio } from "../ports.ts";
import type { CommandWord } from "./expand.ts";
import type { RedirectedFile } from "./redirect.ts";

/** What a call reads: nothing, bytes that nobody has seen yet (a pipe, a file), or a text that can be judged (here-document, query cell). */
export type InputShape = { readonly kind: "none" } | { readonly kind: "stream" } | { readonly kind: "text"; readonly text: string };

/** One statement about to run, with every word known. */
export interface StatementInfo {
  /** Which `CellPlan.statements` entry this belongs to; pipelines of a loop or of a `$(…)` carry their host statement's index. */
  readonly index: number;
  /** Offsets of this pipeline into the cell's text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The pipeline's calls from left to right; empty for an assignment. */
  readonly operations: readonly Operation[];
  /** Files that redirections write. */
  readonly writes: readonly string[];
  /** True inside `$(…)`: the output goes into a word and not to the screen. */
  readonly isSubstitution: boolean;
  /** True where `&&`, `||` or `!` looks at the exit code: a failure is an answer there. */
  readonly isTested: boolean;
  /** Turn of the innermost loop around it, from 0; `undefined` outside loops. */
  readonly loopTurn: number | undefined;
}

/** What became of a statement. */
export interface StatementResult {
  /** With pipefail: the last exit code that is not 0, `!` applied. A call ended by a reader that had enough (141) does not count. `undefined` where an error or a cancellation kept the end from being seen. */
  readonly exitCode: number | undefined;
  /** Exit code of each call; `undefined` where its end was not seen. */
  readonly stages: readonly (number | undefined)[];
  readonly files: readonly RedirectedFile[];
  /** The first failure that was not an exit code: what an executor or a file rejected with. */
  readonly error: unknown;
  readonly isCancelled: boolean;
}

/** What a run gives the interpreter. The interpreter decides order and data flow; the host decides what may run. */
export interface ScriptHost {
  /** Reads one call's words. With an `error` among the problems nothing of the statement runs. */
  plan(words: readonly CommandWord[], input: InputShape): { readonly operation: Operation; readonly problems: readonly Problem[] };
  /** Gate and journal. `stop` ends the cell before the statement. */
  beforeStatement(info: StatementInfo): Promise<"run" | "stop">;
  /** Runs one call and resolves with its exit code. */
  execute(operation: Operation, io: Stdio, signal: AbortSignal): Promise<number>;
  /** Journals what it came to. `stop` ends the cell; `continue` goes on, also after a failure (a finding). */
  afterStatement(info: StatementInfo, result: StatementResult): Promise<"continue" | "stop">;
  /** Files of redirections. */
  readonly files: FilePort;
}

/** How a script ended. */
export interface ScriptResult {
  readonly status: "completed" | "stopped" | "invalid" | "cancelled";
  /** Exit code of the last statement that ran; `undefined` where none did or its end was not seen. */
  readonly exitCode: number | undefined;
  /** Why nothing more ran, for `invalid`. */
  readonly problems: readonly Problem[];
}
