import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
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

/** Notebooks whose every cell succeeds one after the other in the healthy world; scenarios are walked through their faults elsewhere. */
const NOTEBOOKS = ["00-index", "08-quick-reference", "09-disaster-recovery-testing"];
/** Their metrics and secrets are not in the world yet. */
const NOT_YET = ["07", "10"];

describe("every command cell of the notebooks without a scenario", function suite() {
  this.timeout(120_000);
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), "every-cell-"));
  });
  after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const name of NOTEBOOKS) {
    it(`${name}: succeeds in the drill world`, async () => {
      const path = join(ROOT, `notebooks/${name}.runbook.md`);
      const outcomes = await runEveryCell(path, join(home, name));
      assert.ok(outcomes.length > 0);
      assert.deepEqual(outcomes.filter(({ outcome }) => outcome.status !== "succeeded").map(({ cell, outcome }) => `${cell}: ${outcome.status}: ${outcome.message ?? ""}`), []);
    });
  }

  it("is one of those, or of a scenario with a drill of its own", () => {
    const others = globSync("notebooks/*.runbook.md", { cwd: ROOT }).map((path) => basename(path, ".runbook.md")).filter((name) => !NOTEBOOKS.includes(name));
    assert.deepEqual(others.toSorted().map((name) => name.slice(0, 2)), ["01", "02", "03", "04", "05", "06", ...NOT_YET]);
  });
});

/** Runs the cells of a runbook in order, in a world without a fault. */
async function runEveryCell(path: string, home: string): Promise<readonly { readonly cell: string; readonly outcome: Outcome }[]> {
  const document = parseRunbook(readFileSync(path, "utf8"));
  const worldStatePath = await startWorld({ bundles: BUNDLES, description: resolve(path, "..", document.frontMatter.world ?? ""), folder: join(home, "world"), rate: RATE });
  const world = JSON.parse(readFileSync(worldStatePath, "utf8")) as WorldState;
  const kernel: KernelClient = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
  kernel.onAsk(async (question) => (question.kind === "gate" ? { kind: "gate", answer: "yes", typed: question.question.typed } : question.kind === "manual" ? { kind: "manual", met: true } : undefined));
  try {
    const parameters = Object.fromEntries(document.frontMatter.parameters.map((parameter) => [parameter.name, parameter.default ?? "drill-only-value"]));
    await kernel.request("startRun", { mode: "drill", runbookPath: path, driver: "test", unattended: false, worldStatePath, parameters, impactAt: undefined });
    const outcomes: { readonly cell: string; readonly outcome: Outcome }[] = [];
    for (const [index, cell] of document.cells.entries()) {
      if (cell.command === undefined) continue;
      const reference = cellReference(document, index);
      const text = cell.kind === "query" ? cell.text : cell.command.commandText;
      const outcome = await kernel.request("runCell", { execution: reference.name, cell: reference, text, via: cell.command.via, timeoutMs: cell.command.timeoutMs });
      outcomes.push({ cell: reference.name, outcome });
    }
    await kernel.request("endRun", { by: "machine" });
    return outcomes;
  } finally {
    kernel.dispose();
    await controlWorld(world, "shutdown", {});
  }
}
