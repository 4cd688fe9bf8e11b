import type { Problem } from "../problem.ts";
import { severityOf } from "../problem.ts";
import type { CommandWord } from "../shell/expand.ts";
import type { InputShape } from "../shell/host.ts";
import { parseShell } from "../shell/parse.ts";
import { parseWords } from "./flagParser.ts";
import type { Operation } from "./operation.ts";
import { rewrittenClient, rewritePassword } from "./passwordRewrite.ts";
import { worseRisk } from "./plan.ts";
import type { CallContext, PlannedCall } from "./planOperation.ts";
import type { ToolSpec, Verdict } from "./schema/spec.ts";
import { findTool } from "./schema/table.ts";
import { isShell, judgeStarted, shellText, verdictsInText, type JudgeCall } from "./startedCalls.ts";
import { programName, startedBy } from "./starters.ts";

/** A program's call in a pod. */
export interface InnerPlan {
  readonly operation: Operation;
  /** Words to execute: those of `operation`, or around them the pod's shell that hands the password over. */
  readonly argv: readonly string[];
  readonly problems: readonly Problem[];
}

/** What the reading of a pod's program needs of the reading of any call. */
export interface PlanCalls {
  readonly planTool: (tool: ToolSpec, words: readonly CommandWord[], context: CallContext) => PlannedCall;
  readonly judgeCall: JudgeCall;
}

/** Reads the words after `--` of `kubectl exec`. Programs that no row knows are `undetermined` and no problem. */
export function planInner(words: readonly CommandWord[], input: InputShape, calls: PlanCalls): InnerPlan {
  const argv = words.map((word) => word.value);
  const ours = rewrittenClient(argv);
  if (ours !== undefined) return { ...planProgram(words.slice(3), input, calls), argv };
  const bare = startedWords(words);
  const name = programName(bare[0]);
  if (isShell(bare)) return { ...planShell(words, bare, input, calls), argv };
  const planned = planProgram(bare, input, calls);
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

function planProgram(words: readonly CommandWord[], input: InputShape, calls: PlanCalls): PlannedCall {
  const name = programName(words[0]);
  const tool = findTool(name, "pod");
  if (tool !== undefined) {
    const planned = calls.planTool(tool, words, { input, place: "pod" });
    return { operation: { ...planned.operation, engine: "inProcess", argv: words.map((word) => word.value) }, problems: planned.problems };
  }
  const verdict = judgeStarted(words, { risk: "undetermined", why: `what ${name} does in the pod is not known` }, input, "pod", calls.judgeCall);
  return { operation: innerOperation(words, name, verdict), problems: [] };
}

function innerOperation(words: readonly CommandWord[], tool: string, { risk, why }: Verdict): Operation {
  const argv = words.map((word) => word.value);
  return { tool, verb: "", argv, positionals: argv.slice(1), flags: {}, rest: undefined, inner: undefined, engine: "inProcess", risk, why, destination: undefined, undo: undefined, waits: false };
}

/** `sh -c TEXT`, or a text in the input: as dangerous as the most dangerous call in it, undetermined where the text is more than simple commands. */
function planShell(words: readonly CommandWord[], bare: readonly CommandWord[], input: InputShape, calls: PlanCalls): PlannedCall {
  const name = programName(bare[0]);
  const script = shellText(bare, input);
  if (script === undefined) {
    const hasScript = bare.slice(1).some((word) => !word.value.startsWith("-"));
    const problems: Problem[] = hasScript || input.kind !== "none" ? [] : [{ code: "interactive-session", ...spanOf(words), facts: { command: `${name} without -c`, cure: `Give the command: ${name} -c '…'` } }];
    return { operation: innerOperation(words, name, { risk: "undetermined", why: "what the shell is told is not known" }), problems };
  }
  const shell = parseShell(script, "pod");
  const isReadable = shell.untyped.size === 0 && !shell.problems.some((problem) => severityOf(problem) === "error");
  const own: Verdict = isReadable ? { risk: "read", why: "only reads" } : { risk: "undetermined", why: "the text for the shell is more than simple commands" };
  const verdict = verdictsInText(script, input, "pod", calls.judgeCall).reduce((worst, one) => (worseRisk(one.risk, worst.risk) === worst.risk ? worst : one), own);
  return { operation: innerOperation(words, name, verdict), problems: [] };
}

/** `exec`, `env A=b`, `timeout 5` and their like leave the risk to what they start. */
function startedWords(words: readonly CommandWord[]): readonly CommandWord[] {
  let rest = words;
  for (;;) {
    const [started] = startedBy(programName(rest[0]), rest);
    if (started === undefined || !started.isPlain) return rest;
    rest = started.words;
  }
}

function spanOf(words: readonly CommandWord[]): { readonly start: number; readonly end: number } {
  return { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0 };
}
