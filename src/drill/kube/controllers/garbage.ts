import type { KubeObject } from "../../contract.ts";
import { deleteObject, finalizersOf } from "../deletion.ts";
import { DEFINITION, servedResources } from "../customResources.ts";
import { textOf, valueAt } from "../json.ts";
import type { ControllerServices } from "./pods.ts";

/** Deletes what belonged to objects that are gone, completes foreground deletions, and empties namespaces on their way out. */
export function startGarbageCollector(services: ControllerServices): void {
  const { store, clock, latencies } = services;
  store.watch(({ object, type }) => {
    if (type === "DELETED") {
      clock.after(latencies.controllerMs, () => {
        collect(services, object);
        completeOwners(services, object);
      });
      return;
    }
    if (object.metadata.deletionTimestamp === undefined) return;
    if (object.kind === "Namespace") clock.after(latencies.controllerMs, () => emptyNamespace(services, object.metadata.name));
    else if (finalizersOf(object).includes("foregroundDeletion")) clock.after(latencies.controllerMs, () => completeForeground(services, object));
  });
}

function dependentsOf(services: ControllerServices, owner: KubeObject): KubeObject[] {
  return servedResources(services.store).filter((resource) => resource.source === "stored" && resource.isNamespaced)
    .flatMap((resource) => services.store.peekList(resource.kind, owner.metadata.namespace))
    .filter((object) => object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) === true);
}

function collect(services: ControllerServices, owner: KubeObject): void {
  // Without its definition a custom resource is gone.
  if (owner.kind === DEFINITION) for (const object of services.store.peekList(textOf(valueAt(owner.spec, "names", "kind")) ?? "")) deleteObject(services.store, services.clock, object, {});
  for (const dependent of dependentsOf(services, owner)) {
    const hasOtherOwner = dependent.metadata.ownerReferences?.some((reference) => reference.uid !== owner.metadata.uid && services.store.peek(reference.kind, dependent.metadata.namespace, reference.name)?.metadata.uid === reference.uid);
    if (hasOtherOwner !== true) deleteObject(services.store, services.clock, dependent, {});
  }
}

function completeForeground(services: ControllerServices, owner: KubeObject): void {
  const current = services.store.peek(owner.kind, owner.metadata.namespace, owner.metadata.name);
  if (current?.metadata.uid !== owner.metadata.uid || current?.metadata.deletionTimestamp === undefined) return;
  const dependents = dependentsOf(services, current);
  for (const dependent of dependents) {
    if (dependent.metadata.deletionTimestamp === undefined) deleteObject(services.store, services.clock, dependent, { propagation: "Foreground" });
  }
  if (dependents.length === 0) services.store.remove(current.kind, current.metadata.namespace ?? "", current.metadata.name);
}

/** When a dependent is gone, its owner's foreground deletion may be complete. */
function completeOwners(services: ControllerServices, dependent: KubeObject): void {
  for (const reference of dependent.metadata.ownerReferences ?? []) {
    const owner = services.store.peek(reference.kind, dependent.metadata.namespace, reference.name);
    if (owner !== undefined && owner.metadata.uid === reference.uid && finalizersOf(owner).includes("foregroundDeletion")) completeForeground(services, owner);
  }
}

function emptyNamespace(services: ControllerServices, name: string): void {
  const { store, clock } = services;
  if (store.peek("Namespace", undefined, name)?.metadata.deletionTimestamp === undefined) return;
  const contents = servedResources(store).filter((resource) => resource.source === "stored" && resource.isNamespaced).flatMap((resource) => store.peekList(resource.kind, name));
  for (const object of contents) {
    if (object.metadata.deletionTimestamp === undefined) deleteObject(store, clock, object, {});
  }
  if (contents.length === 0) store.remove("Namespace", "", name);
  else clock.after(500, () => emptyNamespace(services, name));
}
