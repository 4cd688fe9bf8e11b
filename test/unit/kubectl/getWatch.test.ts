import assert from "node:assert/strict";
import type { ClockPort } from "../../../src/core/ports.ts";
import { event, FakeCluster, pod, podList, type Reply } from "./fakeCluster.ts";
import { runKubectl, stillClock } from "./fakes.ts";

const PODS = "GET /api/v1/namespaces/shop/pods";
const TOO_OLD = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
/** Sleeps of a retry (a second) pass at once. */
const impatient: ClockPort = { now: () => 0, sleep: async (ms, signal) => (ms <= 1000 ? undefined : await stillClock(0).sleep(ms, signal)) };

/** Runs a watch until so many lines have come. */
async function watch(cluster: FakeCluster, lines: number, ...argv: readonly string[]): Promise<readonly string[]> {
  const stop = new AbortController();
  let text = "";
  const onStdout = (chunk: string): void => {
    text += chunk;
    if (text.split("\n").length > lines) stop.abort(new Error("enough"));
  };
  await assert.rejects(runKubectl(cluster, ["get", ...argv, "-w", "--output-watch-events"], { clock: impatient, signal: stop.signal, onStdout }));
  return text.trimEnd().split("\n");
}

const table = (version: number, ...rows: readonly unknown[]): Reply => ({
  json: { kind: "Table", metadata: { resourceVersion: String(version) }, columnDefinitions: [{ name: "Name", type: "string", priority: 0 }], rows },
});
const row = (name: string, version: number): unknown => ({ cells: [name], object: pod(name, version) });

describe("kubectl get -w whose history the server has forgotten", () => {
  it("tells what came, changed and went in between once each, and goes on", async () => {
    const cluster = new FakeCluster()
      .reply(PODS, podList(7, pod("kept", 3), pod("moved", 4), pod("lost", 5)), podList(30, pod("kept", 3), pod("moved", 21), pod("fresh", 22)))
      .streamNext(event("MODIFIED", pod("moved", 8)), event("ERROR", TOO_OLD))
      .streamNext(event("MODIFIED", pod("fresh", 31)), "forever");
    const lines = await watch(cluster, 8, "pods", "-o", "jsonpath={.type} {.object.metadata.name}@{.object.metadata.resourceVersion}{'\\n'}");
    assert.deepEqual(lines, ["ADDED kept@3", "ADDED moved@4", "ADDED lost@5", "MODIFIED moved@8", "DELETED lost@5", "MODIFIED moved@21", "ADDED fresh@22", "MODIFIED fresh@31"]);
    assert.deepEqual(cluster.watches, ["7", "30"]);
  });

  it("does so in a table, also where the refusal is the answer's status", async () => {
    const cluster = new FakeCluster().reply(PODS, table(7, row("lost", 5), row("kept", 3)), table(30, row("kept", 3), row("fresh", 22))).streamNext({ status: 410, json: TOO_OLD }).streamNext("forever");
    assert.deepEqual(await watch(cluster, 5, "pods"), ["EVENT      NAME", "ADDED      lost", "ADDED      kept", "DELETED    lost", "ADDED      fresh"]);
    assert.deepEqual(cluster.watches, ["7", "30"]);
  });

  it("tells that the one watched object has gone, and its successor", async () => {
    const successor = { ...pod("db-0", 40), metadata: { name: "db-0", namespace: "shop", uid: "another", resourceVersion: "40" } };
    const cluster = new FakeCluster()
      .reply(`${PODS}/db-0`, { json: pod("db-0", 5) })
      .reply(PODS, podList(30), podList(50, successor))
      .streamNext(event("ERROR", TOO_OLD))
      .streamNext(event("ERROR", TOO_OLD))
      .streamNext("forever");
    assert.deepEqual(await watch(cluster, 3, "pod", "db-0", "-o", "jsonpath={.type} {.object.metadata.uid}{'\\n'}"), ["ADDED uid-db-0", "DELETED uid-db-0", "ADDED another"]);
    assert.ok(cluster.asked.filter(({ path }) => path.includes("/pods?")).every(({ path }) => path.includes("fieldSelector=metadata.name%3Ddb-0")));
  });
});
