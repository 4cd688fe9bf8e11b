import { severityOf, type Problem } from "../problem.ts";
import type { CommandWord } from "../shell/expand.ts";
import type { InputShape } from "../shell/host.ts";
import { parseWords, type ParsedWords } from "./flagParser.ts";
import { nearest, nearestWords } from "./nearest.ts";
import type { Engine, Operation } from "./operation.ts";
import { planInner } from "./planInner.ts";
import { judgeStarted, type JudgeCall } from "./startedCalls.ts";
import { TARGET_FLAGS } from "./schema/kubectl.ts";
import { hasFlag, type Call, type CommandSpec, type Place, type ToolSpec, type Verdict } from "./schema/spec.ts";
import { findTool, LOCAL_TOOLS } from "./schema/table.ts";
import { valueRule } from "./schema/values.ts";

/** A typed call, with what is wrong with it. With an `error` among the problems it must not run. */
export interface PlannedCall {
  readonly operation: Operation;
  readonly problems: readonly Problem[];
}

/** What is known about a call's surroundings. */
export interface CallContext {
  readonly input: InputShape;
  readonly place: Place;
}

const NO_INPUT: InputShape = { kind: "none" };

/** Words without a place in a text, for callers that have only an argument list. */
export function wordsOf(argv: readonly string[]): readonly CommandWord[] {
  return argv.map((value) => ({ value, start: 0, end: 0, unresolved: [] }));
}

/** Reads one call's words through the schema table. Total. */
export function planOperation(words: readonly CommandWord[], input: InputShape = NO_INPUT): PlannedCall {
  const [name] = words;
  const tool = name === undefined ? undefined : findTool(name.value, "local");
  if (tool !== undefined) return planTool(tool, words, { input, place: "local" });
  const problems: Problem[] = name === undefined || name.unresolved.length > 0 ? [] : [unknownCommand(name)];
  const verdict = judgeStarted(words, { risk: "undetermined", why: "the schema does not know this command" }, input, "local", judgeCall);
  return { operation: { ...unknownOperation(words, verdict.why), risk: verdict.risk }, problems };
}

/** A call's verdict alone, for calls that others start. */
const judgeCall: JudgeCall = (words, input, place) => {
  const { risk, why } = place === "pod" ? planInner(words, input, { planTool, judgeCall }).operation : planOperation(words, input).operation;
  return { risk, why };
};

/** Reads a call of a known tool. `place` says whose program it is: this machine's or a pod's. */
export function planTool(tool: ToolSpec, words: readonly CommandWord[], context: CallContext): PlannedCall {
  const { command, args, problems: verbProblems } = selectCommand(tool, words);
  const title = `${tool.tool} ${command.verb}`.trim();
  const parsed = parse(tool, command, args, title, context.place);
  const program = tool.tool === "kubectl" ? programWords(command.verb, parsed) : undefined;
  const inner = program === undefined ? undefined : planInner(program, context.input, { planTool, judgeCall });
  const exec = command.verb === "exec" ? inner : undefined;
  const call: Call = {
    verb: command.verb,
    flags: parsed.flags,
    positionals: parsed.positionals.map((word) => word.value),
    rest: exec?.argv ?? parsed.rest?.map((word) => word.value),
    inner: inner?.operation,
    input: context.input,
    place: context.place,
  };
  const verdict = judgeStarted(words, knownOrNot(tool, command, parsed, command.judge(call)), context.input, context.place, judgeCall);
  const terminal = command.verb === "exec" && tool.tool === "kubectl" ? dropTerminal(words, parsed) : { words, problems: [] };
  const problems = [...verbProblems, ...parsed.problems, ...countProblems(command, parsed, title, words), ...callProblems(command, call, parsed, words), ...valueProblems(title, context.place, parsed), ...targetProblems(tool, parsed), ...terminal.problems, ...(exec?.problems ?? [])];
  const isUnknownVerb = verbProblems.length > 0;
  const operation: Operation = {
    tool: tool.tool,
    verb: command.verb,
    argv: exec === undefined ? terminal.words.map((word) => word.value) : [...beforeRest(terminal.words), "--", ...exec.argv],
    positionals: call.positionals,
    flags: withoutFlag(call.flags, terminal.problems.length > 0 ? "tty" : undefined),
    rest: call.rest,
    inner: exec?.operation,
    engine: engineOf(tool, command, call),
    risk: isUnknownVerb ? "undetermined" : verdict.risk,
    why: isUnknownVerb ? "the schema does not know this command" : verdict.why,
    destination: tool.destination(call),
    undo: verdict.undo,
    waits: command.waits?.(call) ?? false,
  };
  return { operation, problems };
}

/** The words of the program that a call of kubectl starts in a pod, there or made for it; `undefined` where it starts none. */
function programWords(verb: string, parsed: ParsedWords): readonly CommandWord[] | undefined {
  if (verb === "exec" || verb === "debug") return parsed.rest;
  const words = verb === "run" ? (parsed.rest ?? parsed.positionals.slice(1)) : verb === "create" && parsed.positionals[0]?.value === "job" ? parsed.positionals.slice(2) : [];
  return words.length === 0 ? undefined : words;
}

/** A program with a flag that its row lacks may do more than look. */
function knownOrNot(tool: ToolSpec, command: CommandSpec, parsed: ParsedWords, verdict: Verdict): Verdict {
  const [unknown] = parsed.unknownFlags;
  if (unknown === undefined || verdict.risk !== "read" || tool.style === "loose" || command === tool.fallback || command.looksOnly === true) return verdict;
  return { risk: "undetermined", why: `what ${tool.tool} does with ${unknown} is not known` };
}

/** A flag that only the real binary carries out takes the whole call there. */
function engineOf(tool: ToolSpec, command: CommandSpec, call: Call): Engine {
  const isLeft = [...command.flags, ...tool.flags].some((flag) => flag.isDelegated && hasFlag(call, flag.name));
  if (isLeft) return "delegated";
  return typeof command.engine === "function" ? command.engine(call) : command.engine;
}

/** Flags that were taken out of the words are not among the flags either. */
function withoutFlag(flags: Operation["flags"], name: string | undefined): Operation["flags"] {
  return name === undefined ? flags : Object.fromEntries(Object.entries(flags).filter(([one]) => one !== name));
}

/** A call that no row knows. Inside a pod that is no problem: images carry what they carry. */
export function unknownOperation(words: readonly CommandWord[], why: string): Operation {
  const argv = words.map((word) => word.value);
  return { tool: argv[0] ?? "", verb: "", argv, positionals: argv.slice(1), flags: {}, rest: undefined, inner: undefined, engine: "delegated", risk: "undetermined", why, destination: undefined, undo: undefined, waits: false };
}

function parse(tool: ToolSpec, command: CommandSpec, args: readonly CommandWord[], title: string, place: Place): ParsedWords {
  const options = { style: command === tool.fallback ? "loose" : tool.style, command: title, stopsAtArgument: tool.stopsAtArgument ?? false, numericFlag: tool.numericFlag, isLenient: place === "pod", wantsWholeNames: tool.wantsWholeNames ?? false } as const;
  const parsed = parseWords(args, [...command.flags, ...tool.flags], options);
  // Only `exec` and its like give `--` a meaning of its own; elsewhere arguments follow it.
  if (parsed.rest === undefined || takesRest(tool, command)) return parsed;
  return { ...parsed, positionals: [...parsed.positionals, ...parsed.rest], rest: undefined };
}

function takesRest(tool: ToolSpec, command: CommandSpec): boolean {
  return tool.tool === "kubectl" && ["exec", "run", "debug"].includes(command.verb);
}

/** Finds the row by the first words that are no flags, as kubectl and aws do: flags may stand before the verb. */
export function selectCommand(tool: ToolSpec, words: readonly CommandWord[]): { command: CommandSpec; args: readonly CommandWord[]; problems: readonly Problem[] } {
  const args = words.slice(1);
  const [first] = tool.commands;
  if (first !== undefined && first.verb === "") return { command: first, args, problems: [] };
  const places = verbPlaces(tool, args);
  const spoken = places.map((place) => args[place]?.value ?? "");
  for (let count = Math.min(3, places.length); count > 0; count -= 1) {
    const command = tool.commands.find((one) => one.verb === spoken.slice(0, count).join(" "));
    if (command === undefined) continue;
    const taken = new Set(places.slice(0, count));
    return { command, args: args.filter((_, index) => !taken.has(index)), problems: [] };
  }
  if (tool.fallback !== undefined) return { command: tool.fallback, args, problems: [] };
  return { command: { verb: "", summary: "", flags: [], args: { names: "", min: 0, max: Number.POSITIVE_INFINITY }, engine: "delegated", judge: () => ({ risk: "undetermined", why: "" }) }, args: [], problems: unknownVerb(tool, words, places, spoken) };
}

function verbPlaces(tool: ToolSpec, args: readonly CommandWord[]): readonly number[] {
  const places: number[] = [];
  for (let index = 0; index < args.length && places.length < 3; index += 1) {
    const value = args[index]?.value ?? "";
    if (value === "--") break;
    if (!value.startsWith("-") || value === "-") {
      places.push(index);
      continue;
    }
    const spec = tool.flags.find((flag) => value === `--${flag.name}` || value === `-${flag.short ?? ""}`);
    if (spec?.value === "required") index += 1;
  }
  return places;
}

function unknownVerb(tool: ToolSpec, words: readonly CommandWord[], places: readonly number[], spoken: readonly string[]): readonly Problem[] {
  const [first] = places;
  const word = first === undefined ? undefined : words[first + 1];
  if (word === undefined) return [{ code: "missing-argument", ...spanOf(words), facts: { command: tool.tool, argument: "a command" } }];
  if (word.unresolved.length > 0) return [];
  const verbs = tool.commands.map((command) => command.verb);
  const group = verbs.find((verb) => verb.startsWith(`${word.value} `));
  if (group !== undefined) {
    const second = places[1] === undefined ? undefined : words[places[1] + 1];
    const near = nearest(`${word.value} ${spoken[1] ?? ""}`, verbs);
    return [{ code: "unknown-verb", start: word.start, end: (second ?? word).end, facts: { tool: tool.tool, name: `${word.value} ${spoken[1] ?? ""}`.trim(), nearest: nearestWords(near) } }];
  }
  const near = nearest(word.value, verbs);
  const problem: Problem = { code: "unknown-verb", start: word.start, end: word.end, facts: { tool: tool.tool, name: word.value, nearest: nearestWords(near) } };
  return [near === undefined ? problem : { ...problem, fix: { title: `Change to ${near}`, text: near } }];
}

function unknownCommand(name: CommandWord): Problem {
  const near = nearest(name.value, LOCAL_TOOLS.map((tool) => tool.tool).filter((tool) => tool.length > 2));
  const problem: Problem = { code: "unknown-command", start: name.start, end: name.end, facts: { name: name.value, nearest: nearestWords(near) } };
  return near === undefined ? problem : { ...problem, fix: { title: `Change to ${near}`, text: near } };
}

function countProblems(command: CommandSpec, parsed: ParsedWords, title: string, words: readonly CommandWord[]): readonly Problem[] {
  const count = parsed.positionals.length;
  if (count < command.args.min && !parsed.positionals.some((word) => word.unresolved.length > 0)) {
    const argument = command.args.names.split(" ").slice(count).join(" ") || command.args.names;
    return [{ code: "missing-argument", ...spanOf(words), facts: { command: title, argument } }];
  }
  const extra = parsed.positionals[command.args.max];
  return extra === undefined ? [] : [{ code: "extra-argument", start: extra.start, end: extra.end, facts: { command: title, value: extra.value } }];
}

function callProblems(command: CommandSpec, call: Call, parsed: ParsedWords, words: readonly CommandWord[]): readonly Problem[] {
  return (command.check?.(call) ?? []).flatMap((found): readonly Problem[] => {
    const word = found.at === undefined ? undefined : parsed.flagWords[found.at];
    // What is not known yet is not judged.
    if (found.code === "invalid-query" && (word?.unresolved.length ?? 0) > 0) return [];
    return [{ code: found.code, ...(word === undefined ? spanOf(words) : { start: word.start, end: word.end }), facts: found.facts }];
  });
}

/** A value that the tool itself would refuse. What is not known yet is not judged. */
function valueProblems(title: string, place: Place, parsed: ParsedWords): readonly Problem[] {
  if (place === "pod") return [];
  return Object.entries(parsed.flags).flatMap(([name, value]): readonly Problem[] => {
    const rule = valueRule(title, name);
    const word = parsed.flagWords[name];
    const text = typeof value === "string" ? value : undefined;
    if (rule === undefined || word === undefined || text === undefined || word.unresolved.length > 0 || rule.pattern.test(text)) return [];
    return [{ code: "invalid-flag-value", start: word.start, end: word.end, facts: { name: `--${name}`, value: text, expected: rule.expected } }];
  });
}

/** Flags that name a server or identity of their own would lead past the pinned targets. */
function targetProblems(tool: ToolSpec, parsed: ParsedWords): readonly Problem[] {
  if (tool.tool !== "kubectl" && tool.tool !== "aws") return [];
  const own = new Set(tool.flags.map((flag) => flag.name));
  return Object.entries(parsed.flagWords).flatMap(([name, word]) => (own.has(name) && TARGET_FLAGS.includes(name) ? [{ code: "target-override", start: word.start, end: word.end, facts: { name: `--${name}` } } as const] : []));
}

/** `-it` without a terminal is `-i`: a terminal would turn line ends into CR LF and mix errors into the output. */
function dropTerminal(words: readonly CommandWord[], parsed: ParsedWords): { readonly words: readonly CommandWord[]; readonly problems: readonly Problem[] } {
  const asking = parsed.flagWords["tty"];
  if (asking === undefined) return { words, problems: [] };
  const end = words.findIndex((word) => word.value === "--");
  const kept = words.flatMap((word, index) => {
    if (end >= 0 && index > end) return [word];
    if (word.value === "--tty" || word.value.startsWith("--tty=") || word.value === "-t") return [];
    return /^-(?:it|ti|itq|tiq)$/.test(word.value) ? [{ ...word, value: word.value.replace("t", "") }] : [word];
  });
  return { words: kept, problems: [{ code: "terminal-dropped", start: asking.start, end: asking.end, facts: {} }] };
}

function beforeRest(words: readonly CommandWord[]): readonly string[] {
  const end = words.findIndex((word) => word.value === "--");
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.value);
}

function spanOf(words: readonly CommandWord[]): { readonly start: number; readonly end: number } {
  return { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0 };
}

/** True where nothing of the call may run. */
export function isRefused(problems: readonly Problem[]): boolean {
  return problems.some((problem) => severityOf(problem) === "error");
}
