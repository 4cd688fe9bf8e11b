import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { KernelClient, WorldState } from "../core/protocol.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { verdictLine, walkDrill } from "./drill.ts";

/** A drill without an editor. */
export interface Rehearsal {
  readonly file: string;
  readonly document: RunbookDocument;
  /** Fault to inject; `undefined` takes the runbook's. */
  readonly fault: string | undefined;
  /** `STEP=NAME` each. */
  readonly options: readonly string[];
  readonly isIdle: boolean;
  /** State file of a world that runs already; `undefined` starts one and ends it afterwards. */
  readonly attach: string | undefined;
  /** World time per real time. */
  readonly rate: number;
  readonly ports: RehearsalPorts;
  readonly print: (line: string) => void;
}

/** Processes that a rehearsal needs. */
export interface RehearsalPorts {
  startKernel(): Promise<KernelClient>;
  startWorld(description: string, folder: string, rate: number): Promise<string>;
  readWorld(path: string): WorldState;
  endWorld(world: WorldState): Promise<void>;
  sleep(realMs: number): Promise<void>;
}

/** Runs the drill and prints each step. Resolves with the exit code: 0 for PASS, 1 for FAIL. */
export async function rehearse(rehearsal: Rehearsal): Promise<number> {
  const { document, ports, print } = rehearsal;
  if (document.frontMatter.world === undefined) throw new RuntimeError("invalidInput", `Drilling ${rehearsal.file}: its front matter names no world.`, { hint: 'Add "world: worlds/NAME.yaml" to the front matter.' });
  const choices = readChoices(rehearsal.options);
  const description = resolve(dirname(rehearsal.file), document.frontMatter.world);
  const statePath = rehearsal.attach ?? (await ports.startWorld(description, mkdtempSync(join(tmpdir(), "dr-world-")), rehearsal.rate));
  const world = ports.readWorld(statePath);
  const kernel = await ports.startKernel();
  try {
    const { run } = await kernel.request("startRun", { mode: "drill", runbookPath: rehearsal.file, driver: "", unattended: true, worldStatePath: statePath, parameters: {}, impactAt: undefined });
    print(`Run ${run}, world time ${world.clock.rate} times real time`);
    const verdict = await walkDrill({
      kernel, document, choices, isIdle: rehearsal.isIdle, fault: rehearsal.fault ?? document.frontMatter.drillFault, print, sleep: (ms) => ports.sleep(ms / world.clock.rate),
    });
    print(verdictLine(verdict));
    return verdict.status === "passed" ? 0 : 1;
  } finally {
    kernel.dispose();
    if (rehearsal.attach === undefined) await ports.endWorld(world);
  }
}

function readChoices(options: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(options.map((option) => {
    const at = option.indexOf("=");
    if (at <= 0) throw new RuntimeError("invalidInput", `Reading --option ${option}: it must be STEP=NAME.`, { hint: "For example --option 3=B." });
    return [option.slice(0, at), option.slice(at + 1)] as const;
  }));
}
