import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readClusterHealth } from "../../src/core/health/clusterHealth.ts";
import { type ListObjects, WatchedLists } from "../../src/core/health/watchedLists.ts";
import { createClock } from "../../src/services/clock.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";
import { findKubectl } from "../../test/parts/kubectl.ts";
import { runKubectl } from "../../test/unit/kubectl/fakes.ts";
import { endWithParent } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, IN_A_ROW, inTurn, milliseconds, type Pair } from "./comparison.ts";
import { LINES, PODS, WORKLOADS } from "./largeClusterSize.ts";
import { withScratch } from "./scratch.ts";

const node = [process.execPath, "--disable-warning=ExperimentalWarning"] as const;
const READS: readonly (readonly [name: string, argv: readonly string[], rounds: number, row: number])[] = [
  ["`kubectl rollout status` of a rollout that is done", ["rollout", "status", "deployment/app-0"], 5, IN_A_ROW],
  [`\`kubectl logs\` of ${LINES} lines`, ["logs", "app-0-00000"], 7, 1],
  [`\`kubectl get pods\` of ${PODS}`, ["get", "pods"], 7, 1],
];

/** What a long incident reads most, from a large cluster on loopback, against stock kubectl on the same server and with the same text. */
export async function largeCluster(): Promise<Comparison[]> {
  const kubectl = await findKubectl("1.33");
  const serving = spawn(node[0], [...node.slice(1), join(root, "scripts/bench/largeClusterServer.ts")], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const forget = endWithParent(serving);
  try {
    const [address] = (await once(createInterface(serving.stdout), "line")) as [string];
    return await withScratch("large", async (home) => {
      const kubeconfig = join(home, "config");
      writeFileSync(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "large", clusters: [{ name: "c", cluster: { server: address } }], users: [{ name: "u", user: {} }], contexts: [{ name: "large", context: { cluster: "c", user: "u", namespace: "shop" } }] }));
      return await compare(kubectl, kubeconfig, home);
    });
  } finally {
    serving.stdin.end();
    forget();
  }
}

async function compare(kubectl: string, kubeconfig: string, home: string): Promise<Comparison[]> {
  const port = await createKubernetesPort({ kubeconfigPath: kubeconfig, environment: {} });
  const environment = { PATH: "", HOME: home, KUBECONFIG: kubeconfig };
  const found: Comparison[] = [];
  for (const [name, argv, rounds, row] of READS) {
    let [mine, theirs] = ["", ""];
    const pairs = await inTurn(
      rounds,
      () => milliseconds(async () => (mine = (await runKubectl(port, argv)).stdout)),
      () => milliseconds(async () => (theirs = (await runStock(kubectl, argv, environment)).stdout)),
      row,
    );
    assert.equal(mine, theirs, `${name}: the two printed differently`);
    found.push({ name, ours: "in process", peer: "kubectl 1.33 process", unit: "ms", pairs });
  }
  const whole = ["get", "pods,deployments", "-o", "json"];
  const clock = createClock(undefined);
  const watched = new WatchedLists(port, clock, () => undefined);
  const looks = [["first look", undefined], ["a look while it is watched", (asked, signal) => watched.list(asked, signal)]] as const satisfies readonly (readonly [string, ListObjects | undefined])[];
  for (const [which, lists] of looks) {
    const pairs = await inTurn(
      5,
      () =>
        milliseconds(async () => {
          const { workloads } = await readClusterHealth({ clock, kubernetes: port, services: [], ...(lists === undefined ? {} : { lists }) }, new AbortController().signal);
          assert.deepEqual([workloads.length, workloads.filter(({ verdict }) => verdict === "ok").length], [WORKLOADS, WORKLOADS]);
        }),
      () => milliseconds(() => runStock(kubectl, whole, environment)),
    );
    found.push({ name: `Cluster Health of ${PODS} pods, ${which}`, ours: "to its verdicts", peer: "kubectl 1.33 get -o json", unit: "ms", pairs });
  }
  watched.stop();
  port.close();
  for (const [name, what, argv] of [["memory that the list takes at its peak", "list", ["get", "pods"]], ["memory that Cluster Health takes at its peak", "health", whole]] as const) {
    const memory: Pair[] = [];
    for (let count = 0; count < 3; count += 1) memory.push({ ours: await grownKiB(what, kubeconfig), peer: (await runStock(kubectl, argv, environment)).peakKiB });
    found.push({ name, ours: "beside the idle process", peer: "kubectl 1.33 process", unit: "KiB", pairs: memory });
  }
  return found;
}

/** How much a process of ours grows over one read after another, KiB. */
async function grownKiB(what: "list" | "health", kubeconfig: string): Promise<number> {
  const child = spawn(node[0], [...node.slice(1), join(root, "scripts/bench/largeClusterWorker.ts"), what, kubeconfig], { stdio: ["ignore", "pipe", "inherit"] });
  const forget = endWithParent(child);
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return Number(line);
  } finally {
    forget();
    child.kill();
  }
}

/** Runs stock kubectl; its memory is looked at while it runs, so that the peak is at least what is told. */
async function runStock(kubectl: string, argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<{ readonly stdout: string; readonly peakKiB: number }> {
  const child = spawn(kubectl, argv, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  let peakKiB = 1;
  const timer = setInterval(() => (peakKiB = Math.max(peakKiB, peakOf(child.pid ?? 0))), 5);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  assert.equal(code, 0, `kubectl ${argv.join(" ")}`);
  return { stdout: Buffer.concat(chunks).toString(), peakKiB };
}

function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // It has just ended.
    return 0;
  }
}
