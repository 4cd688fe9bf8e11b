import { forEachChild, parse, type ParsedScript, type Script, type Statement, type SyntaxNode, type Word } from "unbash";
import type { Problem } from "../problem.ts";
import { messageOf } from "../runtimeError.ts";
import { findHiddenCharacters } from "./hiddenCharacters.ts";
import { findUntyped, type ShellPlace } from "./support.ts";

/** Stands for an `&` that belongs to an address; `releaseText` turns it back. One unit long, so that offsets stay true. */
const HELD_AMPERSAND = "\uE000";

/** A cell's text as unbash's tree. Offsets are UTF-16 units into the text. */
export interface ParsedShell {
  readonly source: string;
  readonly script: Script;
  /** With an `error` among them the cell must not run: a recovered tree can be a different, valid command. */
  readonly problems: readonly Problem[];
  /** Top-level statements outside the supported subset: they can only run in real bash, as a whole. */
  readonly untyped: ReadonlySet<Statement>;
}

/** Reads shell text. Total: whatever the text, it returns a tree and problems. */
export function parseShell(source: string, place: ShellPlace = "kernel"): ParsedShell {
  const problems: Problem[] = [...findHiddenCharacters(source)];
  const read = readScript(problems.length === 0 ? source : "", problems);
  const { script, held } = read;
  problems.push(...held, ...unquotedAddresses(script, source), ...collectErrors(script, source));
  const untyped = new Set<Statement>();
  for (const statement of script.commands) {
    const found = findUntyped(statement, place);
    if (found.length > 0) untyped.add(statement);
    // What was never closed ends, for the parser, one behind the text.
    problems.push(...found.map((problem) => ({ ...problem, end: Math.min(problem.end, source.length) })));
  }
  return { source, script, problems: problems.sort((a, b) => a.start - b.start), untyped };
}

/** Gives back the text a person wrote, where the parser held an `&` of an address. */
export function releaseText(text: string): string {
  return text.replaceAll(HELD_AMPERSAND, "&");
}

function readScript(source: string, problems: Problem[]): { script: Script & ParsedScript; held: readonly Problem[] } {
  let text = source;
  const held = new Map<number, Problem>();
  try {
    let script = parse(text);
    // Each turn holds one ampersand; an address has at most as many as the text has.
    for (let found = findSplitAddress(script, text); found !== undefined; found = findSplitAddress(script, text)) {
      text = text.slice(0, found.ampersand) + HELD_AMPERSAND + text.slice(found.ampersand + 1);
      held.set(found.start, addressProblem(source, found.start, addressEnd(source, found.start), "&"));
      script = parse(text);
    }
    return { script, held: [...held.values()] };
  } catch (error) {
    problems.push({ code: "shell-syntax", start: 0, end: source.length, facts: { detail: messageOf(error) } });
    return { script: parse(""), held: [] };
  }
}

/** `curl https://host/p?a=1&b=2`: bash would send curl to the background; the address ends where the next blank does. */
function findSplitAddress(script: Script, text: string): { start: number; ampersand: number } | undefined {
  for (const statement of script.commands) {
    if (statement.background !== true) continue;
    const ampersand = statement.end - 1;
    const word = lastWord(statement);
    if (word === undefined || word.end !== ampersand || !/^https?:\/\//.test(word.text)) continue;
    if (text[ampersand] === "&" && /[A-Za-z_]/.test(text[ampersand + 1] ?? "")) return { start: word.pos, ampersand };
  }
  return undefined;
}

function lastWord(node: SyntaxNode): Word | undefined {
  let last: SyntaxNode | undefined;
  forEachChild(node, (child) => {
    last = child;
  });
  if (last === undefined) return node.type === "Word" ? node : undefined;
  return last.type === "Word" ? last : lastWord(last);
}

function addressEnd(source: string, start: number): number {
  const length = /^[^\s;|<>]*/.exec(source.slice(start))?.[0].length ?? 0;
  return start + length;
}

function addressProblem(source: string, start: number, end: number, characters: string): Problem {
  const text = source.slice(start, end);
  const problem = { code: "unquoted-url", start, end, facts: { characters } } as const;
  return text.includes("'") ? problem : { ...problem, fix: { title: "Quote the address", text: `'${text}'` } };
}

/** Addresses whose brackets break the syntax, so that the error comes with its cure. */
function unquotedAddresses(script: ParsedScript, source: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const error of script.errors ?? []) {
    if (source[error.pos] !== "(") continue;
    const start = source.slice(0, error.pos).search(/https?:\/\/[^\s'"]*$/);
    if (start >= 0) problems.push(addressProblem(source, start, addressEnd(source, start), "( ) { } [ ]"));
  }
  return problems;
}

/** Errors of the script and of the substitutions inside it, each with the span of what is wrong. */
function collectErrors(script: ParsedScript, source: string): readonly Problem[] {
  const found = new Map<number, Problem>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script") {
      for (const error of node.errors ?? []) {
        const start = Math.min(error.pos, source.length);
        const problem: Problem = { code: "shell-syntax", start, end: Math.min(start + 1, source.length), facts: { detail: error.message } };
        if (!found.has(start)) found.set(start, problem);
      }
    }
    forEachChild(node, visit);
  };
  visit(script);
  return [...found.values()];
}
