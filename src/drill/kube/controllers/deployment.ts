import type { KubeObject } from "../../contract.ts";
import { copyJson, timestamp } from "../json.ts";
import { workloadSpecOf, workloadStatusOf, type WorkloadSpec } from "../objects.ts";
import { isActive, objectOfKey, ownedBy, watchOwners, type ControllerServices } from "./pods.ts";
import { writeDeploymentStatus } from "./deploymentStatus.ts";
import { WorkQueue } from "./queue.ts";
import { availableOf, createTemplateSet, otherSets, pruneSets, replicasOf, setAnnotations, setOfTemplate, type SetMarks } from "./templateSets.ts";

const COMPONENT = "deployment-controller";
const MARKS: SetMarks = { hashLabel: "pod-template-hash", prefix: "deployment.kubernetes.io", ownAnnotations: ["kubectl.kubernetes.io/last-applied-configuration"] };

/** Rolls Deployments out: one ReplicaSet a revision, as many pods up and down at a time as the strategy allows. */
export function startDeploymentController(services: ControllerServices): void {
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const deployment = objectOfKey(services.store, "Deployment", key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const again = reconcile(services, deployment);
    if (again !== undefined) queue.addLater(key, again);
  });
  watchOwners(services.store, "Deployment", ["ReplicaSet"], (key) => {
    queue.add(key);
  });
  services.store.watch(({ object, type }) => {
    // Recreate waits for pods to be gone, which their ReplicaSet's status may not show.
    const owner = object.kind === "Pod" && type === "DELETED" ? object.metadata.ownerReferences?.[0] : undefined;
    const set = owner === undefined ? undefined : services.store.peek("ReplicaSet", object.metadata.namespace, owner.name);
    const name = set?.metadata.ownerReferences?.[0]?.name;
    if (name !== undefined) queue.add(`${object.metadata.namespace ?? ""}/${name}`);
  });
}

/** One step of a Deployment; the result is when to look again by time alone, in milliseconds. */
function reconcile(services: ControllerServices, deployment: KubeObject): number | undefined {
  const { store } = services;
  const spec = workloadSpecOf(deployment);
  let current = store.peek("Deployment", deployment.metadata.namespace, deployment.metadata.name) ?? deployment;
  if (spec.paused !== true) {
    const set = ensureNewSet(services, current, spec);
    current = store.peek("Deployment", deployment.metadata.namespace, deployment.metadata.name) ?? current;
    const old = otherSets(services, current, set, MARKS);
    if (spec.strategy?.type === "Recreate") recreate(services, current, set, old);
    else roll(services, current, set, old);
    pruneSets(services, current, otherSets(services, current, set, MARKS));
  } else {
    const newest = setOfTemplate(services, current, MARKS);
    if (newest !== undefined) scale(services, current, newest, spec.replicas ?? 1);
  }
  return writeDeploymentStatus(services, current, setOfTemplate(services, current, MARKS));
}

/** Finds or makes the ReplicaSet of the present template and gives it the newest revision. */
function ensureNewSet(services: ControllerServices, deployment: KubeObject, spec: WorkloadSpec): KubeObject {
  const { store } = services;
  const found = setOfTemplate(services, deployment, MARKS);
  const replicas = spec.replicas ?? 1;
  const annotations = {
    ...setAnnotations(services, deployment, found, MARKS),
    [`${MARKS.prefix}/desired-replicas`]: String(replicas),
    [`${MARKS.prefix}/max-replicas`]: String(replicas + limits(spec).surge),
  };
  const set = found === undefined ? createSet(services, deployment, spec, annotations) : copyJson(found);
  if (found !== undefined) {
    set.metadata.annotations = { ...set.metadata.annotations, ...annotations };
    store.put(set);
  }
  const revision = `${MARKS.prefix}/revision`;
  store.update("Deployment", deployment.metadata.namespace, deployment.metadata.name, (copy) => {
    copy.metadata.annotations = { ...copy.metadata.annotations, [revision]: annotations[revision] ?? "" };
    return copy;
  });
  return store.peek("ReplicaSet", set.metadata.namespace, set.metadata.name) ?? set;
}

function createSet(services: ControllerServices, deployment: KubeObject, spec: WorkloadSpec, annotations: Record<string, string>): KubeObject {
  const others = ownedBy(services.store, "ReplicaSet", deployment);
  const replicas = spec.strategy?.type === "Recreate" && others.some((set) => replicasOf(set) > 0) ? 0 : initialReplicas(spec, others);
  const set = createTemplateSet(services, deployment, MARKS, { replicas, annotations });
  if (replicas > 0) reportScale(services, deployment, set.metadata.name, 0, replicas, true);
  services.store.update("Deployment", deployment.metadata.namespace, deployment.metadata.name, (copy) => {
    const now = timestamp(services.clock.now());
    const status = workloadStatusOf(copy);
    const kept = (status.conditions ?? []).filter((condition) => condition.type !== "Progressing");
    const message = `Created new replica set "${set.metadata.name}"`;
    copy.status = { ...status, conditions: [...kept, { type: "Progressing", status: "True", reason: "NewReplicaSetCreated", message, lastTransitionTime: now, lastUpdateTime: now }] };
    return copy;
  });
  return set;
}

function initialReplicas(spec: WorkloadSpec, others: readonly KubeObject[]): number {
  const wanted = spec.replicas ?? 1;
  const present = others.reduce((sum, set) => sum + replicasOf(set), 0);
  return Math.max(0, Math.min(wanted, wanted + limits(spec).surge - present));
}

/** How many pods may be above and below the wanted number: percentages round up and down; both zero means one below. */
function limits(spec: WorkloadSpec): { surge: number; unavailable: number } {
  const wanted = spec.replicas ?? 1;
  const resolve = (value: number | string | undefined, round: (x: number) => number): number =>
    typeof value === "number" ? value : round((wanted * Number.parseFloat(value ?? "25%")) / 100);
  const surge = resolve(spec.strategy?.rollingUpdate?.maxSurge, Math.ceil);
  const unavailable = resolve(spec.strategy?.rollingUpdate?.maxUnavailable, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, wanted) };
}

/** The steps of `rolling.go`: scale the new set up within the surge, else the old ones down within what must stay available. */
function roll(services: ControllerServices, deployment: KubeObject, newSet: KubeObject, old: readonly KubeObject[]): void {
  const spec = workloadSpecOf(deployment);
  const wanted = spec.replicas ?? 1;
  const { surge, unavailable } = limits(spec);
  const total = replicasOf(newSet) + old.reduce((sum, set) => sum + replicasOf(set), 0);
  if (replicasOf(newSet) > wanted) {
    scale(services, deployment, newSet, wanted);
    return;
  }
  const room = Math.min(wanted + surge - total, wanted - replicasOf(newSet));
  if (room > 0) {
    scale(services, deployment, newSet, replicasOf(newSet) + room);
    return;
  }
  const minimum = wanted - unavailable;
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const budget = total - minimum - newUnavailable;
  if (budget <= 0 || old.every((set) => replicasOf(set) === 0)) return;
  const left = dropUnhealthy(services, deployment, old, budget);
  dropHealthy(services, deployment, [newSet, ...left], minimum);
}

function dropUnhealthy(services: ControllerServices, deployment: KubeObject, old: readonly KubeObject[], budget: number): KubeObject[] {
  let remaining = budget;
  return old.map((set) => {
    const drop = Math.min(remaining, Math.max(0, replicasOf(set) - availableOf(set)));
    if (drop === 0) return set;
    remaining -= drop;
    return scale(services, deployment, set, replicasOf(set) - drop);
  });
}

function dropHealthy(services: ControllerServices, deployment: KubeObject, [newSet, ...old]: readonly KubeObject[], minimum: number): void {
  const available = [newSet, ...old].reduce((sum, set) => sum + (set === undefined ? 0 : Math.min(availableOf(set), replicasOf(set))), 0);
  let budget = available - minimum;
  for (const set of old) {
    const drop = Math.min(budget, replicasOf(set));
    if (drop <= 0) continue;
    budget -= drop;
    scale(services, deployment, set, replicasOf(set) - drop);
  }
}

function recreate(services: ControllerServices, deployment: KubeObject, newSet: KubeObject, old: readonly KubeObject[]): void {
  for (const set of old) scale(services, deployment, set, 0);
  const hasOldPods = old.some((set) => ownedBy(services.store, "Pod", set).some((pod) => isActive(pod) || pod.metadata.deletionTimestamp !== undefined));
  if (!hasOldPods) scale(services, deployment, newSet, workloadSpecOf(deployment).replicas ?? 1);
}

function scale(services: ControllerServices, deployment: KubeObject, set: KubeObject, replicas: number): KubeObject {
  const before = replicasOf(set);
  if (before === replicas) return set;
  const scaled = services.store.update("ReplicaSet", set.metadata.namespace, set.metadata.name, (copy) => {
    copy.spec = { ...copy.spec, replicas };
    return copy;
  });
  reportScale(services, deployment, set.metadata.name, before, replicas, false);
  return scaled ?? set;
}

function reportScale(services: ControllerServices, deployment: KubeObject, set: string, before: number, after: number, isNew: boolean): void {
  const direction = after > before ? "up" : "down";
  const older = isNew ? `to ${after}` : `to ${after} from ${before}`;
  const change = services.minor >= 31 ? `from ${before} to ${after}` : older;
  services.store.event(deployment, "Normal", "ScalingReplicaSet", `Scaled ${direction} replica set ${set} ${change}`, COMPONENT);
}
