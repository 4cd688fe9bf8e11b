import type { KubeObject } from "../../contract.ts";
import { randomSuffix } from "../names.ts";
import { isPodReady, workloadSpecOf } from "../objects.ts";
import { claimPods, setsFor } from "./claimPods.ts";
import { createPod, deletePod, isActive, isAvailable, objectOfKey, ownedBy, podFromTemplate, putStatus, watchOwners, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";

const COMPONENT = "replicaset-controller";

/** Keeps each ReplicaSet at its number of pods. */
export function startReplicaSetController(services: ControllerServices): void {
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const set = objectOfKey(services.store, "ReplicaSet", key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    reconcile(services, set);
    const pods = ownedBy(services.store, "Pod", set);
    const minReady = workloadSpecOf(set).minReadySeconds ?? 0;
    if (pods.some((pod) => isPodReady(pod) && !isAvailable(pod, minReady, services.clock.now()))) queue.addLater(key, 1000);
  });
  watchOwners(services.store, "ReplicaSet", ["Pod"], (key) => {
    queue.add(key);
  });
  services.store.watch(({ object }) => {
    if (object.kind === "Pod") for (const key of setsFor(services, "ReplicaSet", object)) queue.add(key);
  });
}

function reconcile(services: ControllerServices, set: KubeObject): void {
  const spec = workloadSpecOf(set);
  const wanted = spec.replicas ?? 1;
  const active = claimPods(services, set).filter((pod) => isActive(pod));
  for (let missing = wanted - active.length; missing > 0; missing -= 1) {
    const name = `${set.metadata.name}-${randomSuffix(services.random, 5)}`;
    createPod(services, set, podFromTemplate(set, spec.template, name), COMPONENT, `Created pod: ${name}`);
  }
  for (const pod of [...active].sort(byDispensability).slice(0, Math.max(0, active.length - wanted))) {
    deletePod(services, set, pod, COMPONENT, `Deleted pod: ${pod.metadata.name}`);
  }
  writeStatus(services, set);
}

/** Unplaced first, then unready, then the youngest. */
function byDispensability(left: KubeObject, right: KubeObject): number {
  const rank = (pod: KubeObject): number => (pod.spec?.["nodeName"] === undefined ? 0 : isPodReady(pod) ? 2 : 1);
  return rank(left) - rank(right) || Date.parse(right.metadata.creationTimestamp ?? "") - Date.parse(left.metadata.creationTimestamp ?? "");
}

function writeStatus(services: ControllerServices, set: KubeObject): void {
  const pods = ownedBy(services.store, "Pod", set).filter((pod) => isActive(pod));
  const spec = workloadSpecOf(set);
  const ready = pods.filter((pod) => isPodReady(pod)).length;
  const available = pods.filter((pod) => isAvailable(pod, spec.minReadySeconds ?? 0, services.clock.now())).length;
  putStatus(services.store, set, {
    replicas: pods.length,
    ...(pods.length === 0 ? {} : { fullyLabeledReplicas: pods.length }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    observedGeneration: set.metadata.generation ?? 1,
  });
}
