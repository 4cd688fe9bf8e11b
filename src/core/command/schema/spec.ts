import type { CommandProblemCode } from "../problems.ts";
import type { Destination, Engine, FlagValue, Operation, Risk } from "../operation.ts";
import type { InputShape } from "../../shell/host.ts";

/** One flag of a command. */
export interface FlagSpec {
  /** Long name without dashes; the key in `Operation.flags`. */
  readonly name: string;
  /** One letter without dash; `undefined` where there is none. */
  readonly short: string | undefined;
  /** `none`: a switch. `optional`: a value only when attached (`--flag=x`, `-px`). `next`: attached, or the next word where that is no flag. */
  readonly value: "none" | "required" | "optional" | "next";
  /** How many words the value takes: jq's `--arg NAME VALUE` takes 2. */
  readonly words: 1 | 2;
  /** May stand several times; `Operation.flags` holds a list. */
  readonly isRepeatable: boolean;
  /** Only the real binary carries it out: a call with it is delegated, whatever its row says. */
  readonly isDelegated: boolean;
}

/** Where a call is executed; programs in a pod have a table of their own. */
export type Place = "local" | "pod";

/** A call's words understood, before it is judged. */
export interface Call {
  readonly verb: string;
  readonly flags: Readonly<Record<string, FlagValue>>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[] | undefined;
  readonly inner: Operation | undefined;
  readonly input: InputShape;
  readonly place: Place;
}

/** What a call does, with the reason in a person's words and the way back where there is one. */
export interface Verdict {
  readonly risk: Risk;
  readonly why: string;
  readonly undo?: string;
}

/** Something wrong with a call as a whole. `at` names the flag or word it is about; `undefined` means the whole call. */
export interface CallProblem {
  readonly code: CommandProblemCode;
  readonly facts: Readonly<Record<string, string>>;
  readonly at?: string;
}

/** One row of the schema table. */
export interface CommandSpec {
  /** Words that select it; empty for tools without verbs. */
  readonly verb: string;
  /** One line for the reference page and for hovers. */
  readonly summary: string;
  readonly flags: readonly FlagSpec[];
  /** How the arguments are called, and how many there are; `max` may be `Infinity`. */
  readonly args: { readonly names: string; readonly min: number; readonly max: number };
  readonly engine: Engine | ((call: Call) => Engine);
  /** The reference page's words for the risk; computed by `judge`. */
  readonly judge: (call: Call) => Verdict;
  /** True where the call only waits: a clock may end it. */
  readonly waits?: (call: Call) => boolean;
  readonly check?: (call: Call) => readonly CallProblem[];
  /** True where no word whatever makes the program change anything: flags that the row lacks then leave the risk as it is. */
  readonly looksOnly?: true;
}

/** One tool with its rows. */
export interface ToolSpec {
  readonly tool: string;
  /** How words are read: Go's pflag (kubectl, aws), getopt (filters, curl, databases), `loose` (any flag is taken as it is), or `words` (all words are arguments, dashes or not). */
  readonly style: "pflag" | "getopt" | "loose" | "words";
  readonly flags: readonly FlagSpec[];
  readonly commands: readonly CommandSpec[];
  /** Row for verbs that no row has; `undefined` makes them a problem. */
  readonly fallback?: CommandSpec;
  /** Long names stand whole and without `=`: curl says so, and its many other options make a cut name mean something else. */
  readonly wantsWholeNames?: boolean;
  /** Words after the first argument belong to it (`redis-cli GET x`, `sh -c …`). */
  readonly stopsAtArgument?: boolean;
  /** `-20` means this flag with the value 20. */
  readonly numericFlag?: string;
  readonly destination: (call: Call) => Destination | undefined;
}

/**
 * Flags in short writing: `"n,namespace="` has a value, `"p,password=?"` only an attached one, `"H,header=*"` may repeat,
 * `"arg=2"` repeats and takes two words, `"sse=+"` takes the next word unless it is a flag,
 * `"w,watch"` is a switch. A flag with only a short name is written `"E,extended-regexp"` with its meaning as name. A `!` in front marks
 * a flag that only the real binary carries out.
 */
export function flags(...rows: readonly string[]): readonly FlagSpec[] {
  return rows.map((row) => {
    const [, delegated, short, name = "", mark] = /^(!)?(?:(.),)?([^=]+)(=[*?2+]?)?$/.exec(row) ?? [];
    return { name, short, value: mark === undefined ? "none" : mark === "=?" ? "optional" : mark === "=+" ? "next" : "required", words: mark === "=2" ? 2 : 1, isRepeatable: mark === "=*" || mark === "=2", isDelegated: delegated !== undefined };
  });
}

/** No arguments, some, or as many as one likes, by name. */
export function args(names: string, min = 0, max = Number.POSITIVE_INFINITY): CommandSpec["args"] {
  return { names, min, max };
}

/** A verdict that does not depend on the call. */
export function always(risk: Risk, why: string, undo?: string): (call: Call) => Verdict {
  const verdict = undo === undefined ? { risk, why } : { risk, why, undo };
  return () => verdict;
}

/** The text of a flag; `undefined` where it is absent or a switch. The last value counts where it repeats. */
export function flagText(call: Pick<Call, "flags">, name: string): string | undefined {
  const value = call.flags[name];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.at(-1) : undefined;
}

/** True where a switch is on (`--flag`, `--flag=true`) or a flag with a value is present. */
export function hasFlag(call: Pick<Call, "flags">, name: string): boolean {
  const value = call.flags[name];
  return value !== undefined && value !== false && value !== "false";
}

/** The same flags, left to the real binary. */
export function leftToBinary(...rows: readonly string[]): readonly string[] {
  return rows.map((row) => `!${row}`);
}
