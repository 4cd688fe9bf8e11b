import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/drill/contract.ts";
import { deleteObject } from "../../../src/drill/kube/deletion.ts";
import { isPodReady, podStatusOf, workloadStatusOf } from "../../../src/drill/kube/objects.ts";
import { summarizePod } from "../../../src/drill/kube/printers/podPrinter.ts";
import { deployment, statefulSet, virtualCluster } from "./virtualCluster.ts";

function pods(cluster: ReturnType<typeof virtualCluster>): readonly KubeObject[] {
  return cluster.store.list("Pod", "shop");
}

function reasons(cluster: ReturnType<typeof virtualCluster>, name: string): unknown[] {
  return cluster.store
    .list("Event", "shop")
    .filter((event) => (event["involvedObject"] as { name?: string }).name === name)
    .map((event) => event["reason"]);
}

describe("a pod's life", () => {
  it("goes from nothing to ready, with the events of a real one", () => {
    const cluster = virtualCluster();
    cluster.store.put(statefulSet());
    cluster.clock.advance(500);
    assert.equal(summarizePod(pods(cluster)[0] as KubeObject).status, "ContainerCreating");
    cluster.clock.advance(20_000);
    const [pod] = pods(cluster);
    assert.ok(pod !== undefined && isPodReady(pod));
    assert.equal(pod.metadata.name, "db-0");
    assert.deepEqual(reasons(cluster, "db-0"), ["Scheduled", "Pulling", "Pulled", "Created", "Started"]);
  });

  it("crashes, restarts at once, then backs off for longer and longer, and keeps the last log", () => {
    const cluster = virtualCluster();
    cluster.store.put(statefulSet());
    cluster.clock.advance(20_000);
    cluster.world.crash = "[ERROR] corrupted";
    const seen = new Map<string, number>();
    for (let second = 0; second < 120; second += 1) {
      cluster.clock.advance(1000);
      const { status } = summarizePod(pods(cluster)[0] as KubeObject);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }
    assert.deepEqual([...seen.keys()].sort(), ["CrashLoopBackOff", "Error", "Running"]);
    const pod = pods(cluster)[0] as KubeObject;
    const status = podStatusOf(pod).containerStatuses?.[0];
    assert.equal(status?.restartCount, 4);
    const last = status?.lastState.terminated?.containerID ?? "";
    assert.deepEqual(cluster.logs.lines(pod.metadata.uid ?? "", "db", last)?.map((line) => line.text), ["[ERROR] corrupted"]);
    cluster.world.crash = undefined;
    cluster.clock.advance(170_000);
    assert.ok(isPodReady(pods(cluster)[0] as KubeObject), "a cured world heals at the next restart");
  });

  it("is made anew under its name after a deletion, with a fresh log", () => {
    const cluster = virtualCluster();
    cluster.store.put(statefulSet());
    cluster.clock.advance(20_000);
    const before = pods(cluster)[0] as KubeObject;
    deleteObject(cluster.store, cluster.clock, before, {});
    assert.equal(summarizePod(pods(cluster)[0] as KubeObject).status, "Terminating");
    cluster.clock.advance(20_000);
    const after = pods(cluster)[0] as KubeObject;
    assert.equal(after.metadata.name, "db-0");
    assert.notEqual(after.metadata.uid, before.metadata.uid);
    assert.equal(cluster.logs.lines(before.metadata.uid ?? "", "db", podStatusOf(before).containerStatuses?.[0]?.containerID ?? ""), undefined);
    assert.ok(reasons(cluster, "db-0").includes("Killing"));
  });

  it("waits for an image that no registry has", () => {
    const cluster = virtualCluster();
    cluster.store.put(deployment(1, "nowhere:1"));
    cluster.clock.advance(15_000);
    assert.equal(summarizePod(pods(cluster)[0] as KubeObject).status, "ImagePullBackOff");
  });

  it("is not scheduled before its claim is bound", () => {
    const cluster = virtualCluster();
    const set = statefulSet();
    (set.spec as { template: { spec: Record<string, unknown> } }).template.spec["volumes"] = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    cluster.store.put(set);
    cluster.clock.advance(5000);
    assert.equal(summarizePod(pods(cluster)[0] as KubeObject).status, "Pending");
    cluster.store.put({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "disk" }, spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] } });
    cluster.store.put({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "shop" }, spec: { resources: { requests: { storage: "1Gi" } } } });
    cluster.clock.advance(20_000);
    assert.ok(isPodReady(pods(cluster)[0] as KubeObject));
  });

  it("the same seed gives the same names and times", () => {
    const run = (): unknown => {
      const cluster = virtualCluster(42);
      cluster.store.put(deployment(3));
      cluster.clock.advance(30_000);
      return cluster.store.snapshot();
    };
    assert.deepEqual(run(), run());
  });
});

describe("a rollout", () => {
  it("keeps enough pods available, and one that never gets ready stops it", () => {
    const cluster = virtualCluster();
    cluster.store.put(deployment(4));
    cluster.clock.advance(30_000);
    cluster.world.unready = "connection refused";
    const changed = deployment(4, "app:2");
    const current = cluster.store.get("Deployment", "shop", "web") as KubeObject;
    cluster.store.put({ ...current, spec: { ...changed.spec } });
    let fewest = 4;
    for (let second = 0; second < 60; second += 1) {
      cluster.clock.advance(1000);
      // Readiness of the old pods is as it was: their probe would fail as well, so count pods and not readiness.
      fewest = Math.min(fewest, pods(cluster).filter((pod) => pod.metadata.deletionTimestamp === undefined).length);
    }
    assert.ok(fewest >= 3);
    const status = workloadStatusOf(cluster.store.get("Deployment", "shop", "web") as KubeObject);
    assert.ok((status.updatedReplicas ?? 0) < 4);
    cluster.world.unready = undefined;
    cluster.clock.advance(120_000);
    const done = workloadStatusOf(cluster.store.get("Deployment", "shop", "web") as KubeObject);
    assert.deepEqual([done.replicas, done.updatedReplicas, done.availableReplicas], [4, 4, 4]);
    assert.equal(done.conditions?.find((condition) => condition.type === "Progressing")?.reason, "NewReplicaSetAvailable");
  });

  it("returns to an old template under a new revision", () => {
    const cluster = virtualCluster();
    cluster.store.put(deployment(1));
    cluster.clock.advance(20_000);
    const template = (image: string): void => {
      const current = cluster.store.get("Deployment", "shop", "web") as KubeObject;
      cluster.store.put({ ...current, spec: { ...current.spec, ...deployment(1, image).spec } });
      cluster.clock.advance(30_000);
    };
    template("app:2");
    template("app:1");
    const sets = cluster.store.list("ReplicaSet", "shop");
    assert.equal(sets.length, 2);
    const revisions = sets.map((set) => set.metadata.annotations?.["deployment.kubernetes.io/revision"]);
    assert.deepEqual(new Set(revisions), new Set(["2", "3"]));
  });

  it("endpoints follow readiness", () => {
    const cluster = virtualCluster();
    cluster.store.put({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" }, spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] } });
    cluster.store.put(deployment(2));
    cluster.clock.advance(30_000);
    const addresses = (): number[] => {
      const { subsets } = cluster.store.get("Endpoints", "shop", "web") as KubeObject & { subsets: { addresses?: unknown[]; notReadyAddresses?: unknown[] }[] };
      const [subset] = subsets;
      return [subset?.addresses?.length ?? 0, subset?.notReadyAddresses?.length ?? 0];
    };
    assert.deepEqual(addresses(), [2, 0]);
    cluster.world.unready = "no";
    cluster.kubelet.reconsider();
    cluster.clock.advance(1000);
    assert.deepEqual(addresses(), [0, 2]);
  });
});

describe("a set and its pods", () => {
  const relabel = (cluster: ReturnType<typeof virtualCluster>, name: string, labels: Record<string, string>): void => {
    const pod = cluster.store.get("Pod", "shop", name) as KubeObject;
    cluster.store.put({ ...pod, metadata: { ...pod.metadata, labels } });
    cluster.clock.advance(20_000);
  };

  it("lets go of a pod whose labels no longer match, and makes another in its place", () => {
    const cluster = virtualCluster();
    cluster.store.put(deployment(2));
    cluster.clock.advance(20_000);
    const name = pods(cluster)[0]?.metadata.name ?? "";
    relabel(cluster, name, { incident: "quarantine" });
    const released = cluster.store.get("Pod", "shop", name);
    assert.ok(released !== undefined && isPodReady(released));
    assert.equal(released.metadata.ownerReferences, undefined);
    assert.equal(pods(cluster).length, 3);
    assert.equal(pods(cluster).filter((pod) => pod.metadata.labels?.["app"] === "web" && isPodReady(pod)).length, 2);
  });

  it("takes a pod in that matches and that nobody controls, and removes the one too many", () => {
    const cluster = virtualCluster();
    cluster.store.put(deployment(1));
    cluster.clock.advance(20_000);
    const [pod] = pods(cluster);
    relabel(cluster, pod?.metadata.name ?? "", { incident: "quarantine" });
    relabel(cluster, pod?.metadata.name ?? "", pod?.metadata.labels ?? {});
    assert.equal(pods(cluster).filter((each) => each.metadata.ownerReferences !== undefined).length, 1);
    assert.equal(pods(cluster).length, 1);
  });
});
