import type { KubeObject } from "../../contract.ts";
import { recordsOf, stringsOf, textOf, valueAt } from "../json.ts";
import { conditionOf, podSpecOf } from "../objects.ts";
import type { ObjectStore } from "../store.ts";

/** Where a pod goes, or the scheduler's message about why nowhere. */
export type Placement = { readonly node: string } | { readonly message: string };

/** Chooses the ready, schedulable, matching node with the fewest pods. */
export function choosePlacement(store: ObjectStore, pod: KubeObject): Placement {
  const nodes = store.peekList("Node");
  const unbound = claimProblem(store, pod);
  if (unbound !== undefined) return refusal(nodes.length, [unbound]);
  const reasons: string[] = [];
  const fitting: KubeObject[] = [];
  for (const node of nodes) {
    const reason = nodeProblem(node, pod);
    if (reason === undefined) fitting.push(node);
    else reasons.push(reason);
  }
  const pods = store.peekList("Pod");
  const load = (node: KubeObject): number => pods.filter((other) => podSpecOf(other).nodeName === node.metadata.name).length;
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

function nodeProblem(node: KubeObject, pod: KubeObject): string | undefined {
  const spec = podSpecOf(pod);
  if (valueAt(node.spec, "unschedulable") === true) return "node(s) were unschedulable";
  const labels = stringsOf(node.metadata.labels);
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return "node(s) didn't match Pod's node affinity/selector";
  for (const taint of recordsOf(valueAt(node.spec, "taints"))) {
    const key = textOf(taint["key"]) ?? "";
    const isTolerated = (spec.tolerations ?? []).some((toleration) => (toleration.key === undefined || toleration.key === key) && (toleration.effect === undefined || toleration.effect === taint["effect"]));
    if (taint["effect"] !== "PreferNoSchedule" && !isTolerated) return `node(s) had untolerated taint {${key}: ${textOf(taint["value"]) ?? ""}}`;
  }
  return conditionOf(node, "Ready")?.status === "False" ? "node(s) had untolerated taint {node.kubernetes.io/not-ready: }" : undefined;
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
