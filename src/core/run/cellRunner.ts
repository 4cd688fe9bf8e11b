import type { Operation } from "../command/operation.ts";
import type { CellPlan } from "../command/plan.ts";
import type { Stdio, ToolPorts } from "../ports.ts";
import { describe, severityOf, type Problem } from "../problem.ts";
import type { AskParams, AskResult, OutputNotification, RunCellParams } from "../protocol.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { InputShape, ScriptHost, ScriptResult } from "../shell/host.ts";
import { runScript } from "../shell/interpreter.ts";
import type { CommandWord } from "../shell/expand.ts";
import type { JournalEvent, PinnedTarget, RunMode, WholeOutput } from "./journalEvent.ts";
import type { Outcome } from "./outcome.ts";
import { StatementGovernor } from "./statementGovernor.ts";
import { worseOutcome } from "./statementOutcome.ts";

/** Masks secrets in a text that comes in pieces, also where one is cut between two of them. */
export interface StreamRedactor {
  push(text: string): string;
  /** What was held back. */
  flush(): string;
}

/** A file that takes a long output as it comes. What it cannot take, because the disk is full or a limit is reached, harms nobody: `end` says so. */
export interface OutputKeeper {
  /** Appends masked text; resolves when more may come. Never rejects. */
  append(text: string): Promise<void>;
  /** Resolves when what was appended is on the disk. */
  end(): Promise<WholeOutput>;
}

/** What one run gives to the execution of its cells. */
export interface CellRunnerHost {
  readonly mode: RunMode;
  readonly isUnattended: boolean;
  readonly specs: readonly TargetSpec[];
  readonly targets: readonly PinnedTarget[];
  readonly ports: ToolPorts;
  /** Variables of the run; assignments stay for later cells. */
  readonly environment: Map<string, string>;
  /** Masks secrets in a whole text, and in a stream chunk by chunk. */
  readonly redact: (text: string) => string;
  readonly redactStream: () => StreamRedactor;
  /** Resolves when the event is on the disk. */
  record(event: JournalEvent): Promise<void>;
  /** Resolves when somebody is there to see what happens: with no front connected, no statement begins. */
  attended(signal: AbortSignal): Promise<void>;
  /** Asks a person; `undefined` is No. */
  ask(params: AskParams, signal: AbortSignal): Promise<AskResult>;
  /** Shows output; resolves when more may come. */
  output(notification: OutputNotification): Promise<void>;
  /** Where the whole of a long output goes; `undefined` where nothing is recorded. `cell` is its name. */
  keepOutput(cell: string, stream: WholeOutput["stream"]): OutputKeeper | undefined;
  plan(words: readonly CommandWord[], input: InputShape): { readonly operation: Operation; readonly problems: readonly Problem[] };
  planCell(text: string, via: string | undefined): CellPlan;
  /** Whether a drill's world stands in for a program of this machine. Left out: for none. */
  isRehearsed?(operation: Operation): Promise<boolean>;
  /** Runs one call in process or through its binary. */
  execute(operation: Operation, io: Stdio, ports: ToolPorts, signal: AbortSignal): Promise<number>;
}

/**
 * Runs one cell: plan, then statement by statement gate, intent, execution, outcome, expectations. Everything that happens is
 * journalled before it takes effect: a change before it begins, a read before anything of it is shown or written. Resolves with the cell's outcome;
 * rejects only when the journal cannot be written.
 */
export async function runCell(params: RunCellParams, host: CellRunnerHost, signal: AbortSignal): Promise<Outcome> {
  const startedAt = host.ports.clock.now();
  const started = host.record({ type: "cellStarted", execution: params.execution, cell: params.cell, text: host.redact(params.text) });
  const before = new Map(host.environment);
  const plan = host.planCell(params.text, params.via);
  const governor = new StatementGovernor(params, plan, host, signal, started);
  const obstacle = await findObstacle(plan, host);
  const outcome = obstacle === undefined ? await runPlanned(params, host, governor, signal, startedAt) : refused(obstacle, startedAt, host);
  const ended = host.record({ type: "cellOutcome", execution: params.execution, cell: params.cell, outcome, variables: changedVariables(before, host) });
  await Promise.all([governor.recorded(), ended]);
  return outcome;
}

async function runPlanned(params: RunCellParams, host: CellRunnerHost, governor: StatementGovernor, signal: AbortSignal, startedAt: number): Promise<Outcome> {
  const scriptHost: ScriptHost = {
    plan: (words, input) => host.plan(words, input),
    beforeStatement: (info) => governor.before(info),
    execute: (operation, io, callSignal) => governor.execute(operation, io, callSignal),
    afterStatement: (info, result) => governor.after(info, result),
    files: governor.files,
  };
  const stdin = params.via === undefined ? undefined : oneChunk(params.text);
  const io: Stdio = { stdin, stdout: (chunk) => governor.write("stdout", chunk), stderr: (chunk) => governor.write("stderr", chunk) };
  const result = await runScript(params.via ?? params.text, scriptHost, host.environment, io, signal, params.via === undefined ? undefined : params.text);
  if (result.status === "completed") await governor.finish();
  else await governor.settle();
  return cellOutcome(result, governor, startedAt, host.ports.clock.now());
}

function cellOutcome(result: ScriptResult, governor: StatementGovernor, startedAt: number, endedAt: number): Outcome {
  const worst = governor.outcomes.reduce<Outcome | undefined>(worseOutcome, undefined);
  if (result.status === "invalid") {
    const message = result.problems.filter((problem) => severityOf(problem) === "error").map(describe).join("\n");
    return { status: "failed", exitCode: undefined, reason: "invalid", message, startedAt, endedAt };
  }
  if (worst !== undefined && worst.status !== "succeeded") return { ...worst, startedAt, endedAt };
  if (result.status === "cancelled") return { status: "cancelled", exitCode: result.exitCode, reason: "cancelled", message: "The cell was cancelled.", startedAt, endedAt };
  return { status: "succeeded", exitCode: result.exitCode ?? 0, reason: undefined, message: undefined, startedAt, endedAt };
}

/** Why a cell must not run at all; `undefined` when it may. */
async function findObstacle(plan: CellPlan, host: CellRunnerHost): Promise<string | undefined> {
  // Of a runbook that is read, a later cell may set the variable; of a run it is known that nothing has.
  const unset = plan.problems.filter((problem) => problem.code === "variable-not-set").map((problem) => `$${problem.facts["name"] ?? "NAME"} has no value in this run. Run the cell that sets it first, or give it as a parameter.`);
  const errors = [...plan.problems.filter((problem) => severityOf(problem) === "error").map(describe), ...new Set(unset)];
  if (errors.length > 0) return errors.join("\n");
  for (const { operation } of plan.statements.flatMap((statement) => statement.operations)) {
    if (operation.engine === "inProcess" || (host.mode === "drill" && operation.engine === "delegated" && (await host.isRehearsed?.(operation)) === true)) continue;
    if (host.mode === "drill") return `Rehearsing ${operation.argv.join(" ")}: it needs ${operation.engine === "untypedShell" ? "a real shell" : `the ${operation.tool} program`}, and in a drill nothing runs outside the world. Skip this step with a reason, or write it with commands from docs/COMMANDS.md.`;
    const binary = operation.engine === "untypedShell" ? "bash" : operation.tool;
    if ((await host.ports.processes.find(binary)) === undefined) return new RuntimeError("missingBinary", `Running ${operation.argv.join(" ")}: there is no ${binary} on the PATH. Install it, or skip this step with a reason.`).message;
  }
  return undefined;
}

function refused(message: string, startedAt: number, host: CellRunnerHost): Outcome {
  return { status: "refused", exitCode: undefined, reason: "invalid", message, startedAt, endedAt: host.ports.clock.now() };
}

/** Longest value that is kept for a resumed run. */
const MAX_KEPT_VARIABLE = 4096;

function changedVariables(before: ReadonlyMap<string, string>, host: CellRunnerHost): Readonly<Record<string, string>> {
  const isKept = (name: string, value: string): boolean => before.get(name) !== value && name !== "?" && value.length <= MAX_KEPT_VARIABLE && host.redact(value) === value;
  return Object.fromEntries([...host.environment].filter(([name, value]) => isKept(name, value)));
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
