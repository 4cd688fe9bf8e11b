import { canonicalQuantity, wholeValue } from "../quantity.ts";
import { at, isObject, listAt, sortedPairs, textAt, objectAt, type Json, type JsonObject } from "../json.ts";
import { addPairs, type Lines } from "./lines.ts";
import { addClaim } from "./claim.ts";

type Row = readonly [label: string, value: (source: JsonObject) => string];

interface VolumeKind {
  readonly field: string;
  readonly type: string;
  readonly rows: readonly Row[];
}

const text = (field: string) => (source: JsonObject): string => textAt(source, field);
const flag = (field: string) => (source: JsonObject): string => String(at(source, field) === true);
const number = (field: string) => (source: JsonObject): string => textAt(source, field) || "0";

/** describe.go's printers of volume sources, in its order. */
const KINDS: readonly VolumeKind[] = [
  { field: "hostPath", type: "HostPath (bare host directory volume)", rows: [["Path", text("path")], ["HostPathType", (source) => (at(source, "type") === undefined ? "<none>" : textAt(source, "type"))]] },
  { field: "emptyDir", type: "EmptyDir (a temporary directory that shares a pod's lifetime)", rows: [["Medium", text("medium")], ["SizeLimit", sizeLimit]] },
  { field: "gcePersistentDisk", type: "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)", rows: [["PDName", text("pdName")], ["FSType", text("fsType")], ["Partition", number("partition")], ["ReadOnly", flag("readOnly")]] },
  { field: "awsElasticBlockStore", type: "AWSElasticBlockStore (a Persistent Disk resource in AWS)", rows: [["VolumeID", text("volumeID")], ["FSType", text("fsType")], ["Partition", number("partition")], ["ReadOnly", flag("readOnly")]] },
  { field: "gitRepo", type: "GitRepo (a volume that is pulled from git when the pod is created)", rows: [["Repository", text("repository")], ["Revision", text("revision")]] },
  { field: "secret", type: "Secret (a volume populated by a Secret)", rows: [["SecretName", text("secretName")], ["Optional", flag("optional")]] },
  { field: "configMap", type: "ConfigMap (a volume populated by a ConfigMap)", rows: [["Name", text("name")], ["Optional", flag("optional")]] },
  { field: "nfs", type: "NFS (an NFS mount that lasts the lifetime of a pod)", rows: [["Server", text("server")], ["Path", text("path")], ["ReadOnly", flag("readOnly")]] },
  { field: "persistentVolumeClaim", type: "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)", rows: [["ClaimName", text("claimName")], ["ReadOnly", flag("readOnly")]] },
  { field: "ephemeral", type: "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)", rows: [] },
  { field: "downwardAPI", type: "DownwardAPI (a volume populated by information about the pod)\n    Items:", rows: [] },
  { field: "azureDisk", type: "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)", rows: [["DiskName", text("diskName")], ["DiskURI", text("diskURI")], ["Kind: ", text("kind")], ["FSType", text("fsType")], ["CachingMode", text("cachingMode")], ["ReadOnly", flag("readOnly")]] },
  { field: "vsphereVolume", type: "vSphereVolume (a Persistent Disk resource in vSphere)", rows: [["VolumePath", text("volumePath")], ["FSType", text("fsType")], ["StoragePolicyName", text("storagePolicyName")]] },
  { field: "azureFile", type: "AzureFile (an Azure File Service mount on the host and bind mount to the pod)", rows: [["SecretName", text("secretName")], ["ShareName", text("shareName")], ["ReadOnly", flag("readOnly")]] },
  { field: "projected", type: "Projected (a volume that contains injected data from multiple sources)", rows: [] },
  { field: "csi", type: "CSI (a Container Storage Interface (CSI) volume source)", rows: [["Driver", text("driver")], ["FSType", text("fsType")], ["ReadOnly", flag("readOnly")]] },
  { field: "image", type: "Image (a container image or OCI artifact)", rows: [["Reference", text("reference")], ["PullPolicy", text("pullPolicy")]] },
];


export function addVolumes(lines: Lines, volumes: readonly Json[]): void {
  lines.add(0, volumes.length === 0 ? "Volumes:\t<none>" : "Volumes:");
  for (const volume of volumes) {
    lines.add(1, `${textAt(volume, "name")}:`);
    const kind = kindOf(volume);
    if (kind === undefined) {
      lines.add(1, "<unknown>");
      continue;
    }
    const source = objectAt(volume, kind.field);
    lines.add(2, `Type:\t${kind.type}`);
    for (const [label, value] of kind.rows) lines.add(2, `${label}:\t${value(source)}`);
    addDetails(lines, kind.field, source);
  }
}

function kindOf(volume: Json): VolumeKind | undefined {
  return KINDS.find((kind) => isObject(at(volume, kind.field)));
}

function sizeLimit(source: JsonObject): string {
  const limit = textAt(source, "sizeLimit");
  return wholeValue(limit === "" ? "0" : limit) > 0n ? canonicalQuantity(limit) : "<unset>";
}

function addDetails(lines: Lines, field: string, source: JsonObject): void {
  if (field === "projected") addProjected(lines, listAt(source, "sources"));
  else if (field === "csi") addPairs(lines, "VolumeAttributes", sortedPairs(objectAt(source, "volumeAttributes")).map(([key, value]) => cut(`${key}=${value}`)), 2);
  else if (field === "ephemeral" && isObject(at(source, "volumeClaimTemplate"))) {
    addClaim({ ...lines, base: 2, add: (level, line) => lines.add(level + 2, line) }, objectAt(source, "volumeClaimTemplate"), false);
  } else if (field === "downwardAPI") {
    for (const item of listAt(source, "items")) {
      if (isObject(at(item, "fieldRef"))) lines.add(3, `${textAt(item, "fieldRef", "fieldPath")} -> ${textAt(item, "path")}`);
      if (isObject(at(item, "resourceFieldRef"))) lines.add(3, `${textAt(item, "resourceFieldRef", "resource")} -> ${textAt(item, "path")}`);
    }
  }
}

function cut(line: string): string {
  return line.length > 140 ? `${line.slice(0, 140)}...` : line;
}

/** Up to kubectl 1.32 an unset `optional` prints `<nil>`. */
function addProjected(lines: Lines, sources: readonly Json[]): void {
  const optional = (reference: Json | undefined): string => (at(reference, "optional") === undefined ? "<nil>" : textAt(reference, "optional"));
  for (const source of sources) {
    const secret = at(source, "secret");
    const map = at(source, "configMap");
    if (isObject(secret)) {
      lines.add(2, `SecretName:\t${textAt(secret, "name")}`);
      lines.add(2, `SecretOptionalName:\t${optional(secret)}`);
    } else if (isObject(at(source, "downwardAPI"))) lines.add(2, "DownwardAPI:\ttrue");
    else if (isObject(map)) {
      lines.add(2, `ConfigMapName:\t${textAt(map, "name")}`);
      lines.add(2, `ConfigMapOptional:\t${optional(map)}`);
    } else if (isObject(at(source, "serviceAccountToken"))) {
      lines.add(2, `TokenExpirationSeconds:\t${textAt(source, "serviceAccountToken", "expirationSeconds")}`);
    }
  }
}
