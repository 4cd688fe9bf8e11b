import { parseWords } from "../command/flagParser.ts";
import { selectCommand } from "../command/planOperation.ts";
import type { CommandWord } from "../shell/expand.ts";
import { findTool, LOCAL_TOOLS, POD_TOOLS } from "../command/schema/table.ts";
import type { CommandSpec, FlagSpec, ToolSpec } from "../command/schema/spec.ts";
import { commandAt, type WrittenCommand, type WrittenWord } from "./commandAt.ts";
import { completeArgument } from "./completeArgument.ts";
import { completeFlagValue } from "./completeFlagValue.ts";
import type { LanguageFacts, LookUp } from "./facts.ts";
import { flagMeaning } from "./flagMeanings.ts";

export type ItemKind = "command" | "verb" | "flag" | "value" | "context" | "namespace" | "type" | "object" | "container" | "bucket" | "key" | "variable" | "cell";

/** One suggestion: `insert` takes the place of `start`–`end` of the text. */
export interface CompletionItem {
  readonly kind: ItemKind;
  readonly label: string;
  /** A few words beside the label. */
  readonly detail: string;
  /** A sentence or two below it; empty where the label says it all. */
  readonly documentation: string;
  readonly insert: string;
  readonly start: number;
  readonly end: number;
}

/** Names that only a target knows, and how they become suggestions. */
export interface LiveRequest {
  readonly lookUp: LookUp;
  readonly kind: ItemKind;
  readonly start: number;
  readonly end: number;
  /** Stands before each name in what is inserted: `deployment/`. */
  readonly before: string;
  /** Stands after it: `=`. */
  readonly after: string;
}

export interface Completion {
  readonly items: readonly CompletionItem[];
  readonly live: LiveRequest | undefined;
}

/** What is being completed: the call so far, and the word under the cursor. */
export interface CallSoFar {
  readonly tool: ToolSpec;
  readonly command: CommandSpec;
  readonly flags: Readonly<Record<string, unknown>>;
  /** Arguments before the cursor, without verbs and flags. */
  readonly positionals: readonly string[];
  readonly facts: LanguageFacts;
  /** The word's text up to the cursor, and the span that a suggestion replaces. */
  readonly typed: string;
  readonly start: number;
  readonly end: number;
}

const NONE: Completion = { items: [], live: undefined };

/** What may stand at an offset of a cell's command text. Total. */
export function completeCommand(text: string, offset: number, facts: LanguageFacts): Completion {
  const found = commandAt(text, offset);
  if (found === undefined || isComment(text, offset)) return NONE;
  const variables = completeVariable(text, offset, found.command, facts);
  if (variables !== undefined) return { items: variables, live: undefined };
  const current = found.word === undefined ? undefined : found.command.words[found.word];
  const word: WrittenWord = current === undefined ? { value: "", start: offset, end: offset, expands: true } : current;
  const before = found.command.words.filter(({ end }) => end < offset && end <= word.start);
  const typed = unquoted(text.slice(word.start, offset));
  const name = before.findIndex(({ value }) => !/^\w+\+?=/.test(value));
  const called = name < 0 ? [] : before.slice(name);
  if (called.length === 0) return { items: toolItems(LOCAL_TOOLS, word), live: undefined };
  return completeCall(called, { facts, typed, start: word.start, end: word.end }, "local");
}

function isComment(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^\s*#/.test(line);
}

/** The text of a word without the quote that opens it. */
function unquoted(text: string): string {
  return text.replace(/^["']/, "");
}

type Cursor = Pick<CallSoFar, "facts" | "typed" | "start" | "end">;

function completeCall(words: readonly WrittenWord[], cursor: Cursor, place: "local" | "pod"): Completion {
  const dashes = words.findIndex(({ value }) => value === "--");
  const name = words[0]?.value ?? "";
  if (place === "local" && name === "kubectl" && dashes > 0) {
    const inner = words.slice(dashes + 1);
    return inner.length === 0 ? { items: toolItems(POD_TOOLS, cursor), live: undefined } : completeCall(inner, cursor, "pod");
  }
  const tool = findTool(name.slice(name.lastIndexOf("/") + 1), place);
  if (tool === undefined) return NONE;
  const called = words.map(({ value, start, end }): CommandWord => ({ value, start, end, unresolved: [] }));
  const { command, args, problems } = selectCommand(tool, called);
  const hasVerb = problems.length === 0 && !(command === tool.fallback && args.length === 0);
  const specs = hasVerb ? [...command.flags, ...tool.flags] : tool.flags;
  const open = openFlag(hasVerb ? args : called.slice(1), specs, tool);
  const parsed = parseWords(hasVerb ? args : [], specs, { style: tool.style, command: "", stopsAtArgument: tool.stopsAtArgument ?? false, numericFlag: tool.numericFlag, isLenient: true });
  const call: CallSoFar = { ...cursor, tool, command, flags: parsed.flags, positionals: parsed.positionals.map(({ value }) => value) };
  if (open !== undefined) return completeFlagValue(call, open, cursor.start);
  const attached = /^--([\w.-]+)=/.exec(cursor.typed);
  const attachedSpec = attached === null ? undefined : specs.find((spec) => spec.name === attached[1] && spec.value !== "none");
  if (attached !== null && attachedSpec !== undefined) return completeFlagValue(call, attachedSpec, cursor.start + attached[0].length);
  if (cursor.typed.startsWith("-")) return { items: flagItems(call, specs), live: undefined };
  const verbs = verbItems(tool, called, cursor);
  if (!hasVerb) return { items: verbs, live: undefined };
  const argument = completeArgument(call);
  return call.positionals.length > 0 && command !== tool.fallback ? argument : { items: [...verbs, ...argument.items], live: argument.live };
}

/** The flag whose value is the word under the cursor: the last word before it, where that wants a value and has none. */
function openFlag(args: readonly CommandWord[], specs: readonly FlagSpec[], tool: ToolSpec): FlagSpec | undefined {
  const last = args.at(-1)?.value ?? "";
  const spec = specs.find((one) => last === `--${one.name}` || (tool.style !== "loose" && one.short !== undefined && new RegExp(`^-\\w*${one.short}$`).test(last) && !last.startsWith("--")));
  if (spec?.value !== "required") return undefined;
  // In `--selector --output` the second is the first one's value and opens nothing.
  const earlier = args.at(-2)?.value ?? "";
  const isValue = specs.some((one) => one.value === "required" && (earlier === `--${one.name}` || earlier === `-${one.short ?? ""}`));
  return isValue ? undefined : spec;
}

function toolItems(tools: readonly ToolSpec[], { start, end }: { readonly start: number; readonly end: number }): readonly CompletionItem[] {
  const seen = new Set<string>();
  return tools.flatMap((tool): readonly CompletionItem[] => {
    if (seen.has(tool.tool)) return [];
    seen.add(tool.tool);
    const [only] = tool.commands;
    const summary = tool.commands.length === 1 ? (only?.summary ?? "") : `${tool.commands.length} commands`;
    return [{ kind: "command", label: tool.tool, detail: summary, documentation: "", insert: tool.tool, start, end }];
  });
}

/** The next word of every verb that begins as the words so far do. */
function verbItems(tool: ToolSpec, words: readonly CommandWord[], { start, end }: Cursor): readonly CompletionItem[] {
  const spoken = words.slice(1).filter(({ value }, index, all) => !value.startsWith("-") && !isFlagValue(tool, all[index - 1]?.value)).map(({ value }) => value);
  const beginning = spoken.length === 0 ? "" : `${spoken.join(" ")} `;
  const next = new Map<string, readonly CommandSpec[]>();
  for (const command of tool.commands) {
    if (command.verb === "" || !command.verb.startsWith(beginning)) continue;
    const word = command.verb.slice(beginning.length).split(" ")[0] ?? "";
    if (word !== "") next.set(word, [...(next.get(word) ?? []), command]);
  }
  return [...next].map(([word, commands]): CompletionItem => {
    const whole = commands.find(({ verb }) => verb === beginning + word);
    const detail = whole?.summary ?? commands.map(({ verb }) => verb.slice(beginning.length + word.length + 1).split(" ")[0] ?? "").filter((part, index, all) => all.indexOf(part) === index).join(", ");
    return { kind: "verb", label: word, detail, documentation: "", insert: word, start, end };
  });
}

function isFlagValue(tool: ToolSpec, before: string | undefined): boolean {
  return before !== undefined && tool.flags.some((flag) => flag.value === "required" && (before === `--${flag.name}` || before === `-${flag.short ?? ""}`));
}

function flagItems(call: CallSoFar, specs: readonly FlagSpec[]): readonly CompletionItem[] {
  const { tool, command, flags, start, end } = call;
  return specs.flatMap((spec): readonly CompletionItem[] => {
    const isTaken = flags[spec.name] !== undefined && !spec.isRepeatable;
    if (isTaken || spec.name.length === 1) return [];
    const short = spec.short === undefined || spec.short === spec.name ? "" : `-${spec.short} `;
    const isOwn = typeof command.engine === "function" ? true : command.engine === "inProcess";
    const documentation = [flagMeaning(tool.tool, spec.name), spec.isDelegated && isOwn ? `With it, ${tool.tool} itself carries the call out; a drill refuses it.` : ""].filter((part) => part !== "").join(" ");
    const insert = spec.value === "required" && tool.style === "pflag" ? `--${spec.name}=` : `--${spec.name}`;
    return [{ kind: "flag", label: `--${spec.name}`, detail: `${short}${spec.value === "none" ? "" : "VALUE"}`.trim(), documentation, insert, start, end }];
  });
}

/** `$NA`, `${NA` and `"$NA` under the cursor; `undefined` where no variable is being written. */
function completeVariable(text: string, offset: number, command: WrittenCommand, { variables }: LanguageFacts): readonly CompletionItem[] | undefined {
  const beginning = /\$(\{?)\w*$/.exec(text.slice(command.start, offset));
  if (beginning === null) return undefined;
  const word = command.words.find(({ start, end }) => start <= offset && offset <= end);
  if (word !== undefined && !word.expands) return undefined;
  const rest = /^\w*\}?/.exec(text.slice(offset))?.[0] ?? "";
  const [start, end] = [command.start + beginning.index, offset + rest.length];
  return variables.map(({ name, description, value }) => ({
    kind: "variable", label: name, detail: value ?? "", documentation: description, insert: beginning[1] === "{" ? `\${${name}}` : `$${name}`, start, end,
  }));
}

/** The suggestions that a look-up's names are. */
export function liveItems(request: LiveRequest, names: readonly string[]): readonly CompletionItem[] {
  const { kind, start, end, before, after } = request;
  return names.map((name) => ({ kind, label: before + name, detail: "", documentation: "", insert: `${before}${name}${after}`, start, end }));
}
