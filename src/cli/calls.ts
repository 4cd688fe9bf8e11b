import { parseArgs } from "node:util";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";

/** All options of all commands. */
const OPTIONS = {
  all: { type: "boolean" }, attach: { type: "string" }, drill: { type: "boolean" }, engines: { type: "string" }, fault: { type: "string", multiple: true },
  format: { type: "string" }, from: { type: "string" }, head: { type: "string" }, help: { type: "boolean", short: "h" }, idle: { type: "boolean" }, json: { type: "boolean" },
  notes: { type: "boolean" }, option: { type: "string", multiple: true }, out: { type: "string" }, parameter: { type: "string", multiple: true }, rate: { type: "string" },
  save: { type: "string" }, seed: { type: "string" }, "state-root": { type: "string" }, surprise: { type: "boolean" }, today: { type: "string" }, unattended: { type: "boolean" },
} as const;

type OptionName = keyof typeof OPTIONS;

interface CommandSpec {
  /** What follows the command, as the usage has it. */
  readonly words: string;
  readonly least: number;
  readonly most: number;
  readonly options: readonly OptionName[];
}

const COMMANDS = {
  cells: { words: "FILE", least: 1, most: 1, options: ["save"] },
  drill: { words: "FILE|FOLDER", least: 1, most: 1, options: ["all", "attach", "engines", "fault", "idle", "option", "parameter", "rate", "seed", "surprise", "unattended"] },
  drills: { words: "[PATH]", least: 0, most: 1, options: ["json"] },
  export: { words: "RUN", least: 1, most: 1, options: ["format"] },
  import: { words: "FILE", least: 1, most: 1, options: ["out"] },
  lint: { words: "FILE|FOLDER…", least: 1, most: Infinity, options: ["format", "notes", "today"] },
  plan: { words: "FILE", least: 1, most: 1, options: ["format"] },
  preflight: { words: "FILE", least: 1, most: 1, options: ["attach", "drill", "json", "parameter"] },
  run: { words: "FILE", least: 1, most: 1, options: ["from", "parameter"] },
  shell: { words: "FILE [CELL]", least: 1, most: 2, options: [] },
  verify: { words: "FILE|RUN", least: 1, most: 1, options: ["head"] },
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof COMMANDS;

/** Where no command has an option, it is not among a call's. */
export type CallValues = ReturnType<typeof parse>["values"];

/** What the command line was called with. */
export interface Call {
  readonly command: CommandName;
  /** What follows the command: as many as it takes. */
  readonly words: readonly string[];
  readonly values: CallValues;
}

/** Reads the arguments after the program's name; `undefined` where help is asked for. Throws `invalidInput` for a call that no command takes. */
export function readCall(argv: readonly string[]): Call | undefined {
  const { values, positionals } = parse(argv);
  const [name, ...words] = positionals;
  if (values.help === true || name === undefined || name === "help") return undefined;
  if (!isCommand(name)) throw new RuntimeError("invalidInput", `Reading the call: there is no command ${name}.`, { hint: `There are ${Object.keys(COMMANDS).join(", ")}; dr-runbook --help explains them.` });
  const spec: CommandSpec = COMMANDS[name];
  const usage = `Call it as: dr-runbook ${name} ${spec.words}; dr-runbook --help explains the options.`;
  if (words.length < spec.least) throw new RuntimeError("invalidInput", `Reading the call of ${name}: ${spec.words} is missing.`, { hint: usage });
  const surplus = words[spec.most];
  if (surplus !== undefined) throw new RuntimeError("invalidInput", `Reading the call of ${name}: ${surplus} is one word too many.`, { hint: usage });
  const own = [...spec.options, "state-root"];
  const foreign = Object.keys(values).find((option) => !own.includes(option));
  if (foreign !== undefined) throw new RuntimeError("invalidInput", `Reading the call of ${name}: it has no option --${foreign}.`, { hint: `It has ${own.map((option) => `--${option}`).join(", ")}.` });
  return { command: name, words, values };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    // Node's first sentence says what is wrong; the others are about positional arguments, which nobody meant.
    throw new RuntimeError("invalidInput", `Reading the call: ${messageOf(error).replace(/\. .*/su, "")}.`, { hint: "dr-runbook --help lists commands and options.", cause: error });
  }
}
