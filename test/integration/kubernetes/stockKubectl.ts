import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { Ran } from "../../unit/kubectl/fakes.ts";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";
import { type ConnectedCluster, connectedWorld, SERVER_NAMES, type ServerKind } from "./connectedWorld.ts";
import { FidelityRecord } from "./fidelityRecord.ts";

const READS: readonly (readonly string[])[] = [
  ["get", "pods", "-n", "shop"],
  ["get", "pods", "-n", "shop", "-o", "wide"],
  ["get", "pods", "-n", "shop", "--show-labels"],
  ["get", "all"],
  ["get", "pvc", "-n", "shop"],
  ["get", "pods", "-o", "json"],
  ["get", "deploy", "web", "-o", "yaml"],
  ["get", "deploy", "web", "-o", "jsonpath={.metadata.name}{.spec.template.spec.containers[9].name}"],
  ["get", "pods", "-l", "none=1", "-o", "jsonpath={.items[0].metadata.name}"],
  ["get", "deploy", "web", "-o", "jsonpath={.metadata.name[0]}"],
  ["get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[-1:].name}"],
  ["get", "events", "--sort-by=.lastTimestamp", "--field-selector", "involvedObject.kind=StatefulSet"],
  ["get", "pods", "nope"],
  ["get", "pods", "-n", "nothing"],
  ["describe", "pod", "db-0", "-n", "shop"],
  ["describe", "pvc", "db-data", "-n", "shop"],
  ["logs", "db-0", "-n", "shop", "--tail=100"],
  ["logs", "db-0", "-n", "shop", "--previous"],
  ["logs", "db-0", "-n", "shop", "--tail=-2"],
  ["logs", "db-0", "-n", "shop", "--since=1h", "--since-time=2026-01-31T02:00:00Z"],
  ["exec", "db-0", "-n", "shop", "--", "fail"],
  ["exec", "-i", "db-0", "-n", "shop", "--", "count"],
  ["wait", "--for=condition=ready", "pod", "-l", "app=db", "-n", "shop", "--timeout=20s"],
  ["wait", "--for=jsonpath={.spec.containers[9].name}=x", "pod/db-0", "-n", "shop", "--timeout=1s"],
  ["rollout", "status", "deployment/web", "-n", "shop", "--timeout=60s"],
  ["rollout", "history", "deployment/web", "-n", "shop"],
  ["set", "env", "deployment/web", "A=2", "--dry-run=server"],
  ["set", "env", "deployment/web", "--list"],
  ["scale", "deployment/web", "--replicas=5", "--dry-run=server"],
  ["top", "pods", "-n", "shop"],
  ["auth", "can-i", "delete", "pods"],
  ["auth", "can-i", "delete", "pods", "--context", "drill-view"],
  ["delete", "pod", "nope", "--context", "drill-view"],
  ["delete", "pod", "nope", "--ignore-not-found"],
  ["delete", "pods", "-l", "none=1"],
];

/** Ages move with the second. */
const ATTEMPTS = 3;
/** What is only in the drill world: a real 1.20 has no metrics server. */
const DRILL_ONLY = new Set(["top"]);

/** Our text as that version words it: where stock kubectls differ among themselves, ours is that of 1.27 to 1.32. */
function asWordedBy(version: KubectlVersion, argv: readonly string[], ran: Ran): Ran {
  if (version !== "1.33" || argv[0] !== "describe" || argv[1] !== "pod") return ran;
  return { ...ran, stdout: ran.stdout.replace("    ConfigMapOptional:       <nil>\n", "    Optional:                false\n") };
}

/** Our kubectl and the stock one of that version print the same bytes and exit alike, over every read of a runbook. */
export function describeSameBytes(version: KubectlVersion, server: ServerKind = "drill", connect: () => ConnectedCluster = connectedWorld): void {
  describe(`kubectl in process and stock kubectl ${version} on ${SERVER_NAMES[server]}`, function () {
    this.timeout(60_000);
    const connected = connect();
    const reads = READS.filter(([verb = ""]) => server === "drill" || !DRILL_ONLY.has(verb));
    const record = new FidelityRecord("reads", server, version);
    // A cluster that is minutes old shows seconds, which move between the two on a busy machine.
    const seen = server === "real" ? withoutAges : (ran: Ran): Ran => ran;
    let binary: string;
    before(async function () {
      binary = await needKubectl(version, this);
    });

    const stock = async (argv: readonly string[]): Promise<Ran> => {
      const child = spawn(binary, argv, { env: { PATH: "", KUBECONFIG: connected.kubeconfigPath, HOME: connected.folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      return await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode: exitCode ?? -1 }));
      });
    };

    after(() => record.check(reads.length));

    for (const argv of reads) {
      it(argv.join(" "), () => record.count(argv, async () => {
        // Another look settles a difference of one tick.
        for (let attempt = 1; ; attempt += 1) {
          const theirs = seen(await stock(argv));
          const mine = seen(asWordedBy(version, argv, await connected.kubectl(argv)));
          if (attempt === ATTEMPTS || (theirs.stdout === mine.stdout && theirs.stderr === mine.stderr)) {
            assert.deepEqual(mine, theirs);
            return;
          }
        }
      }));
    }
  });
}

function withoutAges(ran: Ran): Ran {
  return { ...ran, stdout: ran.stdout.replaceAll(/(?<=[ (])\d+[smhd](?:\d+[smhd])?(?=[ )\n]|$)/g, "AGE").replaceAll(/AGE +/g, "AGE ") };
}
