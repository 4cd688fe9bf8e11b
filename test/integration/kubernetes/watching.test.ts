import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { needKubectl, usualVersions } from "../../parts/kubectl.ts";
import { runKubectl } from "../../unit/kubectl/fakes.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

const WATCHES: readonly (readonly string[])[] = [
  ["get", "pods", "-w"],
  ["get", "pods", "-w", "-o", "wide", "--no-headers"],
  ["get", "pods", "-w", "--show-labels", "-l", "app=web"],
  ["get", "pods", "--watch-only"],
  ["get", "pods", "-w", "--output-watch-events"],
  ["get", "pods", "-w", "-o", "name"],
  ["get", "pods", "-w", "-o", "jsonpath={.metadata.name}{'\\n'}"],
  ["get", "deployment", "web", "-w"],
  ["get", "deployment/web", "-w", "-o", "name"],
  ["get", "deployment", "web", "-w", "--output-watch-events", "-o", "name"],
  ["get", "configmaps", "-w", "-n", "nothing"],
];

interface Watch {
  readonly argv: readonly string[];
  theirs: string;
  mine: string;
  readonly ended: Promise<unknown>;
}

/** kubectl's watches and ours, all over the same changes and ended by the same hand. */
for (const version of usualVersions) {
  describe(`get -w in process and by stock kubectl ${version}`, function () {
    this.timeout(60_000);
    let world: TestWorld | undefined;
    let watches: readonly Watch[] = [];

    before(async function () {
      const binary = await needKubectl(version, this);
      world = await startTestWorld({}, 20);
      const end = new AbortController();
      const { kubernetes: { kubeconfigPath }, folder } = world;
      watches = WATCHES.map((argv) => startWatch(argv, { binary, kubeconfigPath, folder, end: end.signal }));
      // Two of them have nothing to say before something changes.
      await until(() => watches.filter(({ theirs, mine }) => theirs !== "" && mine !== "").length >= WATCHES.length - 2);
      await setTimeout(700);
      const port = await createKubernetesPort({ kubeconfigPath });
      await runKubectl(port, ["rollout", "restart", "deployment/web"]);
      await runKubectl(port, ["rollout", "status", "deployment/web"]);
      port.close();
      await untilQuiet(watches);
      end.abort(new Error("enough"));
      await Promise.all(watches.map(({ ended }) => ended));
    });
    after(async () => await world?.close());

    for (const [index, argv] of WATCHES.entries()) {
      it(argv.join(" "), () => {
        const { theirs, mine } = watches[index] ?? { theirs: undefined, mine: undefined };
        assert.ok(theirs !== undefined && mine !== undefined);
        assert.equal(theirs === "", argv.includes("nothing"));
        assert.equal(withoutAges(mine), withoutAges(theirs));
      });
    }
  });
}

interface Place {
  readonly binary: string;
  readonly kubeconfigPath: string;
  readonly folder: string;
  readonly end: AbortSignal;
}

function startWatch(argv: readonly string[], { binary, kubeconfigPath, folder, end }: Place): Watch {
  const child = spawn(binary, argv, { env: { PATH: "", KUBECONFIG: kubeconfigPath, HOME: folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (watch.theirs += chunk));
  end.addEventListener("abort", () => child.kill("SIGINT"));
  const ours = async (): Promise<void> => {
    const port = await createKubernetesPort({ kubeconfigPath });
    try {
      await runKubectl(port, argv, { signal: end, onStdout: (chunk) => (watch.mine += chunk) });
    } catch (error) {
      if (!end.aborted) throw error;
    } finally {
      port.close();
    }
  };
  const watch: Watch = { argv, theirs: "", mine: "", ended: Promise.all([once(child, "close"), ours()]) };
  return watch;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(50);
}

/** Waits until no watch has said anything for a while. */
async function untilQuiet(watches: readonly Watch[]): Promise<void> {
  const said = (): number => watches.reduce((sum, { theirs, mine }) => sum + theirs.length + mine.length, 0);
  for (let before = -1; before !== said(); ) {
    before = said();
    await setTimeout(1000);
  }
}

/** Ages move with the second in which each of the two was answered. */
function withoutAges(text: string): string {
  return text.replaceAll(/ \d+[smhd](?:\d+[smhd])?(?= |\n|$)/g, " AGE").replaceAll(/AGE +/g, "AGE ");
}
