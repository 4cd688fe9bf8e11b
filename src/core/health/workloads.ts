import { at, listAt, numberAt, objectAt, textAt, type Json, type JsonObject } from "../kubectl/json.ts";
import { wantedReplicas } from "../kubectl/revisions.ts";
import { rolloutPhase } from "../kubectl/rollout/argoPhase.ts";
import type { HealthItem } from "../protocol.ts";
import { claimTitle } from "./volumes.ts";
import { claimsOf } from "./volumeUse.ts";

/** Lists of a namespace that have pods. */
export interface WorkloadLists {
  readonly deployments: readonly Json[];
  readonly statefulSets: readonly Json[];
  /** Argo Rollouts. */
  readonly rollouts: readonly Json[];
  readonly pods: readonly Json[];
  /** The namespace's claims as they were judged. */
  readonly volumes: readonly HealthItem[];
}

/** Deployments, Rollouts, stateful sets and pods that nobody owns, each with the reason that its pods and their volumes give. */
export function judgeWorkloads({ deployments, statefulSets, rollouts, pods, volumes }: WorkloadLists): readonly HealthItem[] {
  const troubled = new Map(volumes.filter(({ verdict }) => verdict === "degraded" || verdict === "down").map((volume) => [volume.name, volume]));
  const labelled = pods.map((pod) => ({ pod, labels: objectAt(pod, "metadata", "labels") }));
  const judge = (object: Json, judgePods: (object: Json, own: readonly Json[]) => HealthItem): HealthItem => {
    const own = podsOf(object, labelled);
    return withVolumes(judgePods(object, own), own, troubled);
  };
  return [
    ...deployments.map((object) => judge(object, (deployment, own) => judgeWorkload("deployment", deployment, own))),
    ...rollouts.map((object) => judge(object, judgeRollout)),
    ...statefulSets.map((object) => judge(object, (set, own) => judgeWorkload("statefulset", set, own))),
    ...pods.filter((pod) => listAt(pod, "metadata", "ownerReferences").length === 0).map((pod) => withVolumes(judgeBarePod(pod), [pod], troubled)),
  ];
}

/** A database whose volume is full is ready as far as its probe goes: it can be read, and takes no order. */
function withVolumes(item: HealthItem, pods: readonly Json[], troubled: ReadonlyMap<string, HealthItem>): HealthItem {
  const volumes = [...new Set(pods.flatMap(claimsOf))].flatMap((claim) => troubled.get(claimTitle(claim)) ?? []);
  if (volumes.length === 0) return item;
  return { ...item, verdict: item.verdict === "ok" ? "degraded" : item.verdict, reason: [...volumes.map(({ name, reason }) => `${reason} (${name})`), item.reason].join(", ") };
}

function judgeWorkload(kind: string, object: Json, pods: readonly Json[]): HealthItem {
  const name = `${kind}/${textAt(object, "metadata", "name")}`;
  const wanted = wantedReplicas(object);
  const ready = numberAt(object, "status", "readyReplicas");
  if (wanted === 0) return { name, verdict: "down", reason: "scaled to 0" };
  const troubles = [...new Set(pods.flatMap((pod) => podTrouble(pod) ?? []))];
  const count = `${ready}/${wanted} ready`;
  const reason = troubles.length === 0 ? count : `${count}: ${troubles.join(", ")}`;
  return { name, verdict: ready >= wanted ? (troubles.length === 0 ? "ok" : "degraded") : ready > 0 ? "degraded" : "down", reason };
}

/** A Rollout's pods may all be well, and yet what is wanted is not what serves. */
function judgeRollout(rollout: Json, pods: readonly Json[]): HealthItem {
  const item = judgeWorkload("rollout", rollout, pods);
  const { phase, message } = rolloutPhase(rollout);
  if (phase !== "Degraded" && phase !== "Paused") return item;
  return { ...item, verdict: item.verdict === "ok" ? "degraded" : item.verdict, reason: `${item.reason}, ${phase}: ${message}` };
}

function judgeBarePod(pod: Json): HealthItem {
  const name = `pod/${textAt(pod, "metadata", "name")}`;
  const trouble = podTrouble(pod);
  const phase = textAt(pod, "status", "phase");
  if (trouble !== undefined) return { name, verdict: "down", reason: trouble };
  if (phase === "Succeeded") return { name, verdict: "ok", reason: "Completed" };
  const isReady = isPodReady(pod);
  return { name, verdict: isReady ? "ok" : "down", reason: isReady ? "ready" : `${phase === "" ? "Unknown" : phase}, not ready` };
}

/** Why a pod does not do its work (`CrashLoopBackOff`, `Unschedulable` …); `undefined` where nothing is wrong, or it has only just begun. */
export function podTrouble(pod: Json): string | undefined {
  if (at(pod, "metadata", "deletionTimestamp") !== undefined) return "Terminating";
  const phase = textAt(pod, "status", "phase");
  const statuses = [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
  for (const status of statuses) {
    const waiting = textAt(status, "state", "waiting", "reason");
    if (waiting !== "" && waiting !== "ContainerCreating" && waiting !== "PodInitializing") return waiting;
    const ended = textAt(status, "state", "terminated", "reason");
    if (ended !== "" && ended !== "Completed") return ended;
  }
  if (phase === "Failed") return textAt(pod, "status", "reason") || "Failed";
  const unscheduled = listAt(pod, "status", "conditions").find((condition) => textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False");
  if (unscheduled !== undefined) return textAt(unscheduled, "reason") || "Unschedulable";
  return phase === "Running" && !isPodReady(pod) ? "not ready" : undefined;
}

function isPodReady(pod: Json): boolean {
  return listAt(pod, "status", "conditions").some((condition) => textAt(condition, "type") === "Ready" && textAt(condition, "status") === "True");
}

/** The pods that a workload selects. Asked for each workload of a cluster with thousands of pods: what is the same for all is read once. */
function podsOf(workload: Json, labelled: readonly { readonly pod: Json; readonly labels: JsonObject }[]): readonly Json[] {
  const wanted = Object.entries(objectAt(workload, "spec", "selector", "matchLabels"));
  if (wanted.length === 0) return [];
  return labelled.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value)).map(({ pod }) => pod);
}
