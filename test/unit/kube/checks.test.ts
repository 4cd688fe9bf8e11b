import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/drill/contract.ts";
import { metadataCauses, serviceCauses, typeMismatch } from "../../../src/drill/kube/api/fieldChecks.ts";
import { strategicPatch } from "../../../src/drill/kube/api/strategicPatch.ts";
import { impersonate, isAllowed, type KubeUser } from "../../../src/drill/kube/api/users.ts";
import { choosePlacement } from "../../../src/drill/kube/kubelet/scheduler.ts";
import { SelectorProblem } from "../../../src/core/kubectl/labelSelector.ts";
import { labelTest } from "../../../src/drill/kube/selectors.ts";
import { ObjectStore } from "../../../src/drill/kube/store.ts";
import { seeded, VirtualClock } from "./virtualCluster.ts";

const ADMIN: KubeUser = { name: "admin", token: "a", roles: ["cluster-admin"] };
const VIEWER: KubeUser = { name: "viewer", token: "v", roles: ["view"] };
const LIST_SECRETS = { verb: "list", group: "", resource: "secrets", namespace: "shop", name: undefined };

describe("acting as somebody else", () => {
  const users = [ADMIN, VIEWER];

  it("takes the rights of a user whom the cluster knows, and none of one it does not", () => {
    assert.equal(impersonate(users, ADMIN, { "impersonate-user": "viewer" }), VIEWER);
    const stranger = impersonate(users, ADMIN, { "impersonate-user": "stranger" });
    assert.deepEqual([isAllowed(ADMIN, LIST_SECRETS), isAllowed(stranger, LIST_SECRETS)], [true, false]);
  });
  it("takes the rights of the administrators' group", () => assert.ok(isAllowed(impersonate(users, ADMIN, { "impersonate-user": "x", "impersonate-group": "on-call, system:masters" }), LIST_SECRETS)));
  it("is refused to whom may not", () => assert.throws(() => impersonate(users, VIEWER, { "impersonate-user": "admin" }), /users "admin" is forbidden: User "viewer" cannot impersonate resource "users" in API group "" at the cluster scope/u));
});

describe("fields that the API server refuses", () => {
  const service = (spec: Record<string, unknown>): KubeObject => ({ apiVersion: "v1", kind: "Service", metadata: { name: "db" }, spec });
  const cases: readonly [Record<string, unknown>, readonly string[]][] = [
    [{ ports: [{ port: 80 }] }, []],
    [{ ports: [] }, ["spec.ports"]],
    [{ ports: [], clusterIP: "None" }, []],
    [{ ports: [{ port: 0 }] }, ["spec.ports[0].port", "spec.ports[0].targetPort"]],
    [{ ports: [{ port: 80 }, { port: 81, name: "b" }] }, ["spec.ports[0].name"]],
    [{ ports: [{ port: 80 }], type: "Nothing" }, ["spec.type"]],
  ];
  for (const [spec, fields] of cases) it(JSON.stringify(spec), () => assert.deepEqual(serviceCauses(service(spec)).map(({ field }) => field), fields));

  it("labels have a form", () => {
    const labels = { "example.com/app": "web", "bad key": "x", tier: "not this" };
    assert.deepEqual(metadataCauses({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", labels } }).map(({ message }) => message.slice(0, 35)), ['Invalid value: "bad key": name part', 'Invalid value: "not this": a valid ']);
  });
  it("data are strings, replicas a number", () => {
    const object = (kind: string, rest: Record<string, unknown>): KubeObject => ({ apiVersion: "v1", kind, metadata: { name: "x" }, ...rest });
    assert.deepEqual(typeMismatch(object("ConfigMap", { data: { a: 5 } })), { path: "data", found: "number", wanted: "string" });
    assert.deepEqual(typeMismatch(object("Deployment", { spec: { replicas: "many" } })), { path: "spec.replicas", found: "string", wanted: "int32" });
    assert.equal(typeMismatch(object("Deployment", { spec: { replicas: 2 } })), undefined);
  });
  it("a label selector is told where it goes wrong", () => assert.throws(() => labelTest("app=web,a b"), new SelectorProblem("unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")));
});

it("a strategic patch puts what is new before what was there", () => {
  const patched = strategicPatch({ env: [{ name: "A" }, { name: "B" }] }, { env: [{ name: "C" }, { name: "B", value: "2" }] });
  assert.deepEqual(patched, { env: [{ name: "C" }, { name: "A" }, { name: "B", value: "2" }] });
});

describe("the scheduler", () => {
  const store = new ObjectStore(new VirtualClock(), seeded(1));
  const allocatable = { cpu: "2", memory: "1Gi", pods: "2" };
  for (const name of ["a", "b"]) store.put({ apiVersion: "v1", kind: "Node", metadata: { name }, spec: {}, status: { allocatable } });
  const pod = (requests: Record<string, string>, more: Record<string, unknown> = {}): KubeObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "shop" }, spec: { containers: [{ name: "c", image: "x", resources: { requests } }], ...more } });
  store.put({ ...pod({ cpu: "1500m" }, { nodeName: "a" }), metadata: { name: "other", namespace: "shop" } });

  it("leaves a node whose requests are used up", () => assert.deepEqual(choosePlacement(store, pod({ cpu: "1" })), { node: "b" }));
  it("says what is short", () => {
    const placement = choosePlacement(store, pod({ cpu: "3", memory: "2Gi" }));
    assert.match("message" in placement ? placement.message : "", /^0\/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory\./u);
  });
  it("puts a daemon's pod on the node that it is bound to", () => {
    const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] }];
    assert.deepEqual(choosePlacement(store, pod({}, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } })), { node: "a" });
  });
});
