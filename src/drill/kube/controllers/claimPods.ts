import type { KubeObject } from "../../contract.ts";
import { copyJson } from "../json.ts";
import { controlledBy, controllerOf, labelsOf, workloadSpecOf } from "../objects.ts";
import { selectorTest } from "../selectors.ts";
import { isActive, ownedBy, type ControllerServices } from "./pods.ts";

/**
 * The pods of a set, after it has let go of those whose labels no longer match its selector and taken in those that match and that
 * nobody controls (`PodControllerRefManager`): taking a label off a pod takes the pod out of its set, alive.
 */
export function claimPods(services: ControllerServices, set: KubeObject): readonly KubeObject[] {
  const isWanted = selectorTest(workloadSpecOf(set).selector);
  const { store } = services;
  for (const pod of ownedBy(store, "Pod", set)) {
    if (!isWanted(labelsOf(pod)) && pod.metadata.deletionTimestamp === undefined) setOwners(services, pod, (pod.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== set.metadata.uid));
  }
  for (const pod of store.peekList("Pod", set.metadata.namespace)) {
    if (controllerOf(pod) === undefined && isActive(pod) && isWanted(labelsOf(pod))) setOwners(services, pod, [...(pod.metadata.ownerReferences ?? []), controlledBy(set)]);
  }
  return ownedBy(store, "Pod", set);
}

/** The sets of a kind whose selector matches a pod that nobody controls, as queue keys. */
export function setsFor(services: ControllerServices, kind: string, pod: KubeObject): readonly string[] {
  if (controllerOf(pod) !== undefined) return [];
  const { namespace } = pod.metadata;
  return services.store.peekList(kind, namespace).filter((set) => selectorTest(workloadSpecOf(set).selector)(labelsOf(pod))).map((set) => `${namespace ?? ""}/${set.metadata.name}`);
}

function setOwners({ store }: ControllerServices, pod: KubeObject, ownerReferences: NonNullable<KubeObject["metadata"]["ownerReferences"]>): void {
  store.update("Pod", pod.metadata.namespace, pod.metadata.name, (copy) => {
    const { ownerReferences: _, ...metadata } = copy.metadata;
    return { ...copy, metadata: { ...copyJson(metadata), name: copy.metadata.name, ...(ownerReferences.length === 0 ? {} : { ownerReferences }) } };
  });
}
