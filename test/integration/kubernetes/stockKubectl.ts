import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { Ran } from "../../unit/kubectl/fakes.ts";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";
import { connectedWorld } from "./connectedWorld.ts";

const READS: readonly (readonly string[])[] = [
  ["get", "pods", "-n", "shop"],
  ["get", "pods", "-n", "shop", "-o", "wide"],
  ["get", "pods", "-n", "shop", "--show-labels"],
  ["get", "all"],
  ["get", "pvc", "-n", "shop"],
  ["get", "pods", "-o", "json"],
  ["get", "deploy", "web", "-o", "yaml"],
  ["get", "events", "--sort-by=.lastTimestamp", "--field-selector", "involvedObject.kind=StatefulSet"],
  ["get", "pods", "nope"],
  ["get", "pods", "-n", "nothing"],
  ["describe", "pod", "db-0", "-n", "shop"],
  ["describe", "pvc", "db-data", "-n", "shop"],
  ["logs", "db-0", "-n", "shop", "--tail=100"],
  ["logs", "db-0", "-n", "shop", "--previous"],
  ["exec", "db-0", "-n", "shop", "--", "fail"],
  ["exec", "-i", "db-0", "-n", "shop", "--", "count"],
  ["wait", "--for=condition=ready", "pod", "-l", "app=db", "-n", "shop", "--timeout=20s"],
  ["rollout", "status", "deployment/web", "-n", "shop", "--timeout=60s"],
  ["rollout", "history", "deployment/web", "-n", "shop"],
  ["set", "env", "deployment/web", "A=2", "--dry-run=server"],
  ["set", "env", "deployment/web", "--list"],
  ["scale", "deployment/web", "--replicas=5", "--dry-run=server"],
  ["top", "pods", "-n", "shop"],
  ["auth", "can-i", "delete", "pods"],
  ["auth", "can-i", "delete", "pods", "--context", "drill-view"],
  ["delete", "pod", "nope", "--context", "drill-view"],
];

/** Our text as that version words it: where stock kubectls differ among themselves, ours is that of 1.27 to 1.32. */
function asWordedBy(version: KubectlVersion, argv: readonly string[], ran: Ran): Ran {
  if (version !== "1.33" || argv[0] !== "describe" || argv[1] !== "pod") return ran;
  return { ...ran, stdout: ran.stdout.replace("    ConfigMapOptional:       <nil>\n", "    Optional:                false\n") };
}

/** Our kubectl and the stock one of that version print the same bytes and exit alike, over every read of a runbook. */
export function describeSameBytes(version: KubectlVersion): void {
  describe(`kubectl in process and stock kubectl ${version} on the drill cluster`, function () {
    this.timeout(60_000);
    const connected = connectedWorld();
    let binary: string;
    before(async function () {
      binary = await needKubectl(version, this);
    });

    const stock = async (argv: readonly string[]): Promise<Ran> => {
      const child = spawn(binary, argv, { env: { PATH: "", KUBECONFIG: connected.world.kubernetes.kubeconfigPath, HOME: connected.world.folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      return await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode: exitCode ?? -1 }));
      });
    };

    for (const argv of READS) {
      it(argv.join(" "), async () => {
        // Ages move with the second: a second look settles a difference of one tick.
        for (let attempt = 1; ; attempt += 1) {
          const theirs = await stock(argv);
          const mine = asWordedBy(version, argv, await connected.kubectl(argv));
          if (attempt === 3 || (theirs.stdout === mine.stdout && theirs.stderr === mine.stderr)) {
            assert.deepEqual(mine, theirs);
            return;
          }
        }
      });
    }
  });
}
