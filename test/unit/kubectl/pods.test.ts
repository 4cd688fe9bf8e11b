import assert from "node:assert/strict";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { event, FakeCluster, pod, podList, ready } from "./fakeCluster.ts";
import { runKubectl, stillClock } from "./fakes.ts";
import type { ByteStream } from "../../../src/core/ports.ts";

const PODS = "GET /api/v1/namespaces/shop/pods";
const DEPLOYMENT = { json: { kind: "Deployment", apiVersion: "apps/v1", metadata: { name: "web", namespace: "shop" }, spec: { selector: { matchLabels: { tier: "front", app: "web" } } } } };
const still = { clock: stillClock(0) };

async function* bytes(...texts: readonly string[]): ByteStream & AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe("kubectl exec in process", () => {
  it("passes the exit code on and says it", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) });
    cluster.onExec = async () => 7;
    assert.deepEqual(await runKubectl(cluster, ["exec", "db-0", "--", "false"], still), { stdout: "", stderr: "command terminated with exit code 7\n", exitCode: 7 });
    assert.deepEqual(cluster.executed, [{ namespace: "shop", pod: "db-0", container: "main", command: ["false"] }]);
  });

  it("feeds standard input only with -i", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) });
    const seen: boolean[] = [];
    cluster.onExec = async (_request, io) => {
      seen.push(io.stdin !== undefined);
      for await (const chunk of io.stdin ?? bytes()) await io.stdout(chunk);
      return 0;
    };
    assert.equal((await runKubectl(cluster, ["exec", "-i", "db-0", "--", "cat"], { ...still, stdin: bytes("a", "b") })).stdout, "ab");
    assert.equal((await runKubectl(cluster, ["exec", "db-0", "--", "cat"], { ...still, stdin: bytes("a") })).stdout, "");
    assert.deepEqual(seen, [true, false]);
  });

  it("says which container it took, and takes the annotated one silently", async () => {
    const two = { spec: { containers: [{ name: "app" }, { name: "side" }], initContainers: [{ name: "setup" }] } };
    const cluster = new FakeCluster()
      .reply(`${PODS}/a`, { json: pod("a", 1, two) })
      .reply(`${PODS}/b`, { json: pod("b", 1, { ...two, metadata: { annotations: { "kubectl.kubernetes.io/default-container": "side" } } }) });
    assert.equal((await runKubectl(cluster, ["exec", "a", "--", "ls"], still)).stderr, 'Defaulted container "app" out of: app, side, setup (init)\n');
    assert.equal((await runKubectl(cluster, ["exec", "b", "--", "ls"], still)).stderr, "");
    assert.deepEqual(cluster.executed.map(({ container }) => container), ["app", "side"]);
  });

  it("takes the pod of a deployment that is ready", async () => {
    const cluster = new FakeCluster()
      .reply("GET /apis/apps/v1/namespaces/shop/deployments/web", DEPLOYMENT)
      .reply(PODS, podList(4, pod("web-1", 1, { status: { phase: "Pending" } }), pod("web-2", 2, ready(false)), pod("web-3", 3, ready(true))));
    await runKubectl(cluster, ["exec", "deployment/web", "--", "ls"], still);
    assert.equal(cluster.executed[0]?.pod, "web-3");
    assert.ok(cluster.asked.some(({ path }) => path.includes("labelSelector=app%3Dweb%2Ctier%3Dfront")));
  });

  it("words the server's refusal as kubectl does", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) });
    cluster.onExec = async () => {
      throw new RuntimeError("apiStatus", "refused", { facts: { status: "403", body: JSON.stringify({ kind: "Status", reason: "Forbidden", message: 'pods "db-0" is forbidden', code: 403 }) } });
    };
    assert.equal((await runKubectl(cluster, ["exec", "db-0", "--", "ls"], still)).stderr, 'Error from server (Forbidden): pods "db-0" is forbidden\n');
  });

  it("lets a lost connection through by its name", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) });
    cluster.onExec = async () => {
      throw new RuntimeError("connectionLost", "gone");
    };
    await assert.rejects(runKubectl(cluster, ["exec", "db-0", "--", "ls"], still), { code: "connectionLost" });
  });

  it("refuses a pod that has ended", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/job`, { json: pod("job", 1, { status: { phase: "Succeeded" } }) });
    assert.equal((await runKubectl(cluster, ["exec", "job", "--", "ls"], still)).stderr, "error: cannot exec into a container in a completed pod; current phase is Succeeded\n");
  });
});

describe("kubectl logs in process", () => {
  it("names the pod it took of several, and passes its flags on", async () => {
    const cluster = new FakeCluster()
      .reply("GET /apis/apps/v1/namespaces/shop/deployments/web", DEPLOYMENT)
      .reply(PODS, podList(4, pod("web-1", 1, ready(false)), pod("web-2", 2, ready(true))))
      .streamNext("one\ntw", "o\n");
    const ran = await runKubectl(cluster, ["logs", "deployment/web", "--tail=100", "--since=90s", "--timestamps", "-p"], still);
    assert.deepEqual(ran, { stdout: "one\ntwo\n", stderr: "Found 2 pods, using pod/web-2\n", exitCode: 0 });
    assert.equal(cluster.asked.at(-1)?.path, "/api/v1/namespaces/shop/pods/web-2/log?container=main&previous=true&sinceSeconds=90&tailLines=100&timestamps=true");
  });

  it("shows ten lines of each selected pod", async () => {
    const cluster = new FakeCluster().reply(PODS, podList(4, pod("a", 1), pod("b", 2))).streamNext("from a\n").streamNext("from b\n");
    assert.equal((await runKubectl(cluster, ["logs", "-l", "app=web", "--prefix"], still)).stdout, "[pod/a/main] from a\n[pod/b/main] from b\n");
    assert.ok(cluster.asked.filter(({ path }) => path.includes("/log?")).every(({ path }) => path.includes("tailLines=10")));
  });

  it("keeps bytes that are no text, and a last line without its end", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) }).streamNext("a\n", "b");
    assert.equal((await runKubectl(cluster, ["logs", "db-0"], still)).stdout, "a\nb");
  });

  it("follows until the person ends it", async () => {
    const abort = new AbortController();
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 1) }).streamNext("tick\n", "forever");
    const running = runKubectl(cluster, ["logs", "-f", "db-0"], { ...still, signal: abort.signal });
    setImmediate(() => abort.abort(new Error("enough")));
    await assert.rejects(running);
  });
});

describe("kubectl rollout status in process", () => {
  const web = (version: number, updated: number, available: number): unknown => ({
    kind: "Deployment", apiVersion: "apps/v1",
    metadata: { name: "web", namespace: "shop", generation: 2, resourceVersion: String(version) },
    spec: { replicas: 2 }, status: { observedGeneration: 2, replicas: 2, updatedReplicas: updated, availableReplicas: available },
  });

  it("prints a line for each change until it is done", async () => {
    const cluster = new FakeCluster()
      .reply("GET /apis/apps/v1/namespaces/shop/deployments/web", { json: web(3, 1, 1) })
      .reply("GET /apis/apps/v1/namespaces/shop/deployments", { json: { metadata: { resourceVersion: "3" }, items: [web(3, 1, 1)] } })
      .streamNext(event("MODIFIED", web(4, 2, 1)), event("MODIFIED", web(5, 2, 2)), "forever");
    const ran = await runKubectl(cluster, ["rollout", "status", "deployment/web"], still);
    assert.equal(
      ran.stdout,
      'Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...\nWaiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...\ndeployment "web" successfully rolled out\n',
    );
  });

  it("asks once for a rollout that is done", async () => {
    const cluster = new FakeCluster().reply("GET /apis/apps/v1/namespaces/shop/deployments/web", { json: web(5, 2, 2) });
    assert.equal((await runKubectl(cluster, ["rollout", "status", "deployment/web"], still)).stdout, 'deployment "web" successfully rolled out\n');
    assert.deepEqual(cluster.asked.filter(({ path }) => path.includes("deployments")).map(({ path }) => path), ["/apis/apps/v1/namespaces/shop/deployments/web"]);
  });

  it("ends when the deployment is deleted", async () => {
    const cluster = new FakeCluster()
      .reply("GET /apis/apps/v1/namespaces/shop/deployments/web", { json: web(3, 1, 1) })
      .reply("GET /apis/apps/v1/namespaces/shop/deployments", { json: { metadata: { resourceVersion: "3" }, items: [web(3, 1, 1)] } })
      .streamNext(event("DELETED", web(4, 1, 1)), "forever");
    assert.equal((await runKubectl(cluster, ["rollout", "status", "deployment/web"], still)).stderr, "error: object has been deleted\n");
  });
});
