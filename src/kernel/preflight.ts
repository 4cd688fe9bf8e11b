import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { planWholeRunbook } from "../core/plan/runbookPlan.ts";
import { defaultValues } from "../core/plan/variableValues.ts";
import { runPreflight } from "../core/preflight/preflight.ts";
import type { PreflightReport } from "../core/preflight/report.ts";
import type { ToolPorts } from "../core/ports.ts";
import type { PreflightParams, WorldState } from "../core/protocol.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { parseRunbook } from "../core/runbook/parseRunbook.ts";
import { createClock } from "../services/clock.ts";
import { executeOperation } from "./executors.ts";
import { createRehearsal } from "./rehearsal.ts";
import { createToolPorts } from "./toolPorts.ts";

/** What a preflight is made against: the services and variables of a run. */
export interface PreflightGround {
  readonly ports: ToolPorts;
  /** The drill's world; `undefined` where the targets are the live ones. */
  readonly world: WorldState | undefined;
  /** What variables hold now, secrets left out. */
  readonly variables: ReadonlyMap<string, string>;
  /** Every parameter that has a value, secrets too: their patterns are checked, their values are not shown. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Checks a runbook's text; its targets are its own. */
export async function preflightOn(document: RunbookDocument, ground: PreflightGround, signal: AbortSignal): Promise<PreflightReport> {
  const { ports, world, variables, parameters } = ground;
  const { targets } = document.frontMatter;
  const clock = createClock(undefined);
  const isDrill = world !== undefined;
  const rehearsal = world === undefined ? undefined : createRehearsal(world, clock);
  return runPreflight(planWholeRunbook(document, variables), parameters, {
    ports, isDrill, clock,
    isRehearsed: async (argv) => (await rehearsal?.isKnown(argv)) === true,
    execute: (operation, io, callPorts, callSignal) => executeOperation(operation, io, callPorts, { targets, isDrill }, callSignal),
  }, signal);
}

/** A preflight without a run: services of its own, which are closed afterwards. */
export async function preflightAlone({ source, runbookPath, parameters, worldStatePath }: PreflightParams, signal: AbortSignal): Promise<PreflightReport> {
  const document = parseRunbook(source);
  const world = worldStatePath === undefined ? undefined : (JSON.parse(readFileSync(worldStatePath, "utf8")) as WorldState);
  const scratch = mkdtempSync(join(tmpdir(), "dr-preflight-"));
  // What the cluster answers with a secret in it is held against the runbook and not shown: there is nothing to mask it in.
  const ports = createToolPorts({ world, clock: createClock(world?.clock), scratch, beside: dirname(runbookPath), targets: document.frontMatter.targets, onSecret: () => undefined });
  try {
    return await preflightOn(document, { ports, world, variables: defaultValues(document, parameters), parameters }, signal);
  } finally {
    await ports.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
