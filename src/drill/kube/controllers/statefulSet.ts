import type { KubeObject } from "../../contract.ts";
import { copyJson, valueAt } from "../json.ts";
import { controllerOf, isPodOver, isPodReady, labelsOf, workloadSpecOf, type WorkloadSpec } from "../objects.ts";
import { claimPods, setsFor } from "./claimPods.ts";
import { createPod, deletePod, isActive, isAvailable, objectOfKey, ownedBy, podFromTemplate, putStatus, watchOwners, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";
import { ensureRevision, REVISION_LABEL } from "./revisions.ts";

const COMPONENT = "statefulset-controller";

/** Keeps StatefulSets' pods: ordered, with stable names and claims. */
export function startStatefulSetController(services: ControllerServices): void {
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const set = objectOfKey(services.store, "StatefulSet", key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    reconcile(services, set);
  });
  watchOwners(services.store, "StatefulSet", ["Pod"], (key) => {
    queue.add(key);
  });
  services.store.watch(({ object, type }) => {
    if (object.kind === "Pod") for (const key of setsFor(services, "StatefulSet", object)) queue.add(key);
    if (object.kind !== "PersistentVolumeClaim" || type !== "DELETED") return;
    for (const set of services.store.peekList("StatefulSet", object.metadata.namespace)) queue.add(`${set.metadata.namespace ?? ""}/${set.metadata.name}`);
  });
}

function reconcile(services: ControllerServices, set: KubeObject): void {
  const spec = workloadSpecOf(set);
  const revision = ensureRevision(services, set);
  const pods = [...claimPods(services, set)].sort((left, right) => ordinalOf(left) - ordinalOf(right));
  if (!createNext(services, set, spec, pods, revision) && !removeExtra(services, set, spec, pods)) updateNext(services, set, spec, pods, revision);
  writeStatus(services, set, spec, revision);
}

function ordinalOf(pod: KubeObject): number {
  return Number(/-(\d+)$/u.exec(pod.metadata.name)?.[1] ?? -1);
}

/** Creates missing pods, replaces ended ones; in order, each after its predecessor is ready. The result says whether it waits or did something. */
function createNext(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, pods: readonly KubeObject[], revision: string): boolean {
  const isOrdered = spec.podManagementPolicy !== "Parallel";
  for (let ordinal = 0; ordinal < (spec.replicas ?? 1); ordinal += 1) {
    const pod = pods.find((candidate) => ordinalOf(candidate) === ordinal);
    if (pod === undefined) {
      createOrdinal(services, set, spec, ordinal, revision);
      if (isOrdered) return true;
    } else if (isPodOver(pod)) {
      services.store.remove("Pod", pod.metadata.namespace ?? "", pod.metadata.name);
      return true;
    } else if (valueAt(pod.status, "phase") === "Pending" && claimsAreMissing(services, set, spec, pod)) {
      // A pod that waits for a claim which was deleted under it gets a new one (`createMissingPersistentVolumeClaims`).
      for (const template of spec.volumeClaimTemplates ?? []) ensureClaim(services, set, template, pod.metadata.name);
      return true;
    } else if (isOrdered && (!isPodReady(pod) || pod.metadata.deletionTimestamp !== undefined)) {
      // An unready pod of an old revision may be what the update is to cure.
      return pod.metadata.deletionTimestamp !== undefined || labelsOf(pod)[REVISION_LABEL] === revision;
    }
  }
  return false;
}

function createOrdinal(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const taken = services.store.peek("Pod", set.metadata.namespace, name);
  if (taken !== undefined && controllerOf(taken)?.uid !== set.metadata.uid) return;
  const pod = podFromTemplate(set, spec.template, name);
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION_LABEL]: revision, "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": String(ordinal) };
  const claims = (spec.volumeClaimTemplates ?? []).map((template) => ensureClaim(services, set, template, name));
  const ownVolumes = (spec.template.spec.volumes ?? []).filter((volume) => !claims.some((claim) => claim.volume === volume.name));
  const volumes = [...claims.map((claim) => ({ name: claim.volume, persistentVolumeClaim: { claimName: claim.name } })), ...copyJson(ownVolumes)];
  pod.spec = { ...pod.spec, hostname: name, ...(spec.serviceName === undefined ? {} : { subdomain: spec.serviceName }), ...(volumes.length === 0 ? {} : { volumes }) };
  createPod(services, set, pod, COMPONENT, `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
}

function claimsAreMissing(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, pod: KubeObject): boolean {
  return (spec.volumeClaimTemplates ?? []).some((template) => services.store.peek("PersistentVolumeClaim", set.metadata.namespace, `${template.metadata.name}-${pod.metadata.name}`) === undefined);
}

function ensureClaim(services: ControllerServices, set: KubeObject, template: KubeObject, podName: string): { name: string; volume: string } {
  const volume = template.metadata.name;
  const name = `${volume}-${podName}`;
  if (services.store.peek("PersistentVolumeClaim", set.metadata.namespace, name) === undefined) {
    const labels = { ...workloadSpecOf(set).selector?.matchLabels, ...labelsOf(template) };
    const claim: KubeObject = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name, namespace: set.metadata.namespace ?? "default", labels }, spec: copyJson(template.spec ?? {}) };
    services.store.put(claim);
    services.store.event(set, "Normal", "SuccessfulCreate", `create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name} success`, COMPONENT);
  }
  return { name, volume };
}

/** Deletes the highest pod above the wanted number, one at a time. */
function removeExtra(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, pods: readonly KubeObject[]): boolean {
  const extra = pods.filter((pod) => ordinalOf(pod) >= (spec.replicas ?? 1)).at(-1);
  if (extra === undefined) return false;
  if (extra.metadata.deletionTimestamp === undefined) {
    deletePod(services, set, extra, COMPONENT, `delete Pod ${extra.metadata.name} in StatefulSet ${set.metadata.name} successful`);
  }
  return true;
}

/** Replaces pods of an older revision, from the highest down, each when the one before is ready again. */
function updateNext(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, pods: readonly KubeObject[], revision: string): void {
  if (spec.updateStrategy?.type === "OnDelete") return;
  for (const pod of [...pods].reverse()) {
    if (pod.metadata.deletionTimestamp !== undefined) return;
    if (labelsOf(pod)[REVISION_LABEL] !== revision) {
      deletePod(services, set, pod, COMPONENT, `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
      return;
    }
    if (!isPodReady(pod)) return;
  }
}

function writeStatus(services: ControllerServices, set: KubeObject, spec: WorkloadSpec, revision: string): void {
  const pods = ownedBy(services.store, "Pod", set).filter((pod) => isActive(pod));
  const ready = pods.filter((pod) => isPodReady(pod)).length;
  const current = pods.filter((pod) => labelsOf(pod)[REVISION_LABEL] === revision).length;
  const before = (set.status as { currentRevision?: string } | undefined)?.currentRevision;
  const isUpdated = current === pods.length && ready === pods.length;
  putStatus(services.store, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    availableReplicas: pods.filter((pod) => isAvailable(pod, spec.minReadySeconds ?? 0, services.clock.now())).length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(isUpdated || before === undefined ? { currentReplicas: current } : pods.length === current ? {} : { currentReplicas: pods.length - current }),
    ...(current === 0 ? {} : { updatedReplicas: current }),
    currentRevision: isUpdated ? revision : (before ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  });
}
