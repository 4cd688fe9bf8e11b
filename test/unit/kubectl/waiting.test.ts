import assert from "node:assert/strict";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { event, FakeCluster, notFound, pod, podList, ready } from "./fakeCluster.ts";
import { runKubectl, stillClock } from "./fakes.ts";
import type { ClockPort } from "../../../src/core/ports.ts";

const PODS = "GET /api/v1/namespaces/shop/pods";
const still = { clock: stillClock(0) };

/** Sleeps of a retry (a second) pass at once; limits stay. */
const impatient: ClockPort = { now: () => 0, sleep: async (ms, signal) => (ms <= 1000 ? undefined : await stillClock(0).sleep(ms, signal)) };

describe("kubectl wait in process", () => {
  it("resumes a cut watch from the last version it saw", async () => {
    const cluster = new FakeCluster()
      .reply(`${PODS}/db-0`, { json: pod("db-0", 5) })
      .reply(PODS, podList(7, pod("db-0", 5, ready(false))))
      .streamNext(event("MODIFIED", pod("db-0", 8, ready(false))), event("BOOKMARK", { metadata: { resourceVersion: "11" } }))
      .streamNext(new RuntimeError("connectionLost", "cut"))
      .streamNext(event("MODIFIED", pod("db-0", 12, ready(true))), "forever");
    const ran = await runKubectl(cluster, ["wait", "--for=condition=Ready", "pod/db-0", "--timeout=60s"], { clock: impatient });
    assert.deepEqual(ran, { stdout: "pod/db-0 condition met\n", stderr: "", exitCode: 0 });
    assert.deepEqual(cluster.watches, ["7", "11", "11"]);
  });

  it("lists again when the history it needs is gone", async () => {
    const cluster = new FakeCluster()
      .reply(`${PODS}/db-0`, { json: pod("db-0", 5) })
      .reply(PODS, podList(7, pod("db-0", 5, ready(false))), podList(30, pod("db-0", 29, ready(true))))
      .streamNext(event("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }));
    const ran = await runKubectl(cluster, ["wait", "--for=condition=ready", "pod/db-0"], { clock: impatient });
    assert.equal(ran.stdout, "pod/db-0 condition met\n");
    assert.deepEqual(cluster.watches, ["7"]);
  });

  it("waits for a selected pod to exist, where kubectl gives up at once", async () => {
    const cluster = new FakeCluster()
      .reply(PODS, podList(3), podList(3), podList(4, pod("db-0", 4)), podList(4, pod("db-0", 4, ready(true))))
      .streamNext(event("ADDED", pod("db-0", 4, ready(false))), "forever");
    const ran = await runKubectl(cluster, ["wait", "--for=condition=ready", "pod", "-l", "app=db", "--timeout=60s"], still);
    assert.deepEqual(ran, { stdout: "pod/db-0 condition met\n", stderr: "", exitCode: 0 });
  });

  it("says at the end of the limit that no selected pod came", async () => {
    const cluster = new FakeCluster().reply(PODS, podList(3)).streamNext("forever");
    const ran = await runKubectl(cluster, ["wait", "--for=condition=ready", "pod", "-l", "app=db", "--timeout=60s"], { clock: stillClock(0, true) });
    assert.deepEqual(ran, { stdout: "", stderr: "error: no matching resources found\n", exitCode: 1 });
  });

  it("names what it waited for when the time is up", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 5) }).reply(PODS, podList(7, pod("db-0", 5, ready(false)))).streamNext("forever");
    const ran = await runKubectl(cluster, ["wait", "--for=condition=ready", "pod/db-0", "--timeout=60s"], { clock: stillClock(0, true) });
    assert.deepEqual(ran, { stdout: "", stderr: "error: timed out waiting for the condition on pods/db-0\n", exitCode: 1 });
  });

  it("does not take a condition of an older generation", async () => {
    const stale = { metadata: { generation: 3 }, status: { observedGeneration: 2, conditions: [{ type: "Ready", status: "True" }] } };
    const fresh = { metadata: { generation: 3 }, status: { observedGeneration: 3, conditions: [{ type: "Ready", status: "True" }] } };
    const cluster = new FakeCluster()
      .reply(`${PODS}/db-0`, { json: pod("db-0", 5) })
      .reply(PODS, podList(7, pod("db-0", 5, stale)))
      .streamNext(event("MODIFIED", pod("db-0", 8, stale)), event("MODIFIED", pod("db-0", 9, fresh)), "forever");
    assert.equal((await runKubectl(cluster, ["wait", "--for=condition=ready", "pod/db-0"], still)).exitCode, 0);
  });

  it("gives up with the transport's own error when the server stays out of reach", async () => {
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 5) }).reply(PODS, podList(7, pod("db-0", 5)));
    for (let attempt = 0; attempt < 6; attempt += 1) cluster.streamNext(new RuntimeError("unreachable", "no TCP connection"));
    await assert.rejects(runKubectl(cluster, ["wait", "--for=condition=ready", "pod/db-0"], { clock: impatient }), { code: "unreachable" });
  });

  it("stops at once when the person cancels", async () => {
    const abort = new AbortController();
    const cluster = new FakeCluster().reply(`${PODS}/db-0`, { json: pod("db-0", 5) }).reply(PODS, podList(7, pod("db-0", 5))).streamNext("forever");
    const running = runKubectl(cluster, ["wait", "--for=condition=ready", "pod/db-0"], { ...still, signal: abort.signal });
    setImmediate(() => abort.abort(new Error("cancelled by you")));
    await assert.rejects(running, /cancelled by you/);
  });
});

describe("kubectl delete in process", () => {
  const DELETED = { json: pod("db-0", 9) };

  it("returns when the pod came back as another one", async () => {
    const cluster = new FakeCluster()
      .reply("DELETE /api/v1/namespaces/shop/pods/db-0", DELETED)
      .reply(`${PODS}/db-0`, { json: pod("db-0", 9) })
      .reply(PODS, podList(9, pod("db-0", 9)))
      .streamNext(event("MODIFIED", pod("db-0", 10)), event("ADDED", pod("db-0", 12, { metadata: { uid: "another" } })), "forever");
    assert.deepEqual(await runKubectl(cluster, ["delete", "pod", "db-0"], still), { stdout: 'pod "db-0" deleted\n', stderr: "", exitCode: 0 });
  });

  it("does not wait with --wait=false", async () => {
    const cluster = new FakeCluster().reply("DELETE /api/v1/namespaces/shop/pods/db-0", DELETED);
    assert.equal((await runKubectl(cluster, ["delete", "pod", "db-0", "--wait=false"], still)).exitCode, 0);
    assert.deepEqual(cluster.asked.filter(({ path }) => path.includes("db-0")).map(({ method }) => method), ["DELETE"]);
  });

  it("warns before it deletes by force, and asks for no grace", async () => {
    const cluster = new FakeCluster().reply("DELETE /api/v1/namespaces/shop/pods/db-0", DELETED).reply(`${PODS}/db-0`, notFound("db-0"));
    const ran = await runKubectl(cluster, ["delete", "pod", "db-0", "--force", "--grace-period=0"], still);
    assert.match(ran.stderr, /^Warning: Immediate deletion does not wait for confirmation/);
    assert.equal(ran.stdout, 'pod "db-0" force deleted\n');
    assert.deepEqual(JSON.parse(cluster.asked.find(({ method }) => method === "DELETE")?.body ?? ""), { gracePeriodSeconds: 0, propagationPolicy: "Background" });
  });

  it("sends nothing when a flag is not understood", async () => {
    const cluster = new FakeCluster();
    await assert.rejects(runKubectl(cluster, ["delete", "pod", "db-0", "--raw=/x"], still), (error: unknown) => error instanceof RuntimeError && error.code === "internal");
    assert.deepEqual(cluster.asked, []);
  });

  it("sends no DELETE in a dry run on the client", async () => {
    const cluster = new FakeCluster();
    assert.equal((await runKubectl(cluster, ["delete", "pod", "db-0", "--dry-run=client"], still)).stdout, 'pod "db-0" deleted (dry run)\n');
    assert.ok(cluster.asked.every(({ method }) => method === "GET"));
  });
});
