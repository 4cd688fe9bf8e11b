import type { AndOr, Command, For, PipelineNode, Redirection, Script, Statement, Word } from "unbash";
import type { Problem } from "../problem.ts";
import { severityOf } from "../problem.ts";
import type { Stdio } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { MAX_WORDS } from "./braces.ts";
import { runBuiltin } from "./builtins.ts";
import { commandWords } from "./commandWords.ts";
import { expandText, expandWords, type CommandWord, type ExpansionHost } from "./expand.ts";
import type { InputShape, ScriptHost, ScriptResult, StatementInfo, StatementResult } from "./host.ts";
import { parseShell, type ParsedShell } from "./parse.ts";
import { expandPatterns } from "./patterns.ts";
import { runPipeline, type Stage } from "./pipeline.ts";
import { resolveRedirections, type ResolvedRedirection } from "./redirect.ts";

/** Turns that a loop may have. */
export const MAX_LOOP_TURNS = 1000;
/** Bytes that `$(…)` may give; a word longer than that is a mistake. */
const MAX_SUBSTITUTION_BYTES = 16 * 1024 * 1024;

interface Frame {
  readonly shell: ParsedShell;
  readonly host: ScriptHost;
  /** Variables of the run; assignments stay for the next cells. */
  readonly environment: Map<string, string>;
  readonly io: Stdio;
  readonly signal: AbortSignal;
  readonly index: number;
  readonly isSubstitution: boolean;
  readonly isTested: boolean;
  readonly loopTurn: number | undefined;
  /** What of `io.stdin` can be judged before it is read. */
  readonly input: InputShape;
}

/** Ends the script from inside a substitution or loop; never leaves this file. */
class ScriptEnd extends Error {
  override readonly name = "ScriptEnd";
  readonly result: ScriptResult;
  constructor(result: ScriptResult) {
    super(result.status);
    this.result = result;
  }
}

/**
 * Runs a cell's text statement by statement. Calls get standard input only from a redirection, a pipe or `io.stdin` (a query cell;
 * `inputText` is its text, so that it can be judged). A statement that fails ends the script unless the host says `continue`.
 * Resolves also when refused, invalid or cancelled; rejects only where the host itself rejects.
 */
export async function runScript(
  text: string,
  host: ScriptHost,
  environment: Map<string, string>,
  io: Stdio,
  signal: AbortSignal,
  inputText?: string,
): Promise<ScriptResult> {
  const shell = parseShell(text);
  if (hasError(shell.problems)) return { status: "invalid", exitCode: undefined, problems: shell.problems };
  const input: InputShape = io.stdin === undefined ? { kind: "none" } : inputText === undefined ? { kind: "stream" } : { kind: "text", text: inputText };
  const frame: Frame = { shell, host, environment, io, signal, index: 0, isSubstitution: false, isTested: false, loopTurn: undefined, input };
  try {
    let index = 0;
    let exitCode: number | undefined = undefined;
    for (const statement of shell.script.commands) {
      exitCode = await runStatement(statement, { ...frame, index });
      index += countStatements(statement, shell.untyped.has(statement));
    }
    return { status: "completed", exitCode, problems: [] };
  } catch (error) {
    if (error instanceof ScriptEnd) return error.result;
    throw error;
  }
}

/** How many `CellPlan` statements a node makes: each pipeline of an and-or list is one, a loop is one, untyped shell is one. */
export function countStatements(statement: Statement, isUntyped: boolean): number {
  return !isUntyped && statement.command.type === "AndOr" ? statement.command.commands.length : 1;
}

async function runStatement(statement: Statement, frame: Frame): Promise<number | undefined> {
  if (frame.shell.untyped.has(statement)) return runUntyped(statement, frame);
  return statement.command.type === "AndOr" ? runAndOr(statement.command, frame) : runNode(statement.command, frame);
}

async function runAndOr(list: AndOr, frame: Frame): Promise<number | undefined> {
  let exitCode: number | undefined = 0;
  for (const [position, node] of list.commands.entries()) {
    const operator = list.operators[position - 1];
    if (operator === "&&" && exitCode !== 0) continue;
    if (operator === "||" && exitCode === 0) continue;
    const isLast = position === list.commands.length - 1;
    const index = frame.index + (frame.loopTurn === undefined && !frame.isSubstitution ? position : 0);
    exitCode = await runNode(node, { ...frame, index, isTested: frame.isTested || !isLast });
  }
  return exitCode;
}

async function runNode(node: PipelineNode, frame: Frame): Promise<number | undefined> {
  switch (node.type) {
    case "Command":
      return runCommands([node], [], false, node, frame);
    case "Pipeline": {
      const commands = node.commands.filter((command) => command.type === "Command");
      const isNegated = node.prefixes.length % 2 === 1;
      return runCommands(commands, node.operators, isNegated, node, { ...frame, isTested: frame.isTested || isNegated });
    }
    case "For":
      return runLoop(node, frame);
    case "Redirected":
    case "Function":
    case "Coproc":
    case "If":
    case "ArithmeticFor":
    case "Select":
    case "While":
    case "Subshell":
    case "BraceGroup":
    case "Case":
    case "TestCommand":
    case "ArithmeticCommand":
      throw new RuntimeError("internal", `Running a statement: ${node.type} is untyped shell and must have been refused before`);
  }
}

async function runLoop(loop: For, frame: Frame): Promise<number | undefined> {
  const words = await expandOrEnd(loop.wordlist ?? [], frame);
  if (words.length > MAX_LOOP_TURNS) {
    const facts = { count: String(words.length), limit: String(MAX_LOOP_TURNS) };
    end("invalid", undefined, [{ code: "loop-too-long", start: loop.pos, end: loop.end, facts }]);
  }
  let exitCode: number | undefined = 0;
  for (const [loopTurn, word] of words.entries()) {
    frame.environment.set(loop.name.value, word.value);
    for (const statement of loop.body.commands) exitCode = await runStatement(statement, { ...frame, loopTurn });
  }
  return exitCode;
}

async function runCommands(commands: readonly Command[], operators: readonly string[], isNegated: boolean, node: { readonly pos: number; readonly end: number }, frame: Frame): Promise<number | undefined> {
  const [only] = commands;
  if (commands.length === 1 && only !== undefined && only.name === undefined) return runAssignments(only, frame);
  const problems: Problem[] = [];
  const stages: (Stage & { readonly words: readonly CommandWord[] })[] = [];
  for (const [position, command] of commands.entries()) {
    const words = await expandOrEnd(commandWords(command), frame);
    const redirections = await redirectOrEnd(command.redirects, frame);
    const input = inputShape(redirections, position > 0, frame.input);
    const planned = frame.host.plan(words, input);
    problems.push(...planned.problems);
    stages.push({ operation: planned.operation, redirections, pipesErrors: operators[position] === "|&", words });
  }
  if (hasError(problems)) end("invalid", undefined, problems);
  const info = describeStatement(node, frame, stages);
  return governed(info, frame, async () => {
    const builtin = stages.length === 1 && stages[0] !== undefined ? runBuiltin(stages[0].operation, frame.environment) : undefined;
    if (builtin !== undefined) return settled(builtin);
    return runPipeline(stages, frame.host, frame.io, isNegated, frame.signal);
  });
}

/** `X=1`, `X=$(…)`: the value stays in the environment. The exit code is that of the last substitution. */
async function runAssignments(command: Command, frame: Frame): Promise<number | undefined> {
  const info = describeStatement(command, frame, []);
  const substitution = { exitCode: 0 };
  const values = new Map<string, string>();
  const outer = expansionHost(frame, substitution);
  // In `A=1 B=$A` the second sees the first, although neither counts before the host has agreed.
  const host: ExpansionHost = { ...outer, variable: (name) => values.get(name) ?? outer.variable(name) };
  for (const part of command.prefix) {
    if (part.type !== "Assignment" || part.value.type !== "Word") continue;
    const { text, problems } = await expandText(part.value, host);
    if (problems.length > 0) end("invalid", undefined, problems);
    values.set(part.name, text);
  }
  await redirectOrEnd(command.redirects, frame);
  return governed(info, frame, async () => {
    for (const [name, value] of values) frame.environment.set(name, value);
    return settled(substitution.exitCode);
  });
}

/** The words of untyped shell go to bash as they are; the host decides whether bash may have them. */
async function runUntyped(statement: Statement, frame: Frame): Promise<number | undefined> {
  const text = frame.shell.source.slice(statement.pos, statement.end);
  const place = { start: statement.pos, end: statement.end, unresolved: [] };
  const { operation, problems } = frame.host.plan(["bash", "-c", text].map((value) => ({ value, ...place })), frame.input);
  if (hasError(problems)) end("invalid", undefined, problems);
  const stage: Stage = { operation: { ...operation, engine: "untypedShell" }, redirections: [], pipesErrors: false };
  return governed(describeStatement(statement, frame, [stage]), frame, () => runPipeline([stage], frame.host, frame.io, false, frame.signal));
}

/** Asks, runs, reports; ends the script where the host says so. */
async function governed(info: StatementInfo, frame: Frame, run: () => Promise<StatementResult>): Promise<number | undefined> {
  if (frame.signal.aborted) end("cancelled", undefined, []);
  if ((await frame.host.beforeStatement(info)) === "stop") end("stopped", undefined, []);
  const result = await run();
  frame.environment.set("?", String(result.exitCode ?? 1));
  const answer = await frame.host.afterStatement(info, result);
  if (result.isCancelled && frame.signal.aborted) end("cancelled", result.exitCode, []);
  if (answer === "stop") end("stopped", result.exitCode, []);
  return result.exitCode;
}

function describeStatement(node: { readonly pos: number; readonly end: number }, frame: Frame, stages: readonly Stage[]): StatementInfo {
  return {
    index: frame.index,
    start: node.pos,
    end: node.end,
    text: frame.shell.source.slice(node.pos, node.end),
    operations: stages.map((stage) => stage.operation),
    writes: stages.flatMap((stage) => stage.redirections.flatMap((one) => (one.kind === "output" && one.path !== "/dev/null" ? [one.path] : []))),
    isSubstitution: frame.isSubstitution,
    isTested: frame.isTested,
    loopTurn: frame.loopTurn,
  };
}

function inputShape(redirections: readonly ResolvedRedirection[], isPiped: boolean, own: InputShape): InputShape {
  const last = redirections.findLast((one) => one.kind === "input" || one.kind === "inputText");
  if (last?.kind === "inputText") return { kind: "text", text: last.text };
  if (last !== undefined || isPiped) return { kind: "stream" };
  return own;
}

async function expandOrEnd(words: readonly Word[], frame: Frame): Promise<readonly CommandWord[]> {
  const expanded = await expandWords(words, expansionHost(frame, { exitCode: 0 }));
  if (expanded.problems.length > 0) end("invalid", undefined, expanded.problems);
  const found = await expandPatterns(expanded.words, frame.host.files, (word) => frame.shell.source.slice(word.start, word.end));
  const [first] = found;
  if (first !== undefined && found.length > MAX_WORDS && found.length > expanded.words.length) end("invalid", undefined, [{ code: "too-many-words", start: first.start, end: found.at(-1)?.end ?? first.end, facts: { limit: String(MAX_WORDS) } }]);
  return found;
}

async function redirectOrEnd(redirections: readonly Redirection[], frame: Frame): Promise<readonly ResolvedRedirection[]> {
  const { resolved, problems } = await resolveRedirections(redirections, expansionHost(frame, { exitCode: 0 }));
  if (problems.length > 0) end("invalid", undefined, problems);
  return resolved;
}

function expansionHost(frame: Frame, last: { exitCode: number }): ExpansionHost {
  return {
    variable: (name) => frame.environment.get(name),
    substitute: async (part) => {
      const { script } = part;
      if (script === undefined) throw new RuntimeError("internal", `Expanding ${part.text}: the parser gave no script`);
      const output = await captureScript(script, frame);
      last.exitCode = output.exitCode ?? 1;
      return output.text;
    },
  };
}

async function captureScript(script: Script, frame: Frame): Promise<{ readonly text: string; readonly exitCode: number | undefined }> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const stdout = async (chunk: Uint8Array): Promise<void> => {
    size += chunk.byteLength;
    if (size > MAX_SUBSTITUTION_BYTES) throw new RuntimeError("invalidInput", `Reading $(…): more than ${MAX_SUBSTITUTION_BYTES} bytes`, { hint: "Write the output to a file instead." });
    text += decoder.decode(chunk, { stream: true });
  };
  let exitCode: number | undefined = 0;
  // A substitution's assignments stay inside, as in the subshell that bash makes.
  const environment = new Map(frame.environment);
  const inner: Frame = { ...frame, environment, io: { stdin: undefined, stdout, stderr: frame.io.stderr }, isSubstitution: true, input: { kind: "none" } };
  for (const statement of script.commands) exitCode = await runStatement(statement, inner);
  return { text: (text + decoder.decode()).replace(/\n+$/, ""), exitCode };
}

function settled(exitCode: number): StatementResult {
  return { exitCode, stages: [exitCode], files: [], error: undefined, isCancelled: false };
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some((problem) => severityOf(problem) === "error");
}

function end(status: ScriptResult["status"], exitCode: number | undefined, problems: readonly Problem[]): never {
  throw new ScriptEnd({ status, exitCode, problems });
}
