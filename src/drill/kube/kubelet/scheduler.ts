import type { KubeObject } from "../../contract.ts";
import { recordsOf, stringsOf, textOf, valueAt } from "../json.ts";
import { conditionOf, isPodOver, podSpecOf, type Container, type PodSpec } from "../objects.ts";
import type { ObjectStore } from "../store.ts";
import { quantity } from "../usage.ts";

/** Where a pod goes, or the scheduler's message about why nowhere. */
export type Placement = { readonly node: string } | { readonly message: string };

/** Chooses the ready, schedulable, matching node with the fewest pods. */
export function choosePlacement(store: ObjectStore, pod: KubeObject): Placement {
  const nodes = store.peekList("Node");
  const unbound = claimProblem(store, pod);
  if (unbound !== undefined) return refusal(nodes.length, [unbound]);
  const reasons: string[] = [];
  const fitting: KubeObject[] = [];
  const pods = store.peekList("Pod");
  const podsOn = (node: KubeObject): KubeObject[] => pods.filter((other) => podSpecOf(other).nodeName === node.metadata.name);
  for (const node of nodes) {
    const reason = nodeProblem(node, podSpecOf(pod));
    const problems = reason === undefined ? resourceProblems(node, podsOn(node), pod) : [reason];
    if (problems.length === 0) fitting.push(node);
    else reasons.push(...problems);
  }
  const load = (node: KubeObject): number => podsOn(node).length;
  const best = fitting.map((node) => ({ node, load: load(node) })).sort((left, right) => left.load - right.load)[0];
  if (best !== undefined) return { node: best.node.metadata.name };
  const counts = [...new Set(reasons)].map((reason) => `${reasons.filter((other) => other === reason).length} ${reason}`).sort();
  return refusal(nodes.length, counts);
}

function refusal(nodeCount: number, reasons: readonly string[]): Placement {
  if (nodeCount === 0) return { message: "no nodes available to schedule pods" };
  const help = `preemption: 0/${nodeCount} nodes are available: ${nodeCount} Preemption is not helpful for scheduling.`;
  return { message: `0/${nodeCount} nodes are available: ${reasons.join(", ")}. ${help}` };
}

function nodeProblem(node: KubeObject, spec: PodSpec): string | undefined {
  const tolerates = (key: string): boolean => (spec.tolerations ?? []).some((toleration) => toleration.key === key);
  if (valueAt(node.spec, "unschedulable") === true && !tolerates("node.kubernetes.io/unschedulable")) return "node(s) were unschedulable";
  const only = daemonNode(spec);
  if (only !== undefined && only !== node.metadata.name) return "node(s) didn't match Pod's node affinity/selector";
  const labels = stringsOf(node.metadata.labels);
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return "node(s) didn't match Pod's node affinity/selector";
  for (const taint of recordsOf(valueAt(node.spec, "taints"))) {
    const key = textOf(taint["key"]) ?? "";
    const isTolerated = (spec.tolerations ?? []).some((toleration) => (toleration.key === undefined || toleration.key === key) && (toleration.effect === undefined || toleration.effect === taint["effect"]));
    if (taint["effect"] !== "PreferNoSchedule" && !isTolerated) return `node(s) had untolerated taint {${key}: ${textOf(taint["value"]) ?? ""}}`;
  }
  const ready = conditionOf(node, "Ready")?.status ?? "True";
  return only !== undefined || ready === "True" ? undefined : `node(s) had untolerated taint {node.kubernetes.io/${ready === "False" ? "not-ready" : "unreachable"}: }`;
}

/** The node that a pod is bound to by name, which is how a DaemonSet's pods say where they belong. */
export function daemonNode({ affinity }: PodSpec): string | undefined {
  const terms = recordsOf(valueAt(affinity, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"));
  const values = terms.flatMap((term) => recordsOf(term["matchFields"])).find((field) => field["key"] === "metadata.name")?.["values"];
  return Array.isArray(values) ? textOf(values[0]) : undefined;
}

/** Whether a DaemonSet's pod with this spec belongs on a node. */
export function isDaemonNode(node: KubeObject, spec: PodSpec): boolean {
  return nodeProblem(node, spec) === undefined;
}

/** What of a node's resources the pods on it leave too little of: requests count, not usage. */
function resourceProblems(node: KubeObject, others: readonly KubeObject[], pod: KubeObject): string[] {
  const allocatable = stringsOf(valueAt(node.status, "allocatable"));
  const holding = others.filter((other) => !isPodOver(other));
  const isShort = (resource: "cpu" | "memory"): boolean => {
    const wanted = requestOf(pod, resource);
    return wanted > 0 && allocatable[resource] !== undefined && wanted + holding.reduce((sum, other) => sum + requestOf(other, resource), 0) > quantity(allocatable[resource], resource);
  };
  return [
    ...(allocatable["pods"] !== undefined && holding.length >= Number(allocatable["pods"]) ? ["Too many pods"] : []),
    ...(isShort("cpu") ? ["Insufficient cpu"] : []),
    ...(isShort("memory") ? ["Insufficient memory"] : []),
  ];
}

/** What a pod's containers request together; an init container counts where it alone requests more. */
function requestOf(pod: KubeObject, resource: "cpu" | "memory"): number {
  const of = ({ resources }: Container): number => quantity(resources?.requests?.[resource] ?? resources?.limits?.[resource], resource);
  const { containers, initContainers = [] } = podSpecOf(pod);
  return Math.max(containers.reduce((sum, container) => sum + of(container), 0), ...initContainers.map((container) => of(container)));
}

function claimProblem(store: ObjectStore, pod: KubeObject): string | undefined {
  for (const volume of podSpecOf(pod).volumes ?? []) {
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = store.peek("PersistentVolumeClaim", pod.metadata.namespace, name);
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
    if (valueAt(claim.status, "phase") !== "Bound") return "pod has unbound immediate PersistentVolumeClaims";
  }
  return undefined;
}
