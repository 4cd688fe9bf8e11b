import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { KernelClient, WorldState } from "../../src/core/protocol.ts";
import type { Outcome } from "../../src/core/run/outcome.ts";
import { cellReference } from "../../src/core/runbook/cellName.ts";
import type { RunbookDocument } from "../../src/core/runbook/document.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { controlWorld } from "../../src/services/worldControl.ts";

const BUNDLES = resolve(import.meta.dirname, "../../dist");
/** World time per real time: a rollout takes seconds, and a time limit of a cell still means something. */
const RATE = 20;
/** Time limits of cells, times this: at that rate two seconds are forty, and a busy machine is no finding. */
const PATIENCE = 4;

/** What a cell came to. */
export interface CellResult {
  readonly cell: string;
  readonly outcome: Outcome;
}

/** A drill with a kernel that says yes to everything, in a world of its own. */
export interface RehearsedRun {
  readonly document: RunbookDocument;
  /** Runs a cell of the document, by its index. */
  run(index: number): Promise<CellResult>;
  /** Runs a text that stands in no runbook, through the same kernel: a look at what became of the world. */
  look(text: string): Promise<Outcome>;
  inject(fault: string): Promise<void>;
  /** All that cells and looks printed until now. */
  printed(): string;
}

/** What a rehearsed run begins with. */
export interface RehearsalGiven {
  readonly fault?: string;
  /** Values of parameters; those that are left out have their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Begins a drill of a runbook with this fault or none, and ends it and its world after `action`. */
export async function withRun<T>(path: string, home: string, given: RehearsalGiven, action: (run: RehearsedRun) => Promise<T>): Promise<T> {
  const document = parseRunbook(readFileSync(path, "utf8"));
  const worldStatePath = await startWorld({ bundles: BUNDLES, description: resolve(path, "..", document.frontMatter.world ?? ""), folder: join(home, "world"), rate: RATE });
  const world = JSON.parse(readFileSync(worldStatePath, "utf8")) as WorldState;
  const kernel: KernelClient = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
  kernel.onAsk(async (question) => (question.kind === "gate" ? { kind: "gate", answer: "yes", typed: question.question.typed } : question.kind === "manual" ? { kind: "manual", met: true } : undefined));
  const inject = async (fault: string): Promise<void> => {
    await kernel.request("injectFault", { fault, announced: true });
  };
  let looks = 0;
  let printed = "";
  kernel.on("output", ({ text }) => (printed += text));
  try {
    const parameters = Object.fromEntries(document.frontMatter.parameters.map((parameter) => [parameter.name, given.parameters?.[parameter.name] ?? parameter.default ?? "drill-only-value"]));
    await kernel.request("startRun", { mode: "drill", runbookPath: path, driver: "test", unattended: false, worldStatePath, parameters, impactAt: undefined });
    if (given.fault !== undefined) await inject(given.fault);
    const result = await action({
      document,
      run: async (index) => {
        const { command, kind, text } = document.cells[index] ?? {};
        const reference = cellReference(document, index);
        if (command === undefined) throw new Error(`cell ${index} is no command`);
        const outcome = await kernel.request("runCell", { execution: reference.name, cell: reference, text: kind === "query" ? (text ?? "") : command.commandText, via: command.via, timeoutMs: command.timeoutMs === undefined ? undefined : command.timeoutMs * PATIENCE });
        return { cell: reference.name, outcome };
      },
      look: (text) => kernel.request("runCell", { execution: `look-${(looks += 1)}`, cell: { name: `look-${looks}`, step: undefined, language: "bash" }, text, via: undefined, timeoutMs: 300_000 }),
      inject,
      printed: () => printed,
    });
    await kernel.request("endRun", { by: "machine" });
    return result;
  } finally {
    kernel.dispose();
    await controlWorld(world, "shutdown", {});
  }
}
