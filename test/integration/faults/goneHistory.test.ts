import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { type Ran, runKubectl } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";
import { type ForgetfulServer, type Refusal, startForgetfulServer } from "./forgetfulServer.ts";

const never = new AbortController().signal;
const WEB = "/apis/apps/v1/namespaces/shop/deployments/web";
const HOW: readonly Refusal[] = ["status", "event"];

/** 410 Gone: what a watch was at is no longer known to the server, which etcd's compaction does every five minutes. */
describe("a server that has forgotten what a watch was at", function () {
  this.timeout(60_000);
  let world: TestWorld;
  let forgetful: ForgetfulServer;
  let port: ClosableKubernetesPort;
  let direct: ClosableKubernetesPort;
  beforeEach(async () => {
    world = await startTestWorld({}, 5);
    forgetful = await startForgetfulServer(world.kubernetes.url);
    const path = join(world.folder, "forgetful");
    await writeFile(path, (await readFile(world.kubernetes.kubeconfigPath, "utf8")).replaceAll(world.kubernetes.url, forgetful.address));
    port = await createKubernetesPort({ kubeconfigPath: path, environment: {} });
    direct = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath });
  });
  afterEach(async () => {
    port.close();
    direct.close();
    await forgetful.close();
    await world.close();
  });

  const change = async (method: "POST" | "PATCH" | "DELETE", path: string, body: object = {}): Promise<void> => {
    const { status } = await direct.request({ method, path, contentType: method === "PATCH" ? "application/merge-patch+json" : "application/json", body: JSON.stringify(body) }, never);
    assert.ok(status < 300, `${method} ${path}: ${status}`);
  };
  const scale = (replicas: number): Promise<void> => change("PATCH", WEB, { spec: { replicas } });
  const untilWatching = async (count: number): Promise<void> => {
    for (let waited = 0; forgetful.watches.length < count; waited += 20) {
      assert.ok(waited < 20_000, "no watch came");
      await delay(20);
    }
    await delay(100);
  };

  /** Runs something that waits, with the history gone while what it waits for happens. */
  async function across(how: Refusal, argv: readonly string[], happen: () => Promise<void>): Promise<Ran> {
    const running = runKubectl(port, argv);
    await untilWatching(1);
    forgetful.hold();
    await untilWatching(2);
    await happen();
    forgetful.forget(how, 2);
    return await running;
  }

  for (const how of HOW) {
    describe(`told by ${how === "status" ? "the status of its answer" : "an event of its stream"}`, () => {
      it("rollout status lists again and ends when the rollout is done", async () => {
        await runKubectl(direct, ["rollout", "status", "deployment/web"]);
        await change("PATCH", WEB, { spec: { template: { spec: { containers: [{ name: "web", image: "shop/web:2.0" }] } } } });
        const { stdout, exitCode } = await across(how, ["rollout", "status", "deployment/web"], async () => void (await runKubectl(direct, ["rollout", "status", "deployment/web"])));
        assert.equal(exitCode, 0);
        const lines = stdout.trimEnd().split("\n");
        assert.equal(lines.at(-1), 'deployment "web" successfully rolled out');
        assert.equal(lines.filter((line) => line.includes("successfully")).length, 1);
      });

      it("wait finds a condition that was met meanwhile", async () => {
        await runKubectl(direct, ["rollout", "status", "deployment/web"]);
        const { stdout } = await across(how, ["wait", "--for=jsonpath={.status.readyReplicas}=1", "deployment/web", "--timeout=300s"], async () => {
          await scale(1);
          await runKubectl(direct, ["wait", "--for=jsonpath={.status.readyReplicas}=1", "deployment/web", "--timeout=300s"]);
        });
        assert.equal(stdout, "deployment.apps/web condition met\n");
      });

      it("wait --for=delete finds that the object has gone, though another has its name", async () => {
        const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" } };
        await change("POST", "/api/v1/namespaces/shop/configmaps", settings);
        const { stdout } = await across(how, ["wait", "--for=delete", "configmap/settings", "--timeout=300s"], async () => {
          await change("DELETE", "/api/v1/namespaces/shop/configmaps/settings");
          await change("POST", "/api/v1/namespaces/shop/configmaps", settings);
        });
        assert.equal(stdout, "configmap/settings condition met\n");
      });

      it("get -w tells each change once, and those of the gap", async () => {
        const configMap = (name: string, n: number): object => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { n: String(n) } });
        const path = "/api/v1/namespaces/shop/configmaps";
        for (const name of ["kept", "lost", "moved"]) await change("POST", path, configMap(name, 1));
        const stop = new AbortController();
        let text = "";
        const watching = runKubectl(port, ["get", "configmaps", "-w", "--output-watch-events", "-o", "jsonpath={.type} {.object.metadata.name} {.object.data.n}{'\\n'}"], { signal: stop.signal, onStdout: (chunk) => (text += chunk) });
        const ended = assert.rejects(watching, /enough/);
        await untilWatching(1);
        await change("PATCH", `${path}/moved`, { data: { n: "2" } });
        for (let waited = 0; waited < 5000 && !text.includes("moved 2"); waited += 20) await delay(20);
        forgetful.hold();
        await untilWatching(2);
        await change("DELETE", `${path}/lost`);
        await change("PATCH", `${path}/moved`, { data: { n: "3" } });
        await change("POST", path, configMap("fresh", 1));
        forgetful.forget(how);
        await untilWatching(3);
        await change("PATCH", `${path}/fresh`, { data: { n: "2" } });
        for (let waited = 0; waited < 10_000 && !text.includes("fresh 2"); waited += 20) await delay(20);
        stop.abort(new Error("enough"));
        await ended;
        const told = text.trimEnd().split("\n").filter((line) => !line.includes("kube-root-ca"));
        assert.deepEqual(told, ["ADDED kept 1", "ADDED lost 1", "ADDED moved 1", "MODIFIED moved 2", "DELETED lost 1", "ADDED fresh 1", "MODIFIED moved 3", "MODIFIED fresh 2"]);
      });
    });
  }
});
