import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { KernelClient, WorldState } from "../../src/core/protocol.ts";
import type { Outcome } from "../../src/core/run/outcome.ts";
import { cellReference } from "../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { controlWorld } from "../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BUNDLES = join(ROOT, "dist");
/** World time per real time: a rollout takes seconds, and a time limit of a cell still means something. */
const RATE = 10;
/** Time limits of cells, times this: at that rate two seconds are twenty, and a busy machine is no finding. */
const PATIENCE = 4;

/** What a cell came to. */
export interface CellResult {
  readonly cell: string;
  readonly outcome: Outcome;
}

/** Runs the command cells of a runbook in the order of `cells` (left out: the file's own), in a world with this fault or none. */
export async function runEveryCell(path: string, home: string, given: { readonly fault?: string; readonly cells?: readonly string[]; readonly parameters?: Readonly<Record<string, string>> } = {}): Promise<readonly CellResult[]> {
  const document = parseRunbook(readFileSync(path, "utf8"));
  const worldStatePath = await startWorld({ bundles: BUNDLES, description: resolve(path, "..", document.frontMatter.world ?? ""), folder: join(home, "world"), rate: RATE });
  const world = JSON.parse(readFileSync(worldStatePath, "utf8")) as WorldState;
  const kernel: KernelClient = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
  kernel.onAsk(async (question) => (question.kind === "gate" ? { kind: "gate", answer: "yes", typed: question.question.typed } : question.kind === "manual" ? { kind: "manual", met: true } : undefined));
  try {
    const parameters = Object.fromEntries(document.frontMatter.parameters.map((parameter) => [parameter.name, given.parameters?.[parameter.name] ?? parameter.default ?? "drill-only-value"]));
    await kernel.request("startRun", { mode: "drill", runbookPath: path, driver: "test", unattended: false, worldStatePath, parameters, impactAt: undefined });
    if (given.fault !== undefined) await kernel.request("injectFault", { fault: given.fault, announced: true });
    const outcomes: CellResult[] = [];
    const all = document.cells.flatMap((cell, index) => (cell.command === undefined ? [] : [{ cell, command: cell.command, reference: cellReference(document, index) }]));
    const wanted = given.cells === undefined ? all : given.cells.flatMap((name) => all.filter(({ reference }) => reference.name === name));
    for (const { cell, command, reference } of wanted) {
      const text = cell.kind === "query" ? cell.text : command.commandText;
      const outcome = await kernel.request("runCell", { execution: reference.name, cell: reference, text, via: command.via, timeoutMs: command.timeoutMs === undefined ? undefined : command.timeoutMs * PATIENCE });
      outcomes.push({ cell: reference.name, outcome });
    }
    await kernel.request("endRun", { by: "machine" });
    return outcomes;
  } finally {
    kernel.dispose();
    await controlWorld(world, "shutdown", {});
  }
}
