import assert from "node:assert/strict";
import type { KubeObject } from "../../../src/drill/contract.ts";
import { isTrafficAllowed, type NetworkEnd } from "../../../src/drill/kube/networkPolicies.ts";
import { virtualCluster } from "./virtualCluster.ts";

type Spec = Record<string, unknown>;

function pod(name: string, namespace: string, labels: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels, uid: name }, spec: { containers: [{ name: "main", image: "app:1", ports: [{ name: "sql", containerPort: 3306 }] }] }, status: { podIP: "10.244.1.7" } };
}

const web: NetworkEnd = { kind: "pod", pod: pod("web", "shop", { app: "web" }) };
const marked: NetworkEnd = { kind: "pod", pod: pod("marked", "shop", { incident: "quarantine" }) };
const database: NetworkEnd = { kind: "pod", pod: pod("db", "shop", { app: "db" }) };
const stranger: NetworkEnd = { kind: "pod", pod: pod("spy", "other", { app: "web" }) };
const outside: NetworkEnd = { kind: "address", address: "203.0.113.66" };

const QUARANTINE: Spec = { podSelector: { matchLabels: { incident: "quarantine" } }, policyTypes: ["Ingress", "Egress"] };
const fromWeb = (rule: Spec): Spec => ({ podSelector: { matchLabels: { app: "db" } }, ingress: [rule] });

describe("network policies", () => {
  const cases: readonly [string, readonly Spec[], NetworkEnd, NetworkEnd, number, boolean][] = [
    ["without one everything goes", [], web, database, 3306, true],
    ["quarantine lets nothing out", [QUARANTINE], marked, database, 3306, false],
    ["quarantine lets nothing out of the cluster", [QUARANTINE], marked, outside, 4444, false],
    ["quarantine lets nothing in", [QUARANTINE], web, marked, 8080, false],
    ["quarantine leaves others alone", [QUARANTINE], web, database, 3306, true],
    ["a pod always reaches itself", [QUARANTINE], marked, marked, 8080, true],
    ["without policyTypes and egress it is about ingress", [{ podSelector: { matchLabels: { incident: "quarantine" } } }], marked, database, 3306, true],
    ["with egress rules it is about both", [{ podSelector: {}, egress: [{ to: [{ podSelector: { matchLabels: { app: "db" } } }] }], ingress: [{}] }], web, outside, 443, false],
    ["an empty selector takes all pods of its namespace", [{ podSelector: {} }], outside, web, 8080, false],
    ["and none of another", [{ podSelector: {} }], web, stranger, 8080, true],
    ["an empty rule allows all", [{ podSelector: {}, ingress: [{}] }], outside, web, 8080, true],
    ["a peer's pods", [fromWeb({ from: [{ podSelector: { matchLabels: { app: "web" } } }] })], web, database, 3306, true],
    ["are of the policy's namespace", [fromWeb({ from: [{ podSelector: { matchLabels: { app: "web" } } }] })], stranger, database, 3306, false],
    ["unless one is selected", [fromWeb({ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } }, podSelector: { matchLabels: { app: "web" } } }] })], stranger, database, 3306, true],
    ["a port by number", [fromWeb({ ports: [{ port: 3306 }] })], web, database, 3306, true],
    ["another port", [fromWeb({ ports: [{ port: 33060 }] })], web, database, 3306, false],
    ["a port by name", [fromWeb({ ports: [{ port: "sql" }] })], web, database, 3306, true],
    ["a range of ports", [fromWeb({ ports: [{ port: 3000, endPort: 4000 }] })], web, database, 3306, true],
    ["another protocol", [fromWeb({ ports: [{ port: 3306, protocol: "UDP" }] })], web, database, 3306, false],
    ["a block of addresses", [{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] }], outside, web, 8080, true],
    ["without some of them", [{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.64/30"] } }] }] }], outside, web, 8080, false],
    ["policies add up", [{ podSelector: {} }, { podSelector: {}, ingress: [{}] }], outside, web, 8080, true],
  ];
  for (const [title, specs, from, to, port, expected] of cases) {
    it(title, () => {
      const { store } = virtualCluster();
      for (const [index, spec] of specs.entries()) store.put({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: `policy-${index}`, namespace: "shop" }, spec });
      assert.equal(isTrafficAllowed(store, from, to, port), expected);
    });
  }
});
