import assert from "node:assert/strict";
import { spawn } from "node:child_process";
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

/** kubectl's watch and ours over the same changes, both ended by the same hand. */
for (const version of usualVersions) {
  describe(`get -w in process and by stock kubectl ${version}`, function () {
    this.timeout(60_000);
    let world: TestWorld;
    let binary: string;
    before(async function () {
      binary = await needKubectl(version, this);
      world = await startTestWorld({}, 20);
    });
    after(async () => await world?.close());

    const stockUntil = async (argv: readonly string[], end: AbortSignal): Promise<string> => {
      const child = spawn(binary, argv, { env: { PATH: "", KUBECONFIG: world.kubernetes.kubeconfigPath, HOME: world.folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      end.addEventListener("abort", () => child.kill("SIGINT"));
      return await new Promise((resolve) => child.on("close", () => resolve(text)));
    };

    const oursUntil = async (argv: readonly string[], end: AbortSignal): Promise<string> => {
      const port = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath });
      let text = "";
      try {
        await runKubectl(port, argv, { signal: end, onStdout: (chunk) => (text += chunk) });
      } catch (error) {
        if (!end.aborted) throw error;
      } finally {
        port.close();
      }
      return text;
    };

    for (const argv of WATCHES) {
      it(argv.join(" "), async () => {
        const end = new AbortController();
        const both = Promise.all([stockUntil(argv, end.signal), oursUntil(argv, end.signal)]);
        await setTimeout(700);
        const port = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath });
        await runKubectl(port, ["rollout", "restart", "deployment/web"]);
        await runKubectl(port, ["rollout", "status", "deployment/web"]);
        port.close();
        await setTimeout(300);
        end.abort(new Error("enough"));
        const [theirs, mine] = (await both).map(withoutAges);
        assert.equal(mine, theirs);
      });
    }
  });
}

/** Ages move with the second in which each of the two was answered. */
function withoutAges(text: string | undefined): string {
  return (text ?? "").replaceAll(/ \d+[smhd](?:\d+[smhd])?(?= |\n|$)/g, " AGE").replaceAll(/AGE +/g, "AGE ");
}
