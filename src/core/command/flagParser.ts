import type { Problem } from "../problem.ts";
import type { CommandWord } from "../shell/expand.ts";
import { nearest, nearestWords } from "./nearest.ts";
import type { FlagValue } from "./operation.ts";
import type { FlagSpec, ToolSpec } from "./schema/spec.ts";

/** A command's words, sorted. */
export interface ParsedWords {
  readonly flags: Readonly<Record<string, FlagValue>>;
  /** The words that a flag came from, by long name, for problems about it. */
  readonly flagWords: Readonly<Record<string, CommandWord>>;
  readonly positionals: readonly CommandWord[];
  readonly rest: readonly CommandWord[] | undefined;
  /** Flags that the table lacks, taken all the same or not. */
  readonly unknownFlags: readonly string[];
  readonly problems: readonly Problem[];
}

interface Reader {
  readonly words: readonly CommandWord[];
  readonly specs: readonly FlagSpec[];
  readonly style: ToolSpec["style"];
  readonly command: string;
  readonly isLenient: boolean;
  readonly wantsWholeNames: boolean;
  position: number;
  readonly flags: Record<string, FlagValue>;
  readonly flagWords: Record<string, CommandWord>;
  readonly unknownFlags: string[];
  readonly problems: Problem[];
}

/** How words are to be read. `isLenient` takes flags that the table lacks (programs in a pod come in many versions). */
export interface ParseOptions {
  readonly style: ToolSpec["style"];
  readonly command: string;
  readonly stopsAtArgument: boolean;
  readonly numericFlag: string | undefined;
  readonly isLenient: boolean;
  /** As in `ToolSpec`. */
  readonly wantsWholeNames?: boolean;
}

/** Sorts the words after a command's name into flags, arguments and what follows `--`. Total. */
export function parseWords(words: readonly CommandWord[], specs: readonly FlagSpec[], options: ParseOptions): ParsedWords {
  const reader: Reader = { words, specs, style: options.style, command: options.command, isLenient: options.isLenient, wantsWholeNames: options.wantsWholeNames ?? false, position: 0, flags: {}, flagWords: {}, unknownFlags: [], problems: [] };
  if (options.style === "words") return { ...reader, positionals: words, rest: undefined };
  const positionals: CommandWord[] = [];
  let rest: readonly CommandWord[] | undefined;
  while (reader.position < words.length) {
    const word = words[reader.position];
    if (word === undefined) break;
    reader.position += 1;
    const value = word.value;
    if (value === "--") {
      rest = words.slice(reader.position);
      break;
    }
    if (options.numericFlag !== undefined && /^-\d+$/.test(value)) store(reader, specOf(reader, options.numericFlag), value.slice(1), word);
    else if (/^--./.test(value)) readLong(reader, word);
    else if (/^-./.test(value)) readShort(reader, word);
    else {
      positionals.push(word);
      if (options.stopsAtArgument) {
        positionals.push(...words.slice(reader.position));
        break;
      }
    }
  }
  return { flags: reader.flags, flagWords: reader.flagWords, positionals, rest, unknownFlags: reader.unknownFlags, problems: reader.problems };
}

function readLong(reader: Reader, word: CommandWord): void {
  const sign = word.value.indexOf("=");
  const name = word.value.slice(2, sign < 0 ? undefined : sign);
  const attached = sign < 0 ? undefined : word.value.slice(sign + 1);
  const spec = reader.specs.find((one) => one.name === name);
  if (reader.wantsWholeNames && (spec === undefined || attached !== undefined)) return takeUnknown(reader, word.value, undefined, word);
  if (spec !== undefined) return readValue(reader, spec, attached, word);
  // A pod's MySQL programs take `_` for `-`; no other program has `_` in a flag.
  const dashed = reader.isLenient && name.includes("_") ? reader.specs.find((one) => one.name === name.replaceAll("_", "-")) : undefined;
  if (dashed !== undefined) return readValue(reader, dashed, attached, word);
  // GNU's getopt takes a long name that is cut short as long as one flag begins so.
  const beginnings = reader.style === "getopt" ? reader.specs.filter((one) => one.name.startsWith(name)) : [];
  const [only] = beginnings;
  if (only !== undefined && beginnings.length === 1) return readValue(reader, only, attached, word);
  takeUnknown(reader, `--${name}`, attached, word);
}

function readShort(reader: Reader, word: CommandWord): void {
  if (reader.style === "loose") return takeUnknown(reader, word.value, undefined, word);
  let letters = word.value.slice(1);
  while (letters !== "") {
    const letter = letters.charAt(0);
    letters = letters.slice(1);
    const spec = reader.specs.find((one) => one.short === letter);
    if (spec === undefined) return takeUnknown(reader, `-${letter}`, undefined, word);
    if (spec.value === "none") {
      // pflag: `-x=false` sets a switch.
      const isAssigned = reader.style === "pflag" && letters.startsWith("=");
      store(reader, spec, isAssigned ? !isFalse(letters.slice(1)) : true, word);
      if (isAssigned) return;
    } else {
      const attached = letters === "" ? undefined : reader.style === "pflag" && letters.startsWith("=") ? letters.slice(1) : letters;
      return readValue(reader, spec, attached, word);
    }
  }
}

function readValue(reader: Reader, spec: FlagSpec, attached: string | undefined, word: CommandWord): void {
  if (spec.value === "none") return store(reader, spec, attached === undefined ? true : !isFalse(attached), word);
  if (attached !== undefined) return store(reader, spec, attached, word);
  const next = reader.words[reader.position];
  if (spec.value === "optional" || (spec.value === "next" && next?.value.startsWith("-") !== false)) return store(reader, spec, true, word);
  if (next === undefined) {
    reader.problems.push({ code: "missing-flag-value", start: word.start, end: word.end, facts: { name: `--${spec.name}` } });
    return;
  }
  reader.position += 1;
  store(reader, spec, next.value, { ...next, start: word.start });
  const second = spec.words === 2 ? reader.words[reader.position] : undefined;
  if (second === undefined) return;
  reader.position += 1;
  store(reader, spec, second.value, { ...second, start: word.start });
}

/** What Go reads as false. */
function isFalse(value: string): boolean {
  return /^(?:false|False|FALSE|f|F|0)$/.test(value);
}

function specOf(reader: Reader, name: string): FlagSpec {
  return reader.specs.find((one) => one.name === name) ?? { name, short: undefined, value: "required", words: 1, isRepeatable: false, isDelegated: false };
}

function store(reader: Reader, spec: FlagSpec, value: string | boolean, word: CommandWord): void {
  reader.flagWords[spec.name] = word;
  const before = reader.flags[spec.name];
  if (spec.isRepeatable) reader.flags[spec.name] = [...(Array.isArray(before) ? before : []), String(value)];
  else reader.flags[spec.name] = value;
}

function takeUnknown(reader: Reader, name: string, attached: string | undefined, word: CommandWord): void {
  const isTaken = reader.style === "loose" || reader.isLenient || word.unresolved.length > 0;
  reader.unknownFlags.push(name);
  if (isTaken) {
    reader.flags[name.replace(/^-+/, "")] = attached ?? true;
    return;
  }
  const candidates = reader.specs.flatMap((one) => [`--${one.name}`, ...(one.short === undefined ? [] : [`-${one.short}`])]);
  const near = name.length > 2 ? nearest(name, candidates) : undefined;
  const problem: Problem = { code: "unknown-flag", start: word.start, end: word.end, facts: { command: reader.command, name, nearest: nearestWords(near) } };
  const fix = near === undefined ? undefined : { title: `Change to ${near}`, text: attached === undefined ? near : `${near}=${attached}` };
  reader.problems.push(fix === undefined ? problem : { ...problem, fix });
}
