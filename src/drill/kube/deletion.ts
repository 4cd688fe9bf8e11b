import type { KubeObject, WorldClock } from "../contract.ts";
import { numberOf, timestamp, valueAt } from "./json.ts";
import type { ObjectStore } from "./store.ts";

export interface DeletionOptions {
  /** Seconds a pod's processes get to stop; `undefined` takes the pod's own. 0 removes at once. */
  readonly graceSeconds?: number | undefined;
  /** What becomes of dependents; `undefined` is `Background`. */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
}

/** Begins or completes the deletion of an object as the API server does. The result is the object as it is then. */
export function deleteObject(store: ObjectStore, clock: WorldClock, object: KubeObject, options: DeletionOptions): KubeObject {
  const { kind, metadata } = object;
  if (options.propagation === "Orphan") orphanDependents(store, object);
  if (kind === "Pod") return deletePod(store, clock, object, options.graceSeconds);
  const finalizers = finalizersOf(object);
  if (options.propagation === "Foreground" && !finalizers.includes("foregroundDeletion")) finalizers.push("foregroundDeletion");
  if (kind !== "Namespace" && finalizers.length === 0) {
    store.remove(kind, metadata.namespace ?? "", metadata.name);
    return object;
  }
  const marked = store.update(kind, metadata.namespace, metadata.name, (copy) => {
    copy.metadata.deletionTimestamp ??= timestamp(clock.now());
    if (finalizers.length > 0) copy.metadata["finalizers"] = finalizers;
    if (kind === "Namespace") copy.status = { ...copy.status, phase: "Terminating" };
    return copy;
  });
  return marked ?? object;
}

/** The names of what must happen before an object may go. */
export function finalizersOf(object: KubeObject): string[] {
  const finalizers = object.metadata["finalizers"];
  return Array.isArray(finalizers) ? finalizers.filter((item): item is string => typeof item === "string") : [];
}

function deletePod(store: ObjectStore, clock: WorldClock, pod: KubeObject, graceSeconds: number | undefined): KubeObject {
  const { metadata } = pod;
  const isPlaced = valueAt(pod.spec, "nodeName") !== undefined;
  const grace = graceSeconds ?? numberOf(valueAt(pod.spec, "terminationGracePeriodSeconds")) ?? 30;
  const phase = valueAt(pod.status, "phase");
  if (grace === 0 || !isPlaced || phase === "Succeeded" || phase === "Failed") {
    store.remove("Pod", metadata.namespace ?? "", metadata.name);
    return pod;
  }
  if (metadata.deletionTimestamp !== undefined) return pod;
  const marked = store.update("Pod", metadata.namespace, metadata.name, (copy) => {
    copy.metadata.deletionTimestamp = timestamp(clock.now() + grace * 1000);
    copy.metadata["deletionGracePeriodSeconds"] = grace;
    return copy;
  });
  return marked ?? pod;
}

function orphanDependents(store: ObjectStore, owner: KubeObject): void {
  for (const kind of ["Pod", "ReplicaSet", "Job", "PersistentVolumeClaim"]) {
    for (const dependent of store.list(kind, owner.metadata.namespace)) {
      const owners = dependent.metadata.ownerReferences;
      if (owners?.some((reference) => reference.uid === owner.metadata.uid) !== true) continue;
      dependent.metadata.ownerReferences = owners.filter((reference) => reference.uid !== owner.metadata.uid);
      store.put(dependent);
    }
  }
}
