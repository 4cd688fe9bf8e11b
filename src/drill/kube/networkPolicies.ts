import type { Cluster, KubeObject } from "../contract.ts";
import { numberOf, recordOf, recordsOf, textOf, valueAt, type JsonRecord } from "./json.ts";
import { labelsOf, podSpecOf } from "./objects.ts";
import { selectorTest, type LabelTest } from "./selectors.ts";

/** One end of a connection: a pod, or an IPv4 address outside the pods' network. */
export type NetworkEnd = { readonly kind: "pod"; readonly pod: KubeObject } | { readonly kind: "address"; readonly address: string };

type Direction = "Ingress" | "Egress";

/**
 * Whether the cluster's network lets a TCP connection through, by the NetworkPolicies of both ends' namespaces (as a network plugin
 * enforces them: a pod that no policy of a direction selects takes everything in that direction; otherwise one rule must allow it).
 */
export function isTrafficAllowed(cluster: Cluster, from: NetworkEnd, to: NetworkEnd, port: number): boolean {
  if (from.kind === "pod" && to.kind === "pod" && from.pod.metadata.uid === to.pod.metadata.uid) return true;
  return permits(cluster, "Egress", from, to, to, port) && permits(cluster, "Ingress", to, from, to, port);
}

/** `own`: the end whose policies are asked; `target`: the end that listens on `port`. */
function permits(cluster: Cluster, direction: Direction, own: NetworkEnd, peer: NetworkEnd, target: NetworkEnd, port: number): boolean {
  if (own.kind === "address") return true;
  const policies = cluster.list("NetworkPolicy", own.pod.metadata.namespace).filter((policy) => directionsOf(policy).includes(direction) && asTest(policy.spec?.["podSelector"])(labelsOf(own.pod)));
  if (policies.length === 0) return true;
  const [rules, peers] = direction === "Ingress" ? (["ingress", "from"] as const) : (["egress", "to"] as const);
  return policies.some((policy) => recordsOf(policy.spec?.[rules]).some((rule) => matchesPeers(cluster, policy, recordsOf(rule[peers]), peer) && matchesPorts(recordsOf(rule["ports"]), target, port)));
}

function directionsOf(policy: KubeObject): readonly string[] {
  const types = policy.spec?.["policyTypes"];
  if (Array.isArray(types) && types.length > 0) return types.map(String);
  return policy.spec?.["egress"] === undefined ? ["Ingress"] : ["Ingress", "Egress"];
}

/** An empty selector selects everything. */
function asTest(selector: unknown): LabelTest {
  return selectorTest(recordOf(selector));
}

function matchesPeers(cluster: Cluster, policy: KubeObject, peers: readonly JsonRecord[], end: NetworkEnd): boolean {
  return peers.length === 0 || peers.some((peer) => matchesPeer(cluster, policy, peer, end));
}

function matchesPeer(cluster: Cluster, policy: KubeObject, peer: JsonRecord, end: NetworkEnd): boolean {
  const block = peer["ipBlock"];
  if (block !== undefined) return isInBlock(recordOf(block), end.kind === "address" ? end.address : (textOf(valueAt(end.pod.status, "podIP")) ?? ""));
  if (end.kind === "address") return false;
  const { namespace = "" } = end.pod.metadata;
  const { namespaceSelector, podSelector } = peer;
  const ownLabels = cluster.get("Namespace", "", namespace)?.metadata.labels;
  const isNamespaceMeant = namespaceSelector === undefined ? namespace === policy.metadata.namespace : asTest(namespaceSelector)({ "kubernetes.io/metadata.name": namespace, ...ownLabels });
  return isNamespaceMeant && (podSelector === undefined || asTest(podSelector)(labelsOf(end.pod)));
}

function matchesPorts(ports: readonly JsonRecord[], target: NetworkEnd, port: number): boolean {
  return ports.length === 0 || ports.some((entry) => (entry["protocol"] ?? "TCP") === "TCP" && matchesPort(entry, target, port));
}

function matchesPort(entry: JsonRecord, target: NetworkEnd, port: number): boolean {
  const wanted = entry["port"];
  if (wanted === undefined) return true;
  const name = textOf(wanted);
  if (name !== undefined) return target.kind === "pod" && podSpecOf(target.pod).containers.some((container) => (container.ports ?? []).some((own) => own.name === name && own.containerPort === port));
  return port >= Number(wanted) && port <= (numberOf(entry["endPort"]) ?? Number(wanted));
}

function isInBlock(block: JsonRecord, address: string): boolean {
  const except = block["except"];
  return isInRange(textOf(block["cidr"]) ?? "", address) && !(Array.isArray(except) && except.some((range) => isInRange(String(range), address)));
}

function isInRange(cidr: string, address: string): boolean {
  const [network = "", bits = "32"] = cidr.split("/");
  const [own, wanted] = [numberOfAddress(address), numberOfAddress(network)];
  if (own === undefined || wanted === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(own / size) === Math.floor(wanted / size);
}

/** An IPv4 address as a number; `undefined` for anything else. */
function numberOfAddress(address: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(address)?.slice(1).map(Number);
  return parts === undefined || parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The first port that a pod says it listens on. */
export function portOf(pod: KubeObject, fallback: number): number {
  return podSpecOf(pod).containers.flatMap((container) => container.ports ?? [])[0]?.containerPort ?? fallback;
}
