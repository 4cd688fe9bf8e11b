import { canonicalQuantity } from "../quantity.ts";
import { at, isObject, listAt, objectAt, textAt, textsAt, type Json, type JsonObject } from "../json.ts";
import { addAnnotations, addEvents, addLabels, addPairs, type Lines } from "./lines.ts";

const MODES = [["ReadWriteOnce", "RWO"], ["ReadOnlyMany", "ROX"], ["ReadWriteMany", "RWX"], ["ReadWriteOncePod", "RWOP"]] as const;

/** describe.go's `printPersistentVolumeClaim`; a template of a claim (`isWhole` false) has fewer lines. */
export function addClaim(lines: Lines, claim: JsonObject, isWhole: boolean): void {
  if (isWhole) {
    lines.add(0, `Name:\t${textAt(claim, "metadata", "name")}`);
    lines.add(0, `Namespace:\t${textAt(claim, "metadata", "namespace")}`);
  }
  const annotated = at(claim, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class");
  lines.add(0, `StorageClass:\t${typeof annotated === "string" ? annotated : textAt(claim, "spec", "storageClassName")}`);
  if (isWhole) {
    const deletion = textAt(claim, "metadata", "deletionTimestamp");
    lines.add(0, deletion === "" ? `Status:\t${textAt(claim, "status", "phase")}` : `Status:\tTerminating (lasts ${lines.age(deletion)})`);
  }
  const volume = textAt(claim, "spec", "volumeName");
  lines.add(0, `Volume:\t${volume}`);
  addLabels(lines, "Labels", objectAt(claim, "metadata", "labels"));
  addAnnotations(lines, "Annotations", objectAt(claim, "metadata", "annotations"));
  if (isWhole) lines.add(0, `Finalizers:\t[${textsAt(claim, "metadata", "finalizers").join(" ")}]`);
  const modes = textsAt(claim, "status", "accessModes");
  const capacity = textAt(claim, "status", "capacity", "storage");
  lines.add(0, `Capacity:\t${volume === "" ? "" : capacity === "" ? "0" : canonicalQuantity(capacity)}`);
  lines.add(0, `Access Modes:\t${volume === "" ? "" : MODES.filter(([name]) => modes.includes(name)).map(([, short]) => short).join(",")}`);
  if (at(claim, "spec", "volumeMode") !== undefined) lines.add(0, `VolumeMode:\t${textAt(claim, "spec", "volumeMode")}`);
  const source = at(claim, "spec", "dataSource");
  if (!isObject(source)) return;
  lines.add(0, "DataSource:");
  if (at(source, "apiGroup") !== undefined) lines.add(1, `APIGroup:\t${textAt(source, "apiGroup")}`);
  lines.add(1, `Kind:\t${textAt(source, "kind")}`);
  lines.add(1, `Name:\t${textAt(source, "name")}`);
}

/** Describes a whole claim. `pods` are the namespace's pods, `events` the claim's (`undefined` prints none). */
export function writeClaim(lines: Lines, claim: JsonObject, pods: readonly JsonObject[], events: readonly Json[] | undefined): void {
  addClaim(lines, claim, true);
  addPairs(lines, "Used By", users(claim, pods).map((pod) => textAt(pod, "metadata", "name")).sort());
  const conditions = listAt(claim, "status", "conditions");
  if (conditions.length > 0) {
    lines.add(0, "Conditions:");
    lines.add(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
    lines.add(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for (const condition of conditions) {
      const times = `${lines.time(textAt(condition, "lastProbeTime"))} \t${lines.time(textAt(condition, "lastTransitionTime"))}`;
      lines.add(1, `${textAt(condition, "type")} \t${textAt(condition, "status")} \t${times} \t${textAt(condition, "reason")} \t${textAt(condition, "message")}`);
    }
  }
  if (events !== undefined) addEvents(lines, events);
}

/** Pods that mount the claim, and pods that own it. */
function users(claim: JsonObject, pods: readonly JsonObject[]): readonly JsonObject[] {
  const name = textAt(claim, "metadata", "name");
  const owners = listAt(claim, "metadata", "ownerReferences").filter((owner) => textAt(owner, "kind") === "Pod").map((owner) => textAt(owner, "uid"));
  return pods.filter(
    (pod) =>
      listAt(pod, "spec", "volumes").some((volume) => textAt(volume, "persistentVolumeClaim", "claimName") === name) || owners.includes(textAt(pod, "metadata", "uid")),
  );
}
