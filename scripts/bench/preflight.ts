import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readWorldState, startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { findKubectl } from "../../test/parts/kubectl.ts";
import { endAtExit, runCommand } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";
import { withScratch } from "./scratch.ts";

/** One step a line: the command of its cell, and what a person would ask with kubectl to know whether it will work. */
const STEPS: readonly (readonly [command: string, questions: readonly string[]])[] = [
  ["kubectl get pod mysql-0", ["auth can-i get pods/mysql-0", "get pod mysql-0 -o name"]],
  ["kubectl logs deployment/buildnest-app", ["auth can-i get pods --subresource=log", "get deployment/buildnest-app -o name"]],
  ["kubectl scale deployment/buildnest-app --replicas={n}", ["auth can-i patch deployments/buildnest-app --subresource=scale", "scale deployment/buildnest-app --replicas={n} --dry-run=server"]],
  ["kubectl set env deployment/buildnest-app STEP={n}", ["auth can-i patch deployments/buildnest-app", "set env deployment/buildnest-app STEP={n} --dry-run=server"]],
  ["kubectl delete pod redis-0", ["auth can-i delete pods/redis-0", "delete pod redis-0 --dry-run=server"]],
];
const COUNT = 50;

/** A preflight of 50 steps in the kernel, against asking the same of the same drill world with as many kubectl processes at a time as there are processors. */
export async function preflight(): Promise<Comparison> {
  const kubectl = await findKubectl("1.30");
  return await withScratch("preflight", (home) => compare(kubectl, home));
}

async function compare(kubectl: string, home: string): Promise<Comparison> {
  const bundles = join(root, "dist");
  const worldStatePath = await startWorld({ bundles, description: join(root, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 1 });
  const world = readWorldState(worldStatePath);
  const end = endAtExit(world.pid);
  try {
    const kernel = await startKernel({ bundles, root: join(home, "runs"), client: "bench" });
    const environment = { PATH: "", HOME: home, KUBECONFIG: world.kubeconfig };
    const steps = Array.from({ length: COUNT }, (_, index) => {
      const [command = "", questions = []] = STEPS[index % STEPS.length] ?? [];
      return { command: command.replace("{n}", String(index)), questions: questions.map((question) => question.replace("{n}", String(index))) };
    });
    const source = sourceOf(world.context, steps.map(({ command }) => command));
    const pairs = await inTurn(
      3,
      () =>
        milliseconds(async () => {
          const report = await kernel.request("preflight", { source, runbookPath: join(home, "fifty.runbook.md"), parameters: {}, worldStatePath });
          assert.deepEqual([report.counts.fails, report.counts.unknown], [0, 0], JSON.stringify(report.items.filter(({ verdict }) => verdict !== "ok")));
        }),
      () => milliseconds(() => askAll(kubectl, steps.flatMap(({ questions }) => questions), environment)),
    );
    kernel.dispose();
    return { name: `preflight of ${COUNT} steps`, ours: "kernel", peer: "kubectl 1.30 processes", unit: "ms", pairs };
  } finally {
    end();
  }
}

function sourceOf(context: string, commands: readonly string[]): string {
  const cells = commands.map((command, index) => `## Step ${index + 1}: x\n\n\`\`\`bash\n${command}\n\`\`\`\n`);
  return `---\ntargets:\n  cluster: { kubernetes: { context: ${context}, namespace: buildnest }, alias: prod }\n---\n\n${cells.join("\n")}`;
}

async function askAll(kubectl: string, questions: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const rest = questions[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let next = rest.next(); next.done !== true; next = rest.next()) {
        const { code, output } = await runCommand([kubectl, ...next.value.split(" "), "-n", "buildnest"], { environment, limitMs: 60_000, show: "capture" });
        assert.equal(code, 0, `kubectl ${next.value}: ${output}`);
      }
    }),
  );
}
