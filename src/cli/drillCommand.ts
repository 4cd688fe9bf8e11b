import { randomInt } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EngineChoice } from "../core/protocol.ts";
import { optionsOf } from "../core/run/progress.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { parseFault, parsePair } from "../core/runbook/drillCase.ts";
import { isOptionOf } from "../core/runbook/route.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { rehearseAll } from "./allDrills.ts";
import type { RehearsalPorts } from "./drillPorts.ts";
import { readParameters } from "./parameters.ts";
import { drillAtTerminal } from "./personDrill.ts";
import { attempt } from "./files.ts";
import { rehearse, type Rehearsal } from "./rehearse.ts";
import type { Terminal } from "./runLive.ts";

/** Flags of `drill` as they were given. */
export interface DrillFlags {
  readonly fault: readonly string[];
  readonly option: readonly string[];
  readonly parameter: readonly string[];
  readonly isUnattended: boolean;
  readonly isAll: boolean;
  readonly isSurprise: boolean;
  readonly seed: string | undefined;
  readonly isIdle: boolean;
  readonly attach: string | undefined;
  readonly rate: string | undefined;
  readonly engines: string | undefined;
}

/** World time per real time of unattended drills, unless another is given. */
const UNATTENDED_RATE = 30;

/** What the command needs beside its flags. `terminal` is `undefined` where nobody can be asked. */
export interface DrillCommandParts {
  readonly ports: RehearsalPorts;
  readonly terminal: Terminal | undefined;
  readonly print: (line: string) => void;
  readonly read: (file: string) => RunbookDocument;
}

/** `dr-runbook drill PATH`. Resolves with the exit code: 0 for PASS, 1 for FAIL. */
export async function runDrillCommand(path: string, flags: DrillFlags, { ports, terminal, print, read }: DrillCommandParts): Promise<number> {
  const isPerson = !flags.isUnattended && !flags.isAll;
  const seed = flags.isSurprise ? readSeed(flags.seed) : undefined;
  if (flags.isAll && (flags.fault.length > 0 || flags.option.length > 0 || flags.isSurprise)) throw new RuntimeError("invalidInput", "Drilling: --all takes no --fault, --option or --surprise.", { hint: "It rehearses every way that the runbooks name. For one way leave out --all." });
  if (seed !== undefined && flags.fault.length > 0) throw new RuntimeError("invalidInput", "Drilling: --surprise and --fault exclude each other.", { hint: "A fault that you name is no surprise." });
  const common = { surpriseSeed: seed, isIdle: flags.isIdle, attach: flags.attach, rate: readRate(flags.rate, isPerson ? 1 : UNATTENDED_RATE), engines: readEngines(flags), ports, print };
  if (flags.isAll) return rehearseAll(runbooksUnder(path).map((file) => withParameters(file, read(file), flags.parameter)), { ...common, surpriseSeed: undefined });
  const file = resolve(path);
  const document = read(file);
  const rehearsal: Rehearsal = { ...common, file, document, parameters: readParameters(flags.parameter, document), faults: flags.fault.map((text) => readFault(text)), options: Object.fromEntries(flags.option.map((text) => readOption(text, document))) };
  if (!isPerson) {
    const { status } = await rehearse(rehearsal);
    if (seed !== undefined) print(`Surprise of seed ${seed}`);
    return status === "passed" ? 0 : 1;
  }
  if (terminal === undefined) throw new RuntimeError("invalidInput", `Drilling ${file}: there is no terminal to ask at.`, { hint: "A person drills at a terminal or in the editor; without one add --unattended." });
  return drillAtTerminal(rehearsal, terminal);
}

/** A runbook with those of the given parameters that it has: several runbooks rarely have the same. */
function withParameters(file: string, document: RunbookDocument, texts: readonly string[]): Pick<Rehearsal, "file" | "document" | "parameters"> {
  const own = texts.filter((text) => document.frontMatter.parameters.some(({ name }) => text.startsWith(`${name}=`)));
  return { file, document, parameters: readParameters(own, document) };
}

/** Runbooks of a folder, by name; a file is itself. */
export function runbooksUnder(path: string): readonly string[] {
  const at = resolve(path);
  if (!attempt("Reading", at, () => statSync(at)).isDirectory()) return [at];
  const files = readdirSync(at).filter((name) => name.endsWith(".runbook.md")).sort();
  if (files.length === 0) throw new RuntimeError("notFound", `Looking for runbooks in ${at}: there is no *.runbook.md.`, { hint: "Name the folder that holds the runbooks." });
  return files.map((name) => join(at, name));
}

function readFault(text: string): NonNullable<ReturnType<typeof parseFault>> {
  const spec = parseFault(text);
  if (spec === undefined) throw new RuntimeError("invalidInput", `Reading --fault ${text}: it must be NAME or NAME:key=value,key=value.`, { hint: "The names are in the world's file." });
  return spec;
}

function readOption(text: string, document: RunbookDocument): readonly [string, string] {
  const pair = parsePair(text);
  if (pair === undefined) throw new RuntimeError("invalidInput", `Reading --option ${text}: it must be STEP=NAME.`, { hint: "For example --option 3=B." });
  const known = document.steps.flatMap((step) => optionsOf(document, step).map((option) => ({ step, option })));
  if (known.some(({ step, option }) => [step.id, step.label].includes(pair[0]) && isOptionOf(option, pair[1]))) return pair;
  const names = known.map(({ step, option }) => `${step.label ?? step.id}=${option.label ?? option.id}`);
  throw new RuntimeError("notFound", `Reading --option ${text}: the runbook has no such option.`, { hint: names.length === 0 ? "It has no options." : `It has ${names.join(", ")}.` });
}

function readSeed(text: string | undefined): number {
  const seed = text === undefined ? randomInt(1, 1_000_000) : Number(text);
  if (!Number.isInteger(seed)) throw new RuntimeError("invalidInput", `Reading --seed ${text ?? ""}: it must be a whole number.`, { hint: "Without --seed one is drawn, and told at the end." });
  return seed;
}

function readEngines({ engines = "embedded", attach }: DrillFlags): EngineChoice {
  if (engines !== "embedded" && engines !== "real") throw new RuntimeError("invalidInput", `Reading --engines ${engines}: it must be embedded or real.`, { hint: "real runs the databases as MariaDB servers of this machine, and the caches as its Redis servers." });
  if (engines === "real" && attach !== undefined) throw new RuntimeError("invalidInput", "Drilling: --engines and --attach exclude each other.", { hint: "A world that runs already has its engines." });
  return engines;
}

function readRate(text: string | undefined, fallback: number): number {
  const rate = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(rate) || rate <= 0) throw new RuntimeError("invalidInput", `Reading --rate ${text ?? ""}: it must be a number above 0.`, { hint: "1 is real time." });
  return rate;
}
