import type { KubeObject } from "../../contract.ts";
import { copyJson } from "../json.ts";
import { randomSuffix } from "../names.ts";
import { controllerOf, isPodOver, labelsOf, podSpecOf, workloadSpecOf, type PodSpec } from "../objects.ts";
import { daemonNode, isDaemonNode } from "../kubelet/scheduler.ts";
import { claimPods } from "./claimPods.ts";
import { createPod, deletePod, isActive, isAvailable, objectOfKey, podFromTemplate, putStatus, watchOwners, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";
import { ensureRevision, REVISION_LABEL } from "./revisions.ts";

const COMPONENT = "daemonset-controller";

/** Taints that do not keep a daemon away, as the controller adds them to its pods. */
const TOLERATED = [["not-ready", "NoExecute"], ["unreachable", "NoExecute"], ["disk-pressure", "NoSchedule"], ["memory-pressure", "NoSchedule"], ["pid-pressure", "NoSchedule"], ["unschedulable", "NoSchedule"]] as const;

/** Keeps one pod of each DaemonSet on every node that it may run on, and replaces those of an older template one node at a time. */
export function startDaemonSetController(services: ControllerServices): void {
  const { store } = services;
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const set = objectOfKey(store, "DaemonSet", key);
    if (set !== undefined && set.metadata.deletionTimestamp === undefined) reconcile(services, set);
  });
  watchOwners(store, "DaemonSet", ["Pod"], (key) => {
    queue.add(key);
  });
  store.watch(({ object }) => {
    if (object.kind !== "Node") return;
    for (const set of store.peekList("DaemonSet")) queue.add(`${set.metadata.namespace ?? ""}/${set.metadata.name}`);
  });
}

function reconcile(services: ControllerServices, set: KubeObject): void {
  const spec = workloadSpecOf(set);
  const revision = ensureRevision(services, set);
  const wanted = services.store.peekList("Node").filter((node) => isDaemonNode(node, templateSpec(spec.template.spec, node.metadata.name))).map((node) => node.metadata.name);
  const pods = claimPods(services, set);
  for (const pod of pods) {
    const node = nodeOf(pod);
    if (isPodOver(pod)) services.store.remove("Pod", pod.metadata.namespace ?? "", pod.metadata.name);
    else if (isActive(pod) && node !== undefined && !wanted.includes(node)) deletePod(services, set, pod, COMPONENT, `Deleted pod: ${pod.metadata.name}`);
  }
  for (const node of wanted) if (!pods.some((pod) => nodeOf(pod) === node)) createOn(services, set, node, revision);
  updateNext(services, set, pods, revision);
  writeStatus(services, set, wanted, revision);
}

/** The node that a pod is on, or is meant for. */
function nodeOf(pod: KubeObject): string | undefined {
  return podSpecOf(pod).nodeName ?? daemonNode(podSpecOf(pod));
}

/** A pod's spec bound to a node by its name, for the scheduler to place it there. */
function templateSpec(spec: PodSpec, node: string): PodSpec {
  const terms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }];
  const tolerations = TOLERATED.map(([key, effect]) => ({ key: `node.kubernetes.io/${key}`, operator: "Exists", effect }));
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
  return { ...copyJson(spec), affinity, tolerations: [...(spec.tolerations ?? []), ...tolerations] };
}

function createOn(services: ControllerServices, set: KubeObject, node: string, revision: string): void {
  const { template } = workloadSpecOf(set);
  const name = `${set.metadata.name}-${randomSuffix(services.random, 5)}`;
  const pod = podFromTemplate(set, { ...template, spec: templateSpec(template.spec, node) }, name);
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION_LABEL]: revision.slice(set.metadata.name.length + 1), "pod-template-generation": String(set.metadata.generation ?? 1) };
  createPod(services, set, pod, COMPONENT, `Created pod: ${name}`);
}

function isCurrent(pod: KubeObject, set: KubeObject, revision: string): boolean {
  return `${set.metadata.name}-${labelsOf(pod)[REVISION_LABEL] ?? ""}` === revision;
}

/** Takes one pod of an older template away while all others are available. */
function updateNext(services: ControllerServices, set: KubeObject, pods: readonly KubeObject[], revision: string): void {
  if (workloadSpecOf(set).updateStrategy?.type === "OnDelete") return;
  const old = pods.filter((pod) => !isCurrent(pod, set, revision));
  const isSettled = (pod: KubeObject): boolean => isActive(pod) && isAvailable(pod, workloadSpecOf(set).minReadySeconds ?? 0, services.clock.now());
  const next = old.find((pod) => isActive(pod) && !isSettled(pod)) ?? (pods.every((pod) => isSettled(pod)) ? old[0] : undefined);
  if (next !== undefined) deletePod(services, set, next, COMPONENT, `Deleted pod: ${next.metadata.name}`);
}

function writeStatus(services: ControllerServices, set: KubeObject, wanted: readonly string[], revision: string): void {
  const minReady = workloadSpecOf(set).minReadySeconds ?? 0;
  const pods = services.store.peekList("Pod", set.metadata.namespace).filter((pod) => controllerOf(pod)?.uid === set.metadata.uid && isActive(pod) && wanted.includes(nodeOf(pod) ?? ""));
  const available = pods.filter((pod) => isAvailable(pod, minReady, services.clock.now())).length;
  const ready = pods.filter((pod) => isAvailable(pod, 0, services.clock.now())).length;
  const updated = pods.filter((pod) => isCurrent(pod, set, revision)).length;
  putStatus(services.store, set, {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: wanted.length,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(wanted.length === available ? {} : { numberUnavailable: wanted.length - available }),
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    observedGeneration: set.metadata.generation ?? 1,
  });
}
