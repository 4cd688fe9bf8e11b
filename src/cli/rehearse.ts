import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { chooseBySeed, surpriseFaults } from "../core/drills/faultChoice.ts";
import { reportDrill, reportText } from "../core/drills/report.ts";
import type { EngineChoice, KernelClient, WorldState } from "../core/protocol.ts";
import type { RunVerdict } from "../core/run/journalEvent.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { checkFault, faultText, otherWorld, type FaultSpec } from "../core/runbook/drillCase.ts";
import type { ParameterValues } from "../core/runbook/parameters.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { verdictLine, walkDrill } from "./drill.ts";
import type { RehearsalPorts } from "./drillPorts.ts";
import { untilAborted } from "./interruption.ts";
import { requireParameters } from "./parameters.ts";

/** What a drill from the command line is to be. */
export interface Rehearsal {
  readonly file: string;
  readonly document: RunbookDocument;
  /** Faults to inject; none takes the runbook's own. */
  readonly faults: readonly FaultSpec[];
  /** Seed of a fault that is chosen and not named before the end; `undefined` injects `faults`. */
  readonly surpriseSeed: number | undefined;
  readonly options: Readonly<Record<string, string>>;
  /** Values that are given to parameters; the others have their defaults. */
  readonly parameters: ParameterValues;
  readonly isIdle: boolean;
  /** State file of a world that runs already; `undefined` starts one and ends it afterwards. */
  readonly attach: string | undefined;
  /** World time per real time. */
  readonly rate: number;
  /** What runs the databases of a world that is started. */
  readonly engines: EngineChoice;
  readonly ports: RehearsalPorts;
  readonly print: (line: string) => void;
}

/** A drill that has begun: its world is up, its faults are injected. */
export interface OpenDrill {
  readonly kernel: KernelClient;
  readonly world: WorldState;
  readonly run: string;
}

/** Runs the drill without a person and prints each step. Resolves with the verdict once its report is printed. Throws `invalidInput` where a parameter has no value. */
export async function rehearse(rehearsal: Rehearsal): Promise<RunVerdict> {
  requireParameters(rehearsal.file, rehearsal.document, rehearsal.parameters);
  return withDrill(rehearsal, { driver: "", isUnattended: true }, async ({ kernel, world, run }) => {
    const { document, options, isIdle, print, ports } = rehearsal;
    print(`Run ${run}, world time ${world.clock.rate} times real time, engines: ${world.engines}`);
    const verdict = await endedWhenInterrupted(kernel, ports.interrupted, walkDrill({ kernel, document, choices: options, isIdle, print, sleep: (ms) => ports.sleep(ms / world.clock.rate) }));
    await printReport(run, rehearsal);
    print(verdictLine(verdict));
    return verdict;
  });
}

/** A drill without a person that is interrupted is over: its run ends, so that nobody finds it as one that goes on. */
async function endedWhenInterrupted<T>(kernel: KernelClient, interrupted: AbortSignal, walk: Promise<T>): Promise<T> {
  try {
    return await untilAborted(interrupted, walk);
  } finally {
    if (interrupted.aborted) await kernel.request("endRun", { by: "machine" });
  }
}

/** Starts world, kernel and run, injects the faults, and ends the world after `action` unless it ran before or is `kept`. What fails after an interruption fails of it. */
export async function withDrill<T>(rehearsal: Rehearsal, who: Driver, action: (drill: OpenDrill) => Promise<T>, isKept: () => boolean = () => false): Promise<T> {
  try {
    return await drillWith(rehearsal, who, action, isKept);
  } catch (error) {
    rehearsal.ports.interrupted.throwIfAborted();
    throw error;
  }
}

async function drillWith<T>(rehearsal: Rehearsal, who: Driver, action: (drill: OpenDrill) => Promise<T>, isKept: () => boolean): Promise<T> {
  const { ports } = rehearsal;
  const { statePath, world, faults } = await openWorld(rehearsal);
  const kernel = await ports.startKernel();
  try {
    const { run } = await kernel.request("startRun", { mode: "drill", runbookPath: rehearsal.file, driver: who.driver, unattended: who.isUnattended, worldStatePath: statePath, parameters: rehearsal.parameters, impactAt: undefined });
    const announced = rehearsal.surpriseSeed === undefined;
    for (const { fault, parameters } of faults) await kernel.request("injectFault", { fault, announced, parameters });
    if (ports.interrupted.aborted) await kernel.request("endRun", { by: "machine" });
    ports.interrupted.throwIfAborted();
    return await action({ kernel, world, run });
  } finally {
    kernel.dispose();
    if (rehearsal.attach === undefined && !isKept()) await ports.endWorld(statePath);
  }
}

interface Driver {
  /** Empty for nobody. */
  readonly driver: string;
  readonly isUnattended: boolean;
}

interface OpenWorld {
  readonly statePath: string;
  readonly world: WorldState;
  readonly faults: readonly FaultSpec[];
}

/** The world that the faults happen in, up: the runbook's own, unless they say another. */
async function openWorld(rehearsal: Rehearsal): Promise<OpenWorld> {
  const { document, ports, attach, file } = rehearsal;
  const own = worldOf(file, document);
  const start = (description: string): Promise<string> => ports.startWorld(description, rehearsal.rate, rehearsal.engines);
  const statePath = attach ?? (await start(own));
  const world = ports.readWorld(statePath);
  let isKept = attach !== undefined;
  try {
    const faults = chooseFaults(rehearsal, world);
    const other = otherWorld(faults, world.faults);
    if (other !== undefined && attach !== undefined) throw new RuntimeError("invalidInput", `Drilling ${file}: ${faults.map(faultText).join(", ")} happens in another world than the one that runs.`, { hint: `Leave out --attach, or start that world: ${other}.` });
    isKept = isKept || other === undefined;
    if (other === undefined) return { statePath, world, faults };
    const otherPath = await start(other);
    return { statePath: otherPath, world: ports.readWorld(otherPath), faults };
  } finally {
    if (!isKept) await ports.endWorld(statePath);
  }
}

/** Path of the description of a runbook's world. Throws `invalidInput` where it names none, `notFound` where that is not there. */
export function worldOf(file: string, { frontMatter }: RunbookDocument): string {
  if (frontMatter.world === undefined) throw new RuntimeError("invalidInput", `Drilling ${file}: its front matter names no world.`, { hint: 'Add "world: worlds/NAME.yaml" to the front matter.' });
  const path = resolve(dirname(file), frontMatter.world);
  if (!existsSync(path)) throw new RuntimeError("notFound", `Drilling ${file}: the world that its front matter names, ${path}, is not there.`, { hint: "Correct world in the front matter, which is relative to the runbook, or bring the file back." });
  return path;
}

function chooseFaults({ surpriseSeed, faults, document }: Rehearsal, world: WorldState): readonly FaultSpec[] {
  if (surpriseSeed !== undefined) {
    const chosen = chooseBySeed(surpriseFaults(document.frontMatter, world.faults.map(({ name }) => name)), surpriseSeed);
    if (chosen === undefined) throw new RuntimeError("invalidInput", "Choosing a surprise: the runbook names no fault that it is for.", { hint: "List them under drill in its front matter (fault, cases), or name one with --fault." });
    return [chosen];
  }
  for (const spec of faults) checkFault(spec, world.faults);
  if (faults.length > 0) return faults;
  const { drillFault } = document.frontMatter;
  return drillFault === undefined ? [] : [{ fault: drillFault, parameters: {} }];
}

/** Prints the report of a run that has ended, out of its journal. */
export async function printReport(run: string, { document, ports, print }: Pick<Rehearsal, "document" | "ports" | "print">): Promise<void> {
  const history = await ports.readHistory();
  const summary = history.find((other) => other.run === run);
  if (summary === undefined) throw new RuntimeError("notFound", `Reporting run ${run}: its journal cannot be read.`, { hint: "Check it with dr-runbook verify." });
  print(reportText(reportDrill(summary, document, history)));
}
