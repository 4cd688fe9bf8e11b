import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readClusterHealth } from "../../../src/core/health/clusterHealth.ts";
import { WatchedLists } from "../../../src/core/health/watchedLists.ts";
import type { ClockPort, KubernetesPort } from "../../../src/core/ports.ts";
import type { ClusterHealth } from "../../../src/core/protocol.ts";
import { createClock } from "../../../src/services/clock.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { startForgetfulServer, type ForgetfulServer } from "../faults/forgetfulServer.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

const never = new AbortController().signal;
/** Kinds whose lists a report is made of; this cluster has all but one of them. */
const KINDS = 10;

describe("a cluster's health, by watches", function () {
  this.timeout(60_000);
  let world: TestWorld;
  let server: ForgetfulServer;
  let port: ClosableKubernetesPort;
  let lists: WatchedLists;
  let asked: string[];
  let changes: number;
  let now: number | undefined;
  const real = createClock(undefined);
  const clock: ClockPort = { now: () => now ?? real.now(), sleep: (ms, signal) => real.sleep(ms, signal) };

  beforeEach(async () => {
    world = await startTestWorld({}, 20);
    server = await startForgetfulServer(world.kubernetes.url);
    const path = join(world.folder, "counted");
    await writeFile(path, (await readFile(world.kubernetes.kubeconfigPath, "utf8")).replaceAll(world.kubernetes.url, server.address));
    port = await createKubernetesPort({ kubeconfigPath: path, environment: {} });
    [asked, changes, now] = [[], 0, undefined];
    lists = new WatchedLists(counted(), clock, () => (changes += 1));
  });
  afterEach(async () => {
    lists.stop();
    port.close();
    await server.close();
    await world.close();
  });

  const counted = (): KubernetesPort => ({ ...port, context: port.context, server: port.server, namespace: port.namespace, exec: port.exec.bind(port), stream: port.stream.bind(port), request: (request, signal) => (asked.push(request.path), port.request(request, signal)) });
  const look = (): Promise<Omit<ClusterHealth, "alias">> => readClusterHealth({ clock, kubernetes: counted(), namespace: "shop", services: [], lists: (list, signal) => lists.list(list, signal) }, never);
  const change = async (method: "PATCH" | "DELETE", path: string, body: object = {}): Promise<void> => {
    const { status } = await port.request({ method, path, contentType: method === "PATCH" ? "application/merge-patch+json" : "application/json", body: JSON.stringify(body) }, never);
    assert.ok(status < 300, `${method} ${path}: ${status}`);
  };
  /** Looks until the report is as wanted. */
  const until = async (isWanted: (report: Omit<ClusterHealth, "alias">) => boolean): Promise<void> => {
    for (let waited = 0; ; waited += 50) {
      const report = await look();
      if (isWanted(report)) return;
      assert.ok(waited < 20_000, JSON.stringify(report));
      await delay(50);
    }
  };
  const isDown = ({ workloads }: Omit<ClusterHealth, "alias">): boolean => workloads.some(({ name, verdict }) => name === "statefulset/db" && verdict === "down");

  it("asks for each list once, and for one of them at every look: whether the cluster answers", async () => {
    await until((report) => report.workloads.every(({ verdict }) => verdict === "ok"));
    assert.equal(new Set(asked).size, KINDS);
    const before = asked.length;
    for (let look = 0; look < 3; look += 1) await until(() => true);
    assert.deepEqual(asked.slice(before).map((path) => path.replace(/\?.*/, "")), Array(3).fill("/apis/apps/v1/namespaces/shop/deployments"));
  });

  it("tells of a change, and shows it, without another list", async () => {
    await until((report) => report.workloads.every(({ verdict }) => verdict === "ok"));
    const told = changes;
    await change("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db", { spec: { replicas: 0 } });
    await until(isDown);
    assert.ok(changes > told);
    assert.equal(asked.filter((path) => path.includes("statefulsets")).length, 1);
    await change("DELETE", "/api/v1/namespaces/shop/persistentvolumeclaims/db-data");
    await until((report) => report.volumes.every(({ name }) => name !== "pvc/db-data"));
  });

  for (const how of ["status", "event"] as const) {
    it(`lists again what the server has forgotten (${how})`, async () => {
      await until((report) => report.workloads.every(({ verdict }) => verdict === "ok"));
      server.hold();
      await change("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db", { spec: { replicas: 0 } });
      server.forget(how, KINDS - 2);
      await until(isDown);
    });
  }

  it("does not believe a watch for longer than five minutes", async () => {
    await until(() => true);
    const before = asked.length;
    now = real.now() + 301_000;
    await until(() => true);
    assert.equal(asked.length - before, KINDS);
  });

  it("lists again once it was stopped", async () => {
    await until(() => true);
    lists.stop();
    const before = asked.length;
    await until(() => true);
    assert.equal(asked.length - before, KINDS);
  });
});
