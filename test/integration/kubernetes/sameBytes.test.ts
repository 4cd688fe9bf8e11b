import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createKubernetesPort, type ClosableKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { runKubectl, type Ran } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";
import type { ByteStream } from "../../../src/core/ports.ts";

/** Stock kubectls of the machine: the one on the PATH, and those of other versions beside it. */
function findKubectls(): readonly (readonly [version: string, path: string])[] {
  const found = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "kubectl")).find((path) => existsSync(path));
  if (found === undefined) return [];
  const beside = dirname(realpathSync(found));
  const versions = ["1.27", "1.30", "1.33"].map((version) => [version, join(beside, `kubectl.${version}`)] as const).filter(([, path]) => existsSync(path));
  return versions.length > 0 ? versions : [["of the PATH", found]];
}

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

/** Where a version's own text differs from the one we print (1.30 to 1.32). */
function isKnownDifference(version: string, argv: readonly string[]): boolean {
  return version === "1.33" && argv[0] === "describe" && argv[1] === "pod";
}

describe("kubectl in process and stock kubectl on the drill cluster", function () {
  this.timeout(60_000);
  const kubectls = findKubectls();
  const missing = kubectls.length === 0 ? "no kubectl binary on the PATH" : undefined;
  let world: TestWorld;
  const ports = new Map<string | undefined, ClosableKubernetesPort>();

  before(async () => {
    world = await startTestWorld();
    for (const context of [undefined, "drill-view"]) {
      ports.set(context, await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath, ...(context === undefined ? {} : { context }) }));
    }
  });
  after(async () => {
    for (const port of ports.values()) port.close();
    await world.close();
  });

  const ours = async (argv: readonly string[], stdin?: ByteStream): Promise<Ran> => {
    const at = argv.indexOf("--context");
    const port = ports.get(at < 0 ? undefined : argv[at + 1]);
    assert.ok(port);
    return await runKubectl(port, argv, stdin === undefined ? {} : { stdin });
  };
  const stock = async (binary: string, argv: readonly string[]): Promise<Ran> => {
    const child = spawn(binary, argv, { env: { PATH: process.env["PATH"], KUBECONFIG: world.kubernetes.kubeconfigPath, HOME: world.folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode: exitCode ?? -1 }));
    });
  };

  for (const [version, binary] of kubectls.length === 0 ? [["", ""] as const] : kubectls) {
    describe(missing === undefined ? `kubectl ${version}` : `skipped: ${missing}`, () => {
      for (const argv of READS) {
        it(argv.join(" "), async function () {
          if (missing !== undefined || isKnownDifference(version, argv)) this.skip();
          // Ages move with the second: a second look settles a difference of one tick.
          for (let attempt = 1; ; attempt += 1) {
            const theirs = await stock(binary, argv);
            const mine = await ours(argv);
            if (attempt === 3 || (theirs.stdout === mine.stdout && theirs.stderr === mine.stderr)) {
              assert.deepEqual(mine, theirs);
              return;
            }
          }
        });
      }
    });
  }

  it("restarts the database, waits for it, and streams a dump into it", async () => {
    assert.deepEqual(await ours(["delete", "pod", "db-0", "-n", "shop"]), { stdout: 'pod "db-0" deleted\n', stderr: "", exitCode: 0 });
    const waited = await ours(["wait", "--for=condition=ready", "pod", "-l", "app=db", "-n", "shop", "--timeout=60s"]);
    assert.deepEqual(waited, { stdout: "pod/db-0 condition met\n", stderr: "", exitCode: 0 });
    async function* dump(): ByteStream & AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 64; part += 1) yield Buffer.alloc(128 * 1024, part);
    }
    assert.deepEqual(await ours(["exec", "-i", "db-0", "-n", "shop", "--", "count"], dump()), { stdout: `${String(8 * 1024 * 1024)}\n`, stderr: "", exitCode: 0 });
  });

  it("rolls out a changed variable and takes it back", async () => {
    assert.equal((await ours(["set", "env", "deployment/web", "A=2", "B=3"])).stdout, "deployment.apps/web env updated\n");
    assert.match((await ours(["rollout", "status", "deployment/web", "--timeout=60s"])).stdout, /deployment "web" successfully rolled out\n$/);
    assert.equal((await ours(["set", "env", "deployment/web", "--list"])).stdout, "# Deployment web, container web\nA=2\nB=3\n");
    assert.equal((await ours(["rollout", "undo", "deployment/web"])).stdout, "deployment.apps/web rolled back\n");
    assert.match((await ours(["rollout", "status", "deployment/web", "--timeout=60s"])).stdout, /successfully rolled out\n$/);
    assert.equal((await ours(["set", "env", "deployment/web", "--list"])).stdout, "# Deployment web, container web\nA=1\n");
    assert.equal((await ours(["rollout", "restart", "deployment/web"])).stdout, "deployment.apps/web restarted\n");
  });

  it("follows a log until it is cancelled", async () => {
    const abort = new AbortController();
    const port = ports.get(undefined);
    assert.ok(port);
    const following = runKubectl(port, ["logs", "-f", "db-0"], { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 300);
    await assert.rejects(following, /enough/);
  });
});
