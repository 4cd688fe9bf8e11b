import type { Script, Statement } from "unbash";
import type { Problem } from "../problem.ts";
import { severityOf } from "../problem.ts";
import { expandStatically, type CommandWord, type StaticVariables } from "../shell/expand.ts";
import type { InputShape } from "../shell/host.ts";
import { commandWords } from "../shell/commandWords.ts";
import { parseShell } from "../shell/parse.ts";
import { parseWords } from "./flagParser.ts";
import type { Operation, Risk } from "./operation.ts";
import { rewrittenClient, rewritePassword } from "./passwordRewrite.ts";
import { worseRisk } from "./plan.ts";
import type { CallContext, PlannedCall } from "./planOperation.ts";
import type { ToolSpec } from "./schema/spec.ts";
import { findTool } from "./schema/table.ts";
import { callsInText } from "./startedCalls.ts";

/** A program's call in a pod. */
export interface InnerPlan {
  readonly operation: Operation;
  /** Words to execute: those of `operation`, or around them the pod's shell that hands the password over. */
  readonly argv: readonly string[];
  readonly problems: readonly Problem[];
}

type PlanTool = (tool: ToolSpec, words: readonly CommandWord[], context: CallContext) => PlannedCall;

/** The pod's own shell knows its variables; nobody here does. */
const SET_IN_THE_POD: StaticVariables = { isKnown: () => true, valueOf: () => undefined };

const SHELLS = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);

/** Reads the words after `--` of `kubectl exec`. Programs that no row knows are `undetermined` and no problem. */
export function planInner(words: readonly CommandWord[], input: InputShape, planTool: PlanTool): InnerPlan {
  const argv = words.map((word) => word.value);
  const ours = rewrittenClient(argv);
  if (ours !== undefined) return { ...planProgram(words.slice(3), input, planTool), argv };
  const bare = stripWrappers(words);
  const name = programName(bare[0]);
  if (SHELLS.has(name)) return { ...planShell(words, bare, input, planTool), argv };
  const planned = planProgram(bare, input, planTool);
  const tool = findTool(name, "pod");
  if (tool === undefined || bare !== words) return { ...planned, argv };
  const parsed = parseWords(words.slice(1), tool.commands[0]?.flags ?? [], { style: tool.style, command: name, stopsAtArgument: tool.stopsAtArgument ?? false, numericFlag: undefined, isLenient: true });
  const problems = [...planned.problems, ...passwordProblems(name, parsed.flags["password"], parsed.flagWords["password"])];
  const rewrite = rewritePassword(words, parsed);
  if (rewrite === undefined) return { operation: planned.operation, problems, argv };
  const asking = parsed.flagWords["password"];
  const told: Problem = { code: "password-prompt", start: asking?.start ?? 0, end: asking?.end ?? 0, facts: { command: name, variable: rewrite.variable } };
  return { operation: { ...planned.operation, argv: rewrite.client, flags: Object.fromEntries(Object.entries(planned.operation.flags).filter(([flag]) => flag !== "password")) }, argv: rewrite.argv, problems: [...problems, told] };
}

function passwordProblems(name: string, value: unknown, word: CommandWord | undefined): readonly Problem[] {
  const isLiteral = typeof value === "string" && value !== "" && word !== undefined && word.unresolved.length === 0;
  return isLiteral && /^(?:mysql|mariadb)/.test(name) ? [{ code: "password-in-arguments", start: word.start, end: word.end, facts: { command: name } }] : [];
}

function planProgram(words: readonly CommandWord[], input: InputShape, planTool: PlanTool): PlannedCall {
  const name = programName(words[0]);
  const tool = findTool(name, "pod");
  if (tool !== undefined) {
    const planned = planTool(tool, words, { input, place: "pod" });
    return { operation: { ...planned.operation, engine: "inProcess", argv: words.map((word) => word.value) }, problems: planned.problems };
  }
  return { operation: innerOperation(words, name, "undetermined", `what ${name} does in the pod is not known`), problems: [] };
}

function innerOperation(words: readonly CommandWord[], tool: string, risk: Risk, why: string): Operation {
  const argv = words.map((word) => word.value);
  return { tool, verb: "", argv, positionals: argv.slice(1), flags: {}, rest: undefined, inner: undefined, engine: "inProcess", risk, why, destination: undefined, undo: undefined, waits: false };
}

/** `sh -c TEXT`: as dangerous as the most dangerous call in the text, undetermined where the text is more than simple commands. */
function planShell(words: readonly CommandWord[], bare: readonly CommandWord[], input: InputShape, planTool: PlanTool): PlannedCall {
  const name = programName(bare[0]);
  const flag = bare.findIndex((word) => /^-[a-z]*c$/.test(word.value));
  const script = flag < 0 ? undefined : bare[flag + 1];
  if (script === undefined) {
    const hasScript = bare.slice(1).some((word) => !word.value.startsWith("-"));
    const problems: Problem[] = hasScript || input.kind !== "none" ? [] : [{ code: "interactive-session", ...spanOf(words), facts: { command: `${name} without -c`, cure: `Give the command: ${name} -c '…'` } }];
    return { operation: innerOperation(words, name, "undetermined", "what the shell is told is not known"), problems };
  }
  const shell = parseShell(script.value, "pod");
  const isReadable = shell.untyped.size === 0 && !shell.problems.some((problem) => severityOf(problem) === "error");
  let worst: { risk: Risk; why: string } = isReadable ? { risk: "read", why: "only reads" } : { risk: "undetermined", why: "the text for the shell is more than simple commands" };
  for (const operation of isReadable ? callsOf(shell.script, input, planTool) : callsInText(script.value, (inner) => planInner(inner, input, planTool).operation, "pod")) {
    if (worseRisk(operation.risk, worst.risk) !== worst.risk) worst = { risk: operation.risk, why: operation.why };
  }
  return { operation: innerOperation(words, name, worst.risk, worst.why), problems: [] };
}

function callsOf(script: Script, input: InputShape, planTool: PlanTool): readonly Operation[] {
  return script.commands.flatMap((statement) => statementCalls(statement, input, planTool));
}

function statementCalls(statement: Statement, input: InputShape, planTool: PlanTool): readonly Operation[] {
  const nodes = statement.command.type === "AndOr" ? statement.command.commands : [statement.command];
  return nodes.flatMap((node) => {
    if (node.type === "For") return node.body.commands.flatMap((one) => statementCalls(one, input, planTool));
    const commands = node.type === "Pipeline" ? node.commands : [node];
    return commands.flatMap((command, index) => {
      if (command.type !== "Command") return [innerOperation([], "sh", "undetermined", "the text for the shell is more than simple commands")];
      const words = expandStatically(commandWords(command), SET_IN_THE_POD).words;
      if (words.length === 0) return [];
      const isFed = index > 0 || command.redirects.some((one) => one.type !== "Redirect" || one.operator === "<");
      const own = writesFile(command.redirects) ? [innerOperation([], "sh", "change", "writes a file in the pod")] : [];
      return [planInner(words, isFed ? { kind: "stream" } : input, planTool).operation, ...own];
    });
  });
}

function writesFile(redirects: readonly { readonly type: string; readonly operator: string; readonly target?: { readonly value: string } | undefined }[]): boolean {
  return redirects.some((one) => one.type === "Redirect" && one.operator.includes(">") && one.operator !== ">&" && one.target?.value !== "/dev/null");
}

/** `exec`, `env A=b`, `timeout 5` and their like leave the risk to what they start. */
function stripWrappers(words: readonly CommandWord[]): readonly CommandWord[] {
  let rest = words;
  for (;;) {
    const name = programName(rest[0]);
    if (name === "exec" || name === "nohup" || name === "nice") rest = rest.slice(1);
    else if (name === "timeout") rest = rest.slice(2);
    else if (name === "env" && rest.length > 1) {
      const next = rest.findIndex((word, index) => index > 0 && !word.value.includes("="));
      if (next < 0) return rest;
      rest = rest.slice(next);
    } else return rest;
  }
}

function programName(word: CommandWord | undefined): string {
  const value = word?.value ?? "";
  return value.slice(value.lastIndexOf("/") + 1);
}

function spanOf(words: readonly CommandWord[]): { readonly start: number; readonly end: number } {
  return { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0 };
}
