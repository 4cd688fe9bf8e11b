import type { Operation } from "../command/operation.ts";
import type { Executor, Stdio } from "../ports.ts";
import { messageOf } from "../runtimeError.ts";
import { fail, isOn, joinBytes, openInputs, readLines, textFlag, textOf, type FilterInput, type Line } from "./lines.ts";
import { escapeLiteral, PatternError, translatePattern } from "./posixRegex.ts";

interface Settings {
  readonly pattern: RegExp;
  readonly isInverted: boolean;
  readonly isCounting: boolean;
  readonly hasNumbers: boolean;
  readonly isOnlyMatching: boolean;
  readonly isQuiet: boolean;
  readonly listsFiles: boolean;
  readonly hasNames: boolean;
  readonly isText: boolean;
  readonly before: number;
  readonly after: number;
  readonly limit: number;
}

/** State of one input: what was printed, and the lines kept for `-B`. */
interface Progress {
  readonly input: FilterInput;
  number: number;
  matches: number;
  lastPrinted: number;
  afterLeft: number;
  readonly kept: { readonly line: Line; readonly number: number }[];
  isDone: boolean;
}

/** grep: exit 0 with a match, 1 without, 2 on an error. Reads lines as they come and stops reading as soon as it can. */
export const grep: Executor = async (operation, io, ports, signal) => {
  const { patterns, files } = patternsOf(operation);
  if (patterns === undefined) return fail(io, "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.", 2);
  let settings: Settings;
  try {
    settings = settingsOf(operation, patterns, files.length);
  } catch (error) {
    if (error instanceof PatternError || error instanceof SyntaxError) return fail(io, `grep: ${messageOf(error)}`, 2);
    throw error;
  }
  const { inputs, missing } = await openInputs("grep", files, io, ports);
  let total = 0;
  for (const input of inputs) {
    const progress: Progress = { input, number: 0, matches: 0, lastPrinted: 0, afterLeft: 0, kept: [], isDone: settings.limit === 0 };
    for await (const batch of readLines(input.stream)) {
      signal.throwIfAborted();
      const output = batch.flatMap((line) => (progress.isDone ? [] : takeLine(line, progress, settings)));
      if (output.length > 0) await io.stdout(joinBytes(output));
      if (progress.isDone) break;
    }
    total += progress.matches;
    await finishInput(progress, settings, io);
    if (settings.isQuiet && total > 0) return 0;
  }
  if (missing > 0) return 2;
  return total > 0 ? 0 : 1;
};

function patternsOf(operation: Operation): { readonly patterns: readonly string[] | undefined; readonly files: readonly string[] } {
  const given = operation.flags["regexp"];
  if (Array.isArray(given)) return { patterns: given.flatMap((text: string) => text.split("\n")), files: operation.positionals };
  const [first, ...files] = operation.positionals;
  return { patterns: first?.split("\n"), files };
}

function settingsOf(operation: Operation, patterns: readonly string[], fileCount: number): Settings {
  const context = Number(textFlag(operation, "context") ?? 0);
  const number = (name: string, otherwise: number): number => {
    const text = textFlag(operation, name);
    if (text === undefined) return otherwise;
    if (!/^\d+$/.test(text)) throw new PatternError(`${text}: invalid ${name === "max-count" ? "max count" : "context length argument"}`);
    return Number(text);
  };
  return {
    pattern: compile(operation, patterns),
    isInverted: isOn(operation, "invert-match"),
    isCounting: isOn(operation, "count"),
    hasNumbers: isOn(operation, "line-number"),
    isOnlyMatching: isOn(operation, "only-matching"),
    isQuiet: isOn(operation, "quiet"),
    listsFiles: isOn(operation, "files-with-matches"),
    hasNames: isOn(operation, "with-filename") || (fileCount > 1 && !isOn(operation, "no-filename")),
    isText: isOn(operation, "text"),
    before: number("before-context", context),
    after: number("after-context", context),
    limit: number("max-count", Number.POSITIVE_INFINITY),
  };
}

function compile(operation: Operation, patterns: readonly string[]): RegExp {
  const isExtended = isOn(operation, "extended-regexp") || operation.tool === "egrep";
  const sources = patterns.map((pattern) => (isOn(operation, "fixed-strings") ? escapeLiteral(pattern) : translatePattern(pattern, isExtended)));
  let source = sources.map((one) => `(?:${one})`).join("|");
  if (isOn(operation, "line-regexp")) source = `^(?:${source})$`;
  else if (isOn(operation, "word-regexp")) source = `(?<!\\w)(?:${source})(?!\\w)`;
  return new RegExp(source, isOn(operation, "ignore-case") ? "giu" : "gu");
}

function takeLine(line: Line, progress: Progress, settings: Settings): readonly Uint8Array[] {
  progress.number += 1;
  const text = textOf(line.bytes);
  settings.pattern.lastIndex = 0;
  const isMatch = settings.pattern.test(text) !== settings.isInverted;
  if (!isMatch) return takeContext(line, progress, settings);
  progress.matches += 1;
  if (progress.matches >= settings.limit || settings.isQuiet || settings.listsFiles) progress.isDone = settings.after === 0 || settings.isQuiet || settings.listsFiles;
  if (settings.isQuiet || settings.isCounting || settings.listsFiles) return [];
  if (!settings.isText && line.bytes.includes(0)) {
    progress.isDone = true;
    return [encode(`grep: ${progress.input.name === "-" ? "(standard input)" : progress.input.name}: binary file matches\n`)];
  }
  if (settings.isOnlyMatching) return onlyMatches(text, progress, settings);
  const kept = progress.kept.splice(0);
  const first = kept[0]?.number ?? progress.number;
  const separator = needsSeparator(first, progress, settings) ? [encode("--\n")] : [];
  progress.afterLeft = settings.after;
  progress.lastPrinted = progress.number;
  return [...separator, ...kept.flatMap((one) => printed(one.line, one.number, "-", progress, settings)), ...printed(line, progress.number, ":", progress, settings)];
}

function needsSeparator(first: number, progress: Progress, settings: Settings): boolean {
  return (settings.before > 0 || settings.after > 0) && progress.lastPrinted > 0 && first > progress.lastPrinted + 1;
}

function takeContext(line: Line, progress: Progress, settings: Settings): readonly Uint8Array[] {
  if (settings.isQuiet || settings.isCounting || settings.listsFiles || settings.isOnlyMatching) return [];
  if (progress.afterLeft > 0) {
    progress.afterLeft -= 1;
    progress.lastPrinted = progress.number;
    if (progress.afterLeft === 0 && progress.matches >= settings.limit) progress.isDone = true;
    return printed(line, progress.number, "-", progress, settings);
  }
  if (settings.before > 0) {
    progress.kept.push({ line, number: progress.number });
    if (progress.kept.length > settings.before) progress.kept.shift();
  }
  return [];
}

function onlyMatches(text: string, progress: Progress, settings: Settings): readonly Uint8Array[] {
  if (settings.isInverted) return [];
  settings.pattern.lastIndex = 0;
  return [...text.matchAll(settings.pattern)].filter((match) => match[0] !== "").map((match) => encode(`${label(progress.number, ":", progress, settings)}${match[0]}\n`));
}

function printed(line: Line, number: number, sign: ":" | "-", progress: Progress, settings: Settings): readonly Uint8Array[] {
  const prefix = label(number, sign, progress, settings);
  return [...(prefix === "" ? [] : [encode(prefix)]), line.bytes, encode("\n")];
}

function label(number: number, sign: ":" | "-", progress: Progress, settings: Settings): string {
  const name = settings.hasNames ? `${progress.input.name === "-" ? "(standard input)" : progress.input.name}${sign}` : "";
  return name + (settings.hasNumbers ? `${number}${sign}` : "");
}

async function finishInput(progress: Progress, settings: Settings, io: Stdio): Promise<void> {
  const name = progress.input.name === "-" ? "(standard input)" : progress.input.name;
  if (settings.isQuiet) return;
  if (settings.listsFiles && progress.matches > 0) await io.stdout(encode(`${name}\n`));
  else if (settings.isCounting && !settings.listsFiles) await io.stdout(encode(`${settings.hasNames ? `${name}:` : ""}${progress.matches}\n`));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
