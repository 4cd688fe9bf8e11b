import type { DoubleQuotedChild, HereDocBody, Word, WordPart } from "unbash";
import type { Problem } from "../problem.ts";
import { expandBraces, MAX_WORDS } from "./braces.ts";
import { releaseText } from "./parse.ts";

type CommandPart = Extract<WordPart, { type: "CommandExpansion" }>;

/** One word as a command gets it, with the span of the source word it came from. */
export interface CommandWord {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** Variables and substitutions inside whose value is not known yet, as written; empty at run time. */
  readonly unresolved: readonly string[];
}

/** What an expansion needs to know from outside. */
export interface ExpansionHost {
  /** The value of a variable; `undefined` where it is not set. */
  variable(name: string): string | undefined;
  /** Runs `$(…)` and gives its output without trailing newlines. A rejection ends the expansion. */
  substitute(part: CommandPart): Promise<string>;
}

/** An expansion's words, or the reasons why there are none: with problems, nothing may run. */
export interface Expansion {
  readonly words: readonly CommandWord[];
  readonly problems: readonly Problem[];
}

type Request = { readonly kind: "variable"; readonly name: string; readonly text: string; readonly start: number; readonly end: number } | { readonly kind: "command"; readonly part: CommandPart } | { readonly kind: "tooMany"; readonly start: number; readonly end: number };

/** `undefined`: not set. An opaque text stands for a value not known yet: it is not split into words. */
type Answer = { readonly text: string; readonly isOpaque: boolean } | undefined;

type Step<T> = Generator<Request, T, Answer>;

/** Fields under construction: `open` is the field that grows, `undefined` between fields. */
interface Fields {
  readonly done: string[];
  open: string | undefined;
}

const UNSET: Answer = undefined;

/**
 * Expands words as bash does: braces, `~`, variables, substitutions, word splitting, quote removal. Patterns (`*`, `?`, `[…]`) are
 * passed as written; `expandPatterns` puts files in their place. An unset variable is a problem, never an empty word.
 */
export async function expandWords(words: readonly Word[], host: ExpansionHost): Promise<Expansion> {
  const result: CommandWord[] = [];
  const problems: Problem[] = [];
  for (const word of words) {
    const values = await drive(expandFields(word), host, problems);
    for (const value of values) result.push({ value: releaseText(value), start: word.pos, end: word.end, unresolved: [] });
  }
  return { words: result, problems };
}

/** Expands without splitting: the value of an assignment, a here-string, the body of a here-document. */
export async function expandText(node: Word | HereDocBody, host: ExpansionHost): Promise<{ readonly text: string; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const text = await drive(expandWhole(node), host, problems);
  return { text: releaseText(text), problems };
}

/** What is known of variables before anything runs. */
export interface StaticVariables {
  /** True where the variable will have a value by then. */
  isKnown(name: string): boolean;
  /** The value itself, where it is certain already. */
  valueOf(name: string): string | undefined;
}

/** Expands with what is known before anything runs. */
export function expandStatically(words: readonly Word[], variables: StaticVariables): Expansion {
  const problems: Problem[] = [];
  const result = words.flatMap((word) => {
    const unresolved: string[] = [];
    const values = driveStatically(expandFields(word), variables, problems, unresolved);
    return values.map((value) => ({ value: releaseText(value), start: word.pos, end: word.end, unresolved }));
  });
  return { words: result, problems };
}

/** The text of a word or here-document before anything runs, with unknown parts as written. */
export function expandTextStatically(node: Word | HereDocBody, variables: StaticVariables): { readonly text: string; readonly problems: readonly Problem[]; readonly unresolved: readonly string[] } {
  const problems: Problem[] = [];
  const unresolved: string[] = [];
  const text = driveStatically(expandWhole(node), variables, problems, unresolved);
  return { text: releaseText(text), problems, unresolved };
}

async function drive<T>(steps: Step<T>, host: ExpansionHost, problems: Problem[]): Promise<T> {
  let turn = steps.next(UNSET);
  while (turn.done !== true) turn = steps.next(await answer(turn.value, host, problems));
  return turn.value;
}

async function answer(request: Request, host: ExpansionHost, problems: Problem[]): Promise<Answer> {
  if (request.kind === "tooMany") {
    problems.push(tooManyWords(request));
    return undefined;
  }
  if (request.kind === "command") return { text: await host.substitute(request.part), isOpaque: false };
  const value = host.variable(request.name);
  if (value !== undefined) return { text: value, isOpaque: false };
  if (request.text !== "") problems.push(unsetVariable(request));
  return undefined;
}

function driveStatically<T>(steps: Step<T>, variables: StaticVariables, problems: Problem[], unresolved: string[]): T {
  let turn = steps.next(UNSET);
  while (turn.done !== true) {
    const request = turn.value;
    if (request.kind === "tooMany") {
      problems.push(tooManyWords(request));
      turn = steps.next(UNSET);
      continue;
    }
    const text = request.kind === "command" ? request.part.text : request.text;
    const value = request.kind === "variable" ? variables.valueOf(request.name) : undefined;
    if (value !== undefined) turn = steps.next({ text: value, isOpaque: false });
    else if (request.kind === "variable" && !variables.isKnown(request.name)) {
      if (text !== "") problems.push({ ...unsetVariable(request), code: "variable-not-set" });
      // The word keeps what was written, so that a plan does not show a hole.
      turn = steps.next(text === "" ? UNSET : { text, isOpaque: true });
    } else {
      const shown = text === "" && request.kind === "variable" ? `$${request.name}` : text;
      unresolved.push(shown);
      turn = steps.next({ text: shown, isOpaque: true });
    }
  }
  return turn.value;
}

function unsetVariable(request: Extract<Request, { kind: "variable" }>): Problem {
  return { code: "unset-variable", start: request.start, end: request.end, facts: { name: request.name } };
}

function tooManyWords(request: { readonly start: number; readonly end: number }): Problem {
  return { code: "too-many-words", start: request.start, end: request.end, facts: { limit: String(MAX_WORDS) } };
}

function* expandFields(word: Word): Step<readonly string[]> {
  const result: string[] = [];
  const alternatives = braceAlternatives(word);
  if (alternatives === undefined) {
    yield { kind: "tooMany", start: word.pos, end: word.end };
    return [];
  }
  for (const parts of alternatives) {
    const fields: Fields = { done: [], open: undefined };
    let isFirst = true;
    for (const part of parts) {
      if (typeof part === "string") append(fields, part);
      else yield* addPart(part, fields, isFirst);
      isFirst = false;
    }
    if (fields.open !== undefined) fields.done.push(fields.open);
    result.push(...fields.done);
  }
  return result;
}

function* expandWhole(node: Word | HereDocBody): Step<string> {
  if (node.parts === undefined) return node.type === "Word" ? yield* expandTilde(node.value, node.text, node.pos) : node.text;
  let text = "";
  for (const part of node.parts) {
    const fields: Fields = { done: [], open: undefined };
    if (part.type === "SimpleExpansion" || part.type === "ParameterExpansion" || part.type === "CommandExpansion") text += (yield* resolve(part))?.text ?? "";
    else {
      yield* addPart(part, fields, part === node.parts[0]);
      text += fields.open ?? "";
    }
  }
  return text;
}

/** The word once for each combination of its brace ranges, as bash expands braces before everything else; `undefined` for too many. */
function braceAlternatives(word: Word): readonly (readonly (WordPart | string)[])[] | undefined {
  const literal: WordPart = { type: "Literal", pos: word.pos, end: word.end, value: word.value, text: word.text };
  let alternatives: (WordPart | string)[][] = [[]];
  for (const part of word.parts ?? [literal]) {
    const choices: readonly (WordPart | string)[] = part.type === "BraceExpansion" ? expandBraces(part.text) : [part];
    if (choices.length * alternatives.length > MAX_WORDS) return undefined;
    alternatives = alternatives.flatMap((before) => choices.map((choice) => [...before, choice]));
  }
  return alternatives;
}

function* addPart(part: WordPart, fields: Fields, isFirst: boolean): Step<void> {
  switch (part.type) {
    case "Literal":
      append(fields, isFirst ? yield* expandTilde(part.value, part.text, part.pos) : part.value);
      return;
    case "SingleQuoted":
    case "AnsiCQuoted":
      append(fields, part.value);
      return;
    case "Glob":
      append(fields, part.text);
      return;
    case "DoubleQuoted":
      append(fields, "");
      for (const child of part.parts) append(fields, yield* quotedText(child));
      return;
    case "SimpleExpansion":
    case "ParameterExpansion":
    case "CommandExpansion":
      addSplit(fields, yield* resolve(part));
      return;
    case "BraceExpansion":
    case "ArithmeticExpansion":
    case "LocaleString":
    case "ProcessSubstitution":
    case "ExtendedGlob":
      // Outside the subset (`support.ts`): such a statement never reaches execution; plans show it as written.
      append(fields, part.text);
  }
}

function* quotedText(child: DoubleQuotedChild): Step<string> {
  switch (child.type) {
    case "Literal":
      return child.value;
    case "ArithmeticExpansion":
      return child.text;
    case "SimpleExpansion":
    case "ParameterExpansion":
    case "CommandExpansion":
      return (yield* resolve(child))?.text ?? "";
  }
}

function* resolve(part: Extract<DoubleQuotedChild, { type: "SimpleExpansion" | "ParameterExpansion" | "CommandExpansion" }>): Step<Answer> {
  if (part.type === "CommandExpansion") return yield { kind: "command", part };
  const place = { start: part.pos, end: part.end };
  if (part.type === "SimpleExpansion") return yield { kind: "variable", name: part.text.slice(1), text: part.text, ...place };
  const operation = part.operation;
  if (operation?.type !== "Default") return yield { kind: "variable", name: part.parameter, text: part.text, ...place };
  // An empty text asks whether the variable is set without making its absence a problem.
  const isRequired = operation.operator.endsWith("?");
  const value = yield { kind: "variable", name: part.parameter, text: isRequired ? part.text : "", ...place };
  const isPresent = value !== undefined && (value.text !== "" || !operation.operator.startsWith(":"));
  if (operation.operator.endsWith("+")) return isPresent ? { text: yield* expandWhole(operation.operand), isOpaque: true } : { text: "", isOpaque: false };
  if (isPresent || isRequired) return value;
  return { text: yield* expandWhole(operation.operand), isOpaque: false };
}

function* expandTilde(value: string, text: string, start: number): Step<string> {
  if (!text.startsWith("~") || !/^~(?:\/|$)/.test(value)) return value;
  const home = yield { kind: "variable", name: "HOME", text: "~", start, end: start + 1 };
  return (home?.text ?? "") + value.slice(1);
}

function append(fields: Fields, text: string): void {
  fields.open = (fields.open ?? "") + text;
}

function addSplit(fields: Fields, value: Answer): void {
  if (value === undefined) return;
  if (value.isOpaque) return append(fields, value.text);
  const pieces = value.text.split(/[ \t\n]+/);
  pieces.forEach((piece, index) => {
    if (index > 0 && fields.open !== undefined) {
      fields.done.push(fields.open);
      fields.open = undefined;
    }
    if (piece !== "") append(fields, piece);
  });
}
