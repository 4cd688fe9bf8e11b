import assert from "node:assert/strict";
import { recentChanges, type ChangeSources } from "../../../src/core/health/changes.ts";
import { judgeServices } from "../../../src/core/health/services.ts";
import type { Json } from "../../../src/core/kubectl/json.ts";
import type { HealthItem } from "../../../src/core/protocol.ts";

const NOW = Date.parse("2026-02-01T12:00:00Z");
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString().replace(".000", "");
const NONE: ChangeSources = { deployments: [], rollouts: [], statefulSets: [], replicaSets: [], configMaps: [], secrets: [], nodes: [] };

/** Each change as `NAME WHAT MINUTES AGO by WHOM`. */
function changes(sources: Partial<ChangeSources>): readonly string[] {
  return recentChanges({ ...NONE, ...sources }, NOW).map(({ name, what, at, by }) => `${name} ${what}, ${(NOW - at) / 60_000} by ${by ?? "nobody"}`);
}

function object(name: string, created: number, entries: readonly Json[], rest: Readonly<Record<string, Json>> = {}): Json {
  return { metadata: { name, uid: `uid-${name}`, creationTimestamp: ago(created), managedFields: entries }, ...rest };
}

function wrote(manager: string, minutes: number, fields: Readonly<Record<string, Json>> = {}, subresource?: string): Json {
  return { manager, time: ago(minutes), fieldsV1: fields, ...(subresource === undefined ? {} : { subresource }) };
}

function revision(of: string, number: number, image: string): Json {
  return {
    metadata: { ownerReferences: [{ uid: `uid-${of}` }], annotations: { "deployment.kubernetes.io/revision": String(number) } },
    spec: { template: { spec: { containers: [{ image }] } } },
  };
}

const TEMPLATE = { "f:spec": { "f:template": { "f:spec": {} } } };
const REPLICAS = { "f:spec": { "f:replicas": {} } };

describe("what changed", () => {
  it("tells a release by its images, from the two newest revisions", () => {
    const web = object("web", 9000, [wrote("kubectl-create", 9000, TEMPLATE), wrote("pipeline", 5, TEMPLATE), wrote("kube-controller-manager", 4, TEMPLATE)]);
    assert.deepEqual(changes({ deployments: [web], replicaSets: [revision("web", 2, "web:v2"), revision("web", 10, "web:v3"), revision("other", 11, "x:1")] }), ["deployment/web image web:v2 → web:v3, 5 by pipeline"]);
    assert.deepEqual(changes({ deployments: [web], replicaSets: [revision("web", 1, "web:v2"), revision("web", 2, "web:v2")] }), ["deployment/web new pod template, same image, 5 by pipeline"]);
  });

  it("tells a release through an Argo Rollout", () => {
    const web = object("web", 9000, [wrote("pipeline", 5, TEMPLATE), wrote("rollouts-controller", 4, { "f:metadata": {} }), wrote("rollouts-controller", 4, { "f:status": {} }, "status")]);
    const sets = [revision("web", 1, "web:v1"), revision("web", 2, "web:v2")].map((set) => JSON.parse(JSON.stringify(set).replaceAll("deployment.kubernetes.io", "rollout.argoproj.io")) as Json);
    assert.deepEqual(changes({ rollouts: [web], replicaSets: sets }), ["rollout/web image web:v1 → web:v2, 5 by pipeline"]);
  });

  it("tells scaling from a release, and leaves out what only reports a state", () => {
    const entries = [wrote("kubectl", 3, REPLICAS, "scale"), wrote("hand", 2, REPLICAS), wrote("x", 1, { "f:status": {} }, "status"), wrote("labeller", 1, { "f:metadata": {} })];
    assert.deepEqual(changes({ statefulSets: [object("db", 9000, entries, { spec: { replicas: 0 } })] }), ["statefulset/db scaled to 0, 2 by hand", "statefulset/db scaled to 0, 3 by kubectl"]);
  });

  it("tells configuration that was changed from configuration that is new, without looking into it", () => {
    assert.deepEqual(changes({ configMaps: [object("c", 9000, [wrote("kubectl", 7)])], secrets: [object("s", 6, [wrote("kubectl-create", 6)])] }), ["secret/s created, 6 by kubectl-create", "configmap/c changed, 7 by kubectl"]);
  });

  it("tells what became of nodes", () => {
    const nodes = [
      { metadata: { name: "a" }, spec: {}, status: { conditions: [{ type: "Ready", status: "False", reason: "KubeletStopped", lastTransitionTime: ago(8) }] } },
      { metadata: { name: "b" }, spec: { unschedulable: true, taints: [{ key: "node.kubernetes.io/unschedulable", timeAdded: ago(9) }] }, status: { conditions: [{ type: "Ready", status: "True", lastTransitionTime: ago(9000) }] } },
    ];
    assert.deepEqual(changes({ nodes }), ["node/a not ready: KubeletStopped, 8 by nobody", "node/b cordoned, 9 by nobody"]);
  });

  it("goes back a day, and shows ten at most", () => {
    assert.deepEqual(changes({ configMaps: [object("c", 9000, [wrote("kubectl", 1441)])] }), []);
    assert.equal(changes({ configMaps: Array.from({ length: 12 }, (_, index) => object(`c${index}`, 9000, [wrote("kubectl", index)])) }).length, 10);
  });
});

describe("critical services", () => {
  it("have the verdict of their worst workload, the most critical first", () => {
    const workloads: readonly HealthItem[] = [{ name: "deployment/web", verdict: "ok", reason: "2/2 ready" }, { name: "statefulset/db", verdict: "degraded", reason: "1/2 ready" }];
    const service = (name: string, priority: number, ...own: readonly string[]) => ({ name, priority, description: undefined, workloads: own });
    const judged = judgeServices([service("Logs", 3), service("API", 1, "deployment/web"), service("Shop", 2, "deployment/web", "statefulset/db"), service("Gone", 1, "deployment/x")], workloads);
    assert.deepEqual(judged.map(({ name, verdict, reason }) => `${name}: ${verdict}, ${reason}`), [
      "P1 API: ok, 2/2 ready", "P1 Gone: down, is not in the cluster", "P2 Shop: degraded, 1/2 ready (statefulset/db)", "P3 Logs: unknown, no workload of it is named in the facts",
    ]);
  });
});
