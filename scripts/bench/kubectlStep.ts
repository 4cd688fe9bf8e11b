import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelClient } from "../../src/core/protocol.ts";
import { cellReference, findCell } from "../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { readWorldState, startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";
import { findKernels } from "../../src/services/kernelStates.ts";
import { findKubectl } from "../../test/parts/kubectl.ts";
import { runKubectl } from "../../test/unit/kubectl/fakes.ts";
import { endAtExit, runCommand } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, IN_A_ROW, inTurn, milliseconds, type Pair } from "./comparison.ts";
import { withScratch } from "./scratch.ts";

const argv = ["get", "pods", "-n", "buildnest"];
const cellName = "detect-pods";

/** A read of the drill world: the request alone, and as one step of a runbook from the front's request to its journalled outcome, each against starting stock kubectl. */
export async function kubectlStep(): Promise<Comparison[]> {
  const kubectl = await findKubectl("1.30");
  return await withScratch("step", (home) => compare(kubectl, home));
}

async function compare(kubectl: string, home: string): Promise<Comparison[]> {
  const bundles = join(root, "dist");
  const runbookPath = join(root, "notebooks/01-database-failure.runbook.md");
  const worldStatePath = await startWorld({ bundles, description: join(root, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 1 });
  const world = readWorldState(worldStatePath);
  const release = [endAtExit(world.pid)];
  try {
    const kernel = await startKernel({ bundles, root: join(home, "runs"), client: "bench" });
    await kernel.request("startRun", { mode: "drill", runbookPath, driver: "bench", unattended: false, worldStatePath, parameters: {}, impactAt: undefined });
    for (const { state } of await findKernels(join(home, "runs"))) release.push(endAtExit(state.pid));
    const environment = { PATH: "", HOME: home, KUBECONFIG: world.kubeconfig };
    const step = stepOf(kernel, runbookPath);
    const port = await createKubernetesPort({ kubeconfigPath: world.kubeconfig, environment: {} });
    const request = async (): Promise<string> => (await runKubectl(port, argv)).stdout;
    const found: Comparison[] = [];
    for (const [name, ours, read] of [["`kubectl get pods`", "in process", request], ["the same as a step of a run", "kernel, journalled", step]] as const) {
      found.push({ name, ours, peer: "kubectl 1.30 process", unit: "ms", pairs: await pairsOf(read, () => run([kubectl, ...argv], environment)) });
    }
    port.close();
    kernel.dispose();
    return found;
  } finally {
    for (const end of release.toReversed()) end();
  }
}

async function pairsOf(ours: () => Promise<string>, peers: () => Promise<string>): Promise<Pair[]> {
  let isSame = false;
  let [mine, theirs] = ["", ""];
  const pairs = await inTurn(
    5,
    () => milliseconds(async () => (mine = await ours())),
    async () => {
      const spent = await milliseconds(async () => (theirs = await peers()));
      isSame ||= mine === theirs;
      return spent;
    },
    IN_A_ROW,
  );
  // Ages move with the second, so not every pair is equal to the byte; all of them being different means that one side did something else.
  assert.ok(isSame, `the two never printed the same:\n${mine}\n${theirs}`);
  return pairs;
}

/** Runs the cell once and gives its standard output. */
function stepOf(kernel: KernelClient, runbookPath: string): () => Promise<string> {
  const document = parseRunbook(readFileSync(runbookPath, "utf8"));
  const index = findCell(document, cellName);
  assert.ok(index !== undefined, `${runbookPath}: has no cell ${cellName}`);
  const cell = cellReference(document, index);
  let [execution, stdout] = ["", ""];
  kernel.on("output", (output) => {
    if (output.execution === execution && output.stream === "stdout") stdout += output.text;
  });
  let count = 0;
  return async () => {
    [execution, stdout] = [`bench-${(count += 1)}`, ""];
    const outcome = await kernel.request("runCell", { execution, cell, text: `kubectl ${argv.join(" ")}`, via: undefined, timeoutMs: undefined });
    assert.equal(outcome.status, "succeeded", outcome.message);
    return stdout;
  };
}

async function run(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { code, output } = await runCommand(command, { environment, limitMs: 30_000, show: "capture" });
  assert.equal(code, 0, output);
  return output;
}
