import type { KubeObject } from "../../../contract.ts";
import { objectOfKey, putStatus, watchOwners, type ControllerServices } from "../pods.ts";
import { WorkQueue } from "../queue.ts";
import { createTemplateSet, setAnnotations, setOfTemplate } from "../templateSets.ts";
import { ConditionList, pausedConditions } from "./rolloutConditions.ts";
import { blueGreenOf, COMPONENT, MARKS, rolloutSpecOf, rolloutStatusOf } from "./rolloutObject.ts";
import { persistStatus, RolloutPass } from "./rolloutPass.ts";
import { current } from "./rolloutSets.ts";

const REVISION = `${MARKS.prefix}/revision`;
/** A Service that is missing may only come a little later. */
const INVALID_AGAIN_MS = 20_000;

/**
 * Plays argo-rollouts' controller for the blue-green strategy. It follows release 1.9 function by function; the names in brackets are
 * those of its source (`rollout/bluegreen.go`, `sync.go`, `pause.go`).
 */
export function startRolloutController(services: ControllerServices): void {
  const { store } = services;
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const rollout = objectOfKey(store, "Rollout", key);
    if (rollout === undefined || rollout.metadata.deletionTimestamp !== undefined) return;
    reconcile(services, rollout, (ms) => queue.addLater(key, ms));
  });
  watchOwners(store, "Rollout", ["ReplicaSet"], (key) => {
    queue.add(key);
  });
  store.watch(({ object }) => {
    if (object.kind !== "Service") return;
    const { namespace = "", name } = object.metadata;
    for (const rollout of store.peekList("Rollout", namespace)) {
      const { activeService, previewService } = blueGreenOf(rollout);
      if (activeService === name || previewService === name) queue.add(`${namespace}/${rollout.metadata.name}`);
    }
  });
}

/** One pass (`syncHandler`, `reconcile`). It writes the status last, which calls for the next pass. */
function reconcile(services: ControllerServices, given: KubeObject, again: (ms: number) => void): void {
  const { store, clock } = services;
  const { namespace, name } = given.metadata;
  if (rolloutSpecOf(given).replicas === undefined) {
    store.update("Rollout", namespace, name, (copy) => ({ ...copy, spec: { ...copy.spec, replicas: 1 } }));
    return;
  }
  const invalid = missingService(services, given);
  if (invalid !== undefined) {
    refuse(services, given, invalid);
    again(INVALID_AGAIN_MS);
    return;
  }
  const newSet = ensureNewSet(services, given);
  const rollout = store.peek("Rollout", namespace, name) ?? given;
  const paused = pausedConditions(rollout, clock.now());
  if (paused !== undefined) {
    persistStatus(services, rollout, { ...rolloutStatusOf(rollout), conditions: paused });
    return;
  }
  new RolloutPass(services, rollout, newSet, again).run();
}

/** `getReferencedService`. */
function missingService({ store }: ControllerServices, rollout: KubeObject): string | undefined {
  const { activeService, previewService } = blueGreenOf(rollout);
  for (const [field, name] of Object.entries({ activeService, previewService })) {
    if (name === undefined || store.peek("Service", rollout.metadata.namespace, name) !== undefined) continue;
    return `The Rollout "${rollout.metadata.name}" is invalid: spec.strategy.blueGreen.${field}: Invalid value: "${name}": service "${name}" not found`;
  }
  return undefined;
}

/** `createInvalidRolloutCondition`. */
function refuse(services: ControllerServices, rollout: KubeObject, message: string): void {
  const status = rolloutStatusOf(rollout);
  const conditions = new ConditionList(status.conditions ?? [], services.clock.now());
  if (conditions.get("InvalidSpec")?.message !== message) conditions.remove("InvalidSpec");
  conditions.set("InvalidSpec", "True", "InvalidSpec", message);
  persistStatus(services, rollout, { ...status, conditions: conditions.list });
}

/** Finds or makes the ReplicaSet of the present template, and writes its revision (`createDesiredReplicaSet`, `syncReplicaSetRevision`). */
function ensureNewSet(services: ControllerServices, rollout: KubeObject): KubeObject {
  const { store, clock } = services;
  const { namespace, name } = rollout.metadata;
  const found = setOfTemplate(services, rollout, MARKS);
  const annotations = setAnnotations(services, rollout, found, MARKS);
  const desired = { [`${MARKS.prefix}/desired-replicas`]: String(rolloutSpecOf(rollout).replicas ?? 1) };
  const set = found ?? createTemplateSet(services, rollout, MARKS, { replicas: 0, annotations: { ...annotations, ...desired } });
  if (found !== undefined) store.update("ReplicaSet", namespace, set.metadata.name, (copy) => ({ ...copy, metadata: { ...copy.metadata, annotations: { ...copy.metadata.annotations, ...annotations } } }));
  const revision = annotations[REVISION] ?? "";
  if (rollout.metadata.annotations?.[REVISION] !== revision) {
    store.update("Rollout", namespace, name, (copy) => ({ ...copy, metadata: { ...copy.metadata, annotations: { ...copy.metadata.annotations, [REVISION]: revision } } }));
    store.event(rollout, "Normal", "RolloutUpdated", `Rollout updated to revision ${revision}`, COMPONENT);
  }
  if (found === undefined) {
    store.event(rollout, "Normal", "NewReplicaSetCreated", `Created ReplicaSet ${set.metadata.name} (revision ${revision})`, COMPONENT);
    const conditions = new ConditionList(rolloutStatusOf(rollout).conditions ?? [], clock.now());
    conditions.set("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "${set.metadata.name}"`);
    putStatus(store, rollout, { ...rolloutStatusOf(rollout), conditions: conditions.list });
  }
  return current(services, set);
}
