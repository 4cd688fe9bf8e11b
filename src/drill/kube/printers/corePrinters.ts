import type { KubeObject } from "../../contract.ts";
import { ageOf } from "../duration.ts";
import { numberOf, recordOf, recordsOf, stringsOf, textOf, valueAt } from "../json.ts";
import { conditionOf } from "../objects.ts";
import { printer, type Printer } from "./table.ts";

const age = (object: KubeObject, now: number): string => ageOf(object.metadata.creationTimestamp, now);
const orNone = (text: string | undefined): string => (text === undefined || text === "" ? "<none>" : text);
const dataCount = (object: KubeObject, ...fields: readonly string[]): number => fields.reduce((sum, field) => sum + Object.keys(recordOf(object[field])).length, 0);

/** `RWO,ROX`: access modes as kubectl abbreviates them. */
function accessModes(value: unknown): string {
  const short: Readonly<Record<string, string>> = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };
  const modes = Array.isArray(value) ? value.map((mode) => String(mode)) : [];
  return Object.keys(short).filter((mode) => modes.includes(mode)).map((mode) => short[mode]).join(",");
}

export const servicePrinter: Printer = printer("Name,Type,Cluster-IP,External-IP,Port(s),Age,+Selector", (object, now) => {
  const spec = recordOf(object.spec);
  const type = textOf(spec["type"]) ?? "ClusterIP";
  const ports = recordsOf(spec["ports"]).map((port) => `${numberOf(port["port"]) ?? 0}${numberOf(port["nodePort"]) === undefined ? "" : `:${numberOf(port["nodePort"]) ?? 0}`}/${textOf(port["protocol"]) ?? "TCP"}`);
  const selector = Object.entries(stringsOf(spec["selector"])).map(([key, value]) => `${key}=${value}`).sort();
  return [object.metadata.name, type, orNone(textOf(spec["clusterIP"])), externalAddress(object, type), orNone(ports.join(",")), age(object, now), orNone(selector.join(","))];
});

function externalAddress(object: KubeObject, type: string): string {
  if (type === "ExternalName") return textOf(valueAt(object.spec, "externalName")) ?? "<none>";
  const external = valueAt(object.spec, "externalIPs");
  if (type !== "LoadBalancer") return Array.isArray(external) && external.length > 0 ? external.join(",") : "<none>";
  const ingress = recordsOf(valueAt(object.status, "loadBalancer", "ingress")).map((entry) => textOf(entry["ip"]) ?? textOf(entry["hostname"]) ?? "");
  return ingress.length === 0 ? "<pending>" : ingress.join(",");
}

export const endpointsPrinter: Printer = printer("Name,Endpoints,Age", (object, now) => {
  const all = recordsOf(object["subsets"]).flatMap((subset) => recordsOf(subset["addresses"]).flatMap((address) => recordsOf(subset["ports"]).map((port) => `${textOf(address["ip"]) ?? ""}:${numberOf(port["port"]) ?? 0}`)));
  const shown = all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
  return [object.metadata.name, orNone(shown), age(object, now)];
});

export const claimPrinter: Printer = printer("Name,Status,Volume,Capacity,Access Modes,StorageClass,VolumeAttributesClass@29,Age,+VolumeMode", (object, now) => {
  const phase = object.metadata.deletionTimestamp === undefined ? (textOf(valueAt(object.status, "phase")) ?? "") : "Terminating";
  const volume = textOf(valueAt(object.spec, "volumeName")) ?? "";
  const isBound = volume !== "";
  return [
    object.metadata.name,
    phase,
    volume,
    isBound ? (textOf(valueAt(object.status, "capacity", "storage")) ?? "") : "",
    isBound ? accessModes(valueAt(object.status, "accessModes")) : "",
    textOf(valueAt(object.spec, "storageClassName")) ?? "",
    "<unset>",
    age(object, now),
    textOf(valueAt(object.spec, "volumeMode")) ?? "<unset>",
  ];
});

export const volumePrinter: Printer = printer("Name,Capacity,Access Modes,Reclaim Policy,Status,Claim,StorageClass,VolumeAttributesClass@29,Reason,Age,+VolumeMode", (object, now) => {
  const claim = recordOf(valueAt(object.spec, "claimRef"));
  const phase = object.metadata.deletionTimestamp === undefined ? (textOf(valueAt(object.status, "phase")) ?? "") : "Terminating";
  return [
    object.metadata.name,
    textOf(valueAt(object.spec, "capacity", "storage")) ?? "",
    accessModes(valueAt(object.spec, "accessModes")),
    textOf(valueAt(object.spec, "persistentVolumeReclaimPolicy")) ?? "",
    phase,
    claim["name"] === undefined ? "" : `${textOf(claim["namespace"]) ?? ""}/${textOf(claim["name"]) ?? ""}`,
    textOf(valueAt(object.spec, "storageClassName")) ?? "",
    "<unset>",
    textOf(valueAt(object.status, "reason")) ?? "",
    age(object, now),
    textOf(valueAt(object.spec, "volumeMode")) ?? "<unset>",
  ];
});

export const eventPrinter: Printer = printer("Last Seen,Type,Reason,Object,+Subobject,+Source,Message,+First Seen,+Count,+Name", (object, now) => {
  const involved = recordOf(object["involvedObject"]);
  const target = `${(textOf(involved["kind"]) ?? "").toLowerCase()}/${textOf(involved["name"]) ?? ""}`;
  const source = [textOf(valueAt(object, "source", "component")), textOf(valueAt(object, "source", "host"))].filter((part) => part !== undefined).join(", ");
  return [
    ageOf(textOf(object["lastTimestamp"]) ?? textOf(object["eventTime"]) ?? textOf(object["firstTimestamp"]), now),
    textOf(object["type"]) ?? "",
    textOf(object["reason"]) ?? "",
    target,
    textOf(involved["fieldPath"]) ?? "",
    source,
    (textOf(object["message"]) ?? "").trim(),
    ageOf(textOf(object["firstTimestamp"]) ?? textOf(object["eventTime"]), now),
    String(numberOf(object["count"]) ?? 1),
    object.metadata.name,
  ];
});

export const nodePrinter: Printer = printer("Name,Status,Roles,Age,Version,+Internal-IP,+External-IP,+OS-Image,+Kernel-Version,+Container-Runtime", (object, now) => {
  const ready = conditionOf(object, "Ready")?.status;
  const words = [ready === "True" ? "Ready" : ready === undefined ? "Unknown" : "NotReady"];
  if (valueAt(object.spec, "unschedulable") === true) words.push("SchedulingDisabled");
  const roles = Object.keys(object.metadata.labels ?? {}).filter((label) => label.startsWith("node-role.kubernetes.io/")).map((label) => label.split("/")[1] ?? "").sort();
  const address = (type: string): string | undefined => textOf(recordsOf(valueAt(object.status, "addresses")).find((entry) => entry["type"] === type)?.["address"]);
  const info = (name: string): string => textOf(valueAt(object.status, "nodeInfo", name)) ?? "<unknown>";
  return [object.metadata.name, words.join(","), orNone(roles.join(",")), age(object, now), info("kubeletVersion"), orNone(address("InternalIP")), orNone(address("ExternalIP")), info("osImage"), info("kernelVersion"), info("containerRuntimeVersion")];
});

export const namespacePrinter: Printer = printer("Name,Status,Age", (object, now) => [object.metadata.name, textOf(valueAt(object.status, "phase")) ?? "", age(object, now)]);

export const configMapPrinter: Printer = printer("Name,#Data,Age", (object, now) => [object.metadata.name, dataCount(object, "data", "binaryData"), age(object, now)]);

export const secretPrinter: Printer = printer("Name,Type,#Data,Age", (object, now) => [object.metadata.name, textOf(object["type"]) ?? "", dataCount(object, "data"), age(object, now)]);

export const serviceAccountPrinter: Printer = printer("Name,#Secrets,Age", (object, now) => [object.metadata.name, recordsOf(object["secrets"]).length, age(object, now)]);

export const ingressPrinter: Printer = printer("Name,Class,Hosts,Address,Ports,Age", (object, now) => {
  const hosts = recordsOf(valueAt(object.spec, "rules")).map((rule) => textOf(rule["host"]) ?? "*");
  const addresses = recordsOf(valueAt(object.status, "loadBalancer", "ingress")).map((entry) => textOf(entry["ip"]) ?? textOf(entry["hostname"]) ?? "");
  const ports = recordsOf(valueAt(object.spec, "tls")).length > 0 ? "80, 443" : "80";
  return [object.metadata.name, orNone(textOf(valueAt(object.spec, "ingressClassName"))), hosts.length === 0 ? "*" : hosts.join(","), addresses.join(","), ports, age(object, now)];
});

export const storageClassPrinter: Printer = printer("Name,Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age", (object, now) => {
  const isDefault = object.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
  const text = (field: string, otherwise: string): string => textOf(object[field]) ?? otherwise;
  return [`${object.metadata.name}${isDefault ? " (default)" : ""}`, text("provisioner", ""), text("reclaimPolicy", "Delete"), text("volumeBindingMode", "Immediate"), String(object["allowVolumeExpansion"] === true), age(object, now)];
});

export const disruptionBudgetPrinter: Printer = printer("Name,Min Available,Max Unavailable,#Allowed Disruptions,Age", (object, now) => {
  const limit = (field: string): string => String(valueAt(object.spec, field) ?? "N/A");
  return [object.metadata.name, limit("minAvailable"), limit("maxUnavailable"), numberOf(valueAt(object.status, "disruptionsAllowed")) ?? 0, age(object, now)];
});

export const endpointSlicePrinter: Printer = printer("Name,AddressType,Ports,Endpoints,Age", (object, now) => {
  const ports = recordsOf(object["ports"]).map((port) => String(numberOf(port["port"]) ?? "")).join(",");
  const addresses = recordsOf(object["endpoints"]).flatMap((endpoint) => (Array.isArray(endpoint["addresses"]) ? endpoint["addresses"].map((address) => String(address)) : []));
  return [object.metadata.name, textOf(object["addressType"]) ?? "", ports === "" ? "<unset>" : ports, addresses.length === 0 ? "<unset>" : addresses.join(","), age(object, now)];
});

export const controllerRevisionPrinter: Printer = printer("Name,Controller,#Revision,Age", (object, now) => {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const group = owner === undefined ? "" : (owner.apiVersion.split("/")[0] ?? "");
  return [object.metadata.name, owner === undefined ? "<none>" : `${owner.kind.toLowerCase()}.${group}/${owner.name}`, numberOf(object["revision"]) ?? 0, age(object, now)];
});

/** For kinds without a printer of their own, as for custom resources. */
export const plainPrinter: Printer = printer("Name,Age", (object, now) => [object.metadata.name, age(object, now)]);

/** Roles and bindings print the creation time itself. */
export const createdAtPrinter: Printer = printer("Name,Created At", (object) => [object.metadata.name, object.metadata.creationTimestamp ?? "<unknown>"]);

