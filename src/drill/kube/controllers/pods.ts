import type { KubeObject, WorldClock } from "../../contract.ts";
import { deleteObject } from "../deletion.ts";
import { copyJson } from "../json.ts";
import type { Random } from "../names.ts";
import { conditionOf, controlledBy, controllerOf, isPodOver, isPodReady, type PodTemplate } from "../objects.ts";
import type { ObjectStore } from "../store.ts";
import type { KubeLatencies } from "../latencies.ts";

/** What every controller works with. */
export interface ControllerServices {
  readonly store: ObjectStore;
  readonly clock: WorldClock;
  readonly random: Random;
  readonly latencies: KubeLatencies;
  /** Minor version of the imitated Kubernetes. */
  readonly minor: number;
}

/** The objects of a kind that `owner` controls. */
export function ownedBy(store: ObjectStore, kind: string, owner: KubeObject): KubeObject[] {
  return store.peekList(kind, owner.metadata.namespace).filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

/** Whether a pod counts towards its owner: neither over nor on its way out. */
export function isActive(pod: KubeObject): boolean {
  return !isPodOver(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Whether a pod has been ready for `minReadySeconds`. `now` is in world epoch milliseconds. */
export function isAvailable(pod: KubeObject, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = conditionOf(pod, "Ready")?.lastTransitionTime;
  return since !== undefined && Date.parse(since) + minReadySeconds * 1000 <= now;
}

/** A pod made from a template, controlled by `owner`. */
export function podFromTemplate(owner: KubeObject, template: PodTemplate, name: string): KubeObject {
  const { labels = {}, annotations } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? "default",
      labels: { ...labels },
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: { ...copyJson(template.spec) },
  };
}

/** Creates a pod and reports it on its owner; a name that is taken is left alone. */
export function createPod(services: ControllerServices, owner: KubeObject, pod: KubeObject, component: string, message: string): void {
  if (services.store.peek("Pod", pod.metadata.namespace, pod.metadata.name) !== undefined) return;
  services.store.put(pod);
  services.store.event(owner, "Normal", "SuccessfulCreate", message, component);
}

/** Deletes a pod with its own grace and reports it on its owner. */
export function deletePod(services: ControllerServices, owner: KubeObject, pod: KubeObject, component: string, message: string): void {
  deleteObject(services.store, services.clock, pod, {});
  services.store.event(owner, "Normal", "SuccessfulDelete", message, component);
}

/** Writes a status when the object still exists. */
export function putStatus(store: ObjectStore, object: KubeObject, status: object): void {
  store.update(object.kind, object.metadata.namespace, object.metadata.name, (copy) => {
    if (copy.metadata.uid !== object.metadata.uid) return undefined;
    copy.status = { ...status };
    return copy;
  });
}

/** Calls `enqueue` with the namespaced name of every object of `kind` that changes, and of the controller of every changed `dependent`. */
export function watchOwners(store: ObjectStore, kind: string, dependents: readonly string[], enqueue: (key: string) => void): void {
  store.watch(({ object }) => {
    const namespace = object.metadata.namespace ?? "";
    if (object.kind === kind) enqueue(`${namespace}/${object.metadata.name}`);
    if (!dependents.includes(object.kind)) return;
    const owner = controllerOf(object);
    if (owner?.kind === kind) enqueue(`${namespace}/${owner.name}`);
  });
  for (const object of store.peekList(kind)) enqueue(`${object.metadata.namespace ?? ""}/${object.metadata.name}`);
}

/** The object that a queue key names. */
export function objectOfKey(store: ObjectStore, kind: string, key: string): KubeObject | undefined {
  const [namespace = "", name = ""] = key.split("/");
  return store.peek(kind, namespace, name);
}
