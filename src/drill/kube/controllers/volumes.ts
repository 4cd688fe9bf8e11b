import type { KubeObject } from "../../contract.ts";
import { finalizersOf } from "../deletion.ts";
import { copyJson, recordOf, textOf, valueAt } from "../json.ts";
import { isPodOver, podSpecOf } from "../objects.ts";
import { objectOfKey, type ControllerServices } from "./pods.ts";
import { quantity } from "../usage.ts";
import { WorkQueue } from "./queue.ts";

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";

/** Binds claims to volumes, provisions where a class can, and keeps claims that pods still use. */
export function startVolumeController(services: ControllerServices): void {
  const { store } = services;
  /** UIDs of the claims whose volumes are being made larger. */
  const growing = new Set<string>();
  const queue = new WorkQueue(services.clock, services.latencies.bindMs, (key) => {
    const claim = objectOfKey(store, "PersistentVolumeClaim", key);
    if (claim === undefined) return;
    if (claim.metadata.deletionTimestamp !== undefined) release(services, claim);
    else if (valueAt(claim.status, "phase") !== "Bound") bind(services, claim);
    else expand(services, claim, growing);
  });
  const addAll = (namespace: string | undefined): void => {
    for (const claim of store.peekList("PersistentVolumeClaim", namespace)) queue.add(`${claim.metadata.namespace ?? ""}/${claim.metadata.name}`);
  };
  store.watch(({ object, type }) => {
    if (object.kind === "PersistentVolumeClaim") {
      if (type === "DELETED") releaseVolume(services, object);
      else queue.add(`${object.metadata.namespace ?? ""}/${object.metadata.name}`);
    }
    if (object.kind === "PersistentVolume" || object.kind === "StorageClass") addAll(undefined);
    if (object.kind === "PersistentVolume" && object.metadata.deletionTimestamp !== undefined && valueAt(object.status, "phase") !== "Bound") store.remove("PersistentVolume", "", object.metadata.name);
    if (object.kind === "Pod" && type === "DELETED") addAll(object.metadata.namespace);
  });
  addAll(undefined);
}

function bind(services: ControllerServices, claim: KubeObject): void {
  const { store } = services;
  const wanted = textOf(valueAt(claim.spec, "volumeName"));
  const classOfClaim = textOf(valueAt(claim.spec, "storageClassName"));
  const candidates = store.peekList("PersistentVolume").filter((volume) => {
    const reference = recordOf(valueAt(volume.spec, "claimRef"));
    const isReserved = reference["name"] === claim.metadata.name && reference["namespace"] === claim.metadata.namespace;
    if (wanted !== undefined) return volume.metadata.name === wanted;
    if (isReserved) return true;
    return reference["name"] === undefined && (textOf(valueAt(volume.spec, "storageClassName")) ?? "") === (classOfClaim ?? "");
  });
  const volume = candidates[0] ?? provision(services, claim, classOfClaim);
  if (volume !== undefined) bindTo(services, claim, volume);
}

function provision(services: ControllerServices, claim: KubeObject, className: string | undefined): KubeObject | undefined {
  const { store } = services;
  if (valueAt(claim.spec, "volumeName") !== undefined) return undefined;
  const classes = store.peekList("StorageClass");
  const storage = classes.find((entry) => (className === undefined ? entry.metadata.annotations?.[IS_DEFAULT] === "true" : entry.metadata.name === className));
  if (storage === undefined) {
    const known = store.peekList("Event", claim.metadata.namespace).some((event) => valueAt(event, "involvedObject", "uid") === claim.metadata.uid && event["type"] !== "Normal");
    if (className === undefined) store.event(claim, "Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set", "persistentvolume-controller");
    else if (!known) store.event(claim, "Warning", "ProvisioningFailed", `storageclass.storage.k8s.io "${className}" not found`, "persistentvolume-controller");
    return undefined;
  }
  const name = `pvc-${claim.metadata.uid ?? ""}`;
  const provisioner = textOf(storage["provisioner"]) ?? "kubernetes.io/no-provisioner";
  store.event(claim, "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`, provisioner);
  return store.put({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": provisioner } },
    spec: {
      accessModes: valueAt(claim.spec, "accessModes"),
      capacity: { storage: valueAt(claim.spec, "resources", "requests", "storage") },
      persistentVolumeReclaimPolicy: textOf(storage["reclaimPolicy"]) ?? "Delete",
      storageClassName: storage.metadata.name,
      csi: { driver: provisioner, fsType: "ext4", volumeHandle: name },
    },
  });
}

function bindTo(services: ControllerServices, claim: KubeObject, volume: KubeObject): void {
  const { store } = services;
  store.update("PersistentVolume", undefined, volume.metadata.name, (copy) => {
    const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid, resourceVersion: claim.metadata.resourceVersion };
    copy.spec = { ...copy.spec, claimRef };
    copy.metadata.annotations = { ...copy.metadata.annotations, "pv.kubernetes.io/bound-by-controller": "yes" };
    copy.status = { ...copy.status, phase: "Bound" };
    return copy;
  });
  const provisioner = volume.metadata.annotations?.["pv.kubernetes.io/provisioned-by"];
  store.update("PersistentVolumeClaim", claim.metadata.namespace, claim.metadata.name, (copy) => {
    const provisioned = provisioner === undefined ? {} : { "volume.kubernetes.io/storage-provisioner": provisioner, "volume.beta.kubernetes.io/storage-provisioner": provisioner };
    copy.metadata.annotations = { ...copy.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes", ...provisioned };
    const storageClassName = valueAt(volume.spec, "storageClassName");
    copy.spec = { ...copy.spec, volumeName: volume.metadata.name, ...(storageClassName === undefined ? {} : { storageClassName }) };
    copy.status = { ...copy.status, phase: "Bound", accessModes: valueAt(volume.spec, "accessModes"), capacity: copyJson(valueAt(volume.spec, "capacity")) };
    return copy;
  });
}

/** Makes a bound claim's volume as large as the claim asks; the API lets it ask only where the class can do that. */
function expand(services: ControllerServices, claim: KubeObject, growing: Set<string>): void {
  const { store } = services;
  const { namespace, name, uid = "" } = claim.metadata;
  const volumeName = textOf(valueAt(claim.spec, "volumeName")) ?? "";
  const wanted = textOf(valueAt(claim.spec, "resources", "requests", "storage"));
  const has = quantity(textOf(valueAt(claim.status, "capacity", "storage")), "memory");
  if (has === 0 || quantity(wanted, "memory") <= has || growing.has(uid)) return;
  growing.add(uid);
  store.event(claim, "Normal", "Resizing", `External resizer is resizing volume ${volumeName}`, `external-resizer ${claim.metadata.annotations?.["volume.kubernetes.io/storage-provisioner"] ?? ""}`.trimEnd());
  services.clock.after(services.latencies.expandMs, () => {
    growing.delete(uid);
    const capacity = { storage: wanted };
    store.update("PersistentVolume", undefined, volumeName, (copy) => ({ ...copy, spec: { ...copy.spec, capacity } }));
    const grown = store.update("PersistentVolumeClaim", namespace, name, (copy) => (copy.metadata.uid === uid ? { ...copy, status: { ...copy.status, capacity } } : copy));
    if (grown !== undefined) store.event(grown, "Normal", "FileSystemResizeSuccessful", `MountVolume.NodeExpandVolume succeeded for volume "${volumeName}"`, "kubelet");
  });
}

/** A claim on its way out goes when no scheduled pod uses it any more: one that still waits for a node does not hold it (`pvcprotection.podUsesPVC`). */
function release(services: ControllerServices, claim: KubeObject): void {
  const { namespace, name } = claim.metadata;
  const isUsed = services.store.peekList("Pod", namespace).some((pod) => !isPodOver(pod) && valueAt(pod.spec, "nodeName") !== undefined && (podSpecOf(pod).volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === name));
  if (isUsed || !finalizersOf(claim).includes(CLAIM_PROTECTION)) return;
  services.store.remove("PersistentVolumeClaim", namespace ?? "", name);
}

function releaseVolume(services: ControllerServices, claim: KubeObject): void {
  const volume = services.store.peekList("PersistentVolume").find((entry) => valueAt(entry.spec, "claimRef", "uid") === claim.metadata.uid);
  if (volume === undefined) return;
  if (valueAt(volume.spec, "persistentVolumeReclaimPolicy") === "Delete") {
    services.store.remove("PersistentVolume", "", volume.metadata.name);
    return;
  }
  services.store.update("PersistentVolume", undefined, volume.metadata.name, (copy) => {
    copy.status = { ...copy.status, phase: "Released" };
    return copy;
  });
}
