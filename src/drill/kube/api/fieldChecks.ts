import { labelKeyProblems, labelValueProblems } from "../../../core/kubectl/labelRules.ts";
import type { KubeObject } from "../../contract.ts";
import { isRecord, recordsOf, textOf, valueAt } from "../json.ts";

/** One field that is not right: `spec.replicas: Invalid value: …`. */
export interface Cause {
  readonly field: string;
  readonly reason: string;
  readonly message: string;
}

/** A field without the value that it needs. */
export function required(field: string, detail = ""): Cause {
  return { field, reason: "FieldValueRequired", message: `Required value${detail === "" ? "" : `: ${detail}`}` };
}

/** A field with a value that cannot be; `value` as the server prints it. */
export function invalidValue(field: string, value: string, why: string): Cause {
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${value}: ${why}` };
}

/** A map as Go's `%#v` prints it, which is how the server quotes one. */
export function goMap(map: Readonly<Record<string, string>>): string {
  const entries = Object.entries(map).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `map[string]string{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(", ")}}`;
}

/** What is wrong with an object's labels and the keys of its annotations. */
export function metadataCauses({ metadata }: KubeObject): Cause[] {
  const labels = Object.entries(metadata.labels ?? {});
  return [
    ...labels.flatMap(([key]) => keyCauses("metadata.labels", key)),
    ...labels.flatMap(([, value]) => valueCauses(value)),
    ...Object.keys(metadata.annotations ?? {}).flatMap((key) => keyCauses("metadata.annotations", key)),
  ];
}

function keyCauses(field: string, key: string): Cause[] {
  return labelKeyProblems(key).map((problem) => invalidValue(field, JSON.stringify(key), problem));
}

function valueCauses(value: string): Cause[] {
  return labelValueProblems(value).map((problem) => invalidValue("metadata.labels", JSON.stringify(value), problem));
}

const SERVICE_TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

/** What is wrong with a Service. */
export function serviceCauses(object: KubeObject): Cause[] {
  const ports = recordsOf(valueAt(object.spec, "ports"));
  const type = valueAt(object.spec, "type") ?? "ClusterIP";
  const causes: Cause[] = [];
  if (ports.length === 0 && type !== "ExternalName" && valueAt(object.spec, "clusterIP") !== "None") causes.push(required("spec.ports"));
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    if (ports.length > 1 && (textOf(port["name"]) ?? "") === "") causes.push(required(`${path}.name`));
    for (const field of ["port", "targetPort"]) {
      const value = port[field] ?? port["port"];
      if (typeof value === "number" && (value < 1 || value > 65_535)) causes.push(invalidValue(`${path}.${field}`, String(value), "must be between 1 and 65535, inclusive"));
    }
  }
  if (typeof type !== "string" || !SERVICE_TYPES.includes(type)) {
    causes.push({ field: "spec.type", reason: "FieldValueNotSupported", message: `Unsupported value: ${JSON.stringify(type)}: supported values: ${SERVICE_TYPES.map((name) => `"${name}"`).join(", ")}` });
  }
  return causes;
}

/** A field whose JSON is of another type than the API's. */
export interface Mismatch {
  /** In Go's words: `data`, `spec.replicas`. */
  readonly path: string;
  /** What the JSON holds: `number`, `string`. */
  readonly found: string;
  readonly wanted: "string" | "int32";
}

const COUNTED = new Set(["Deployment", "ReplicaSet", "StatefulSet"]);

/** The first field that is not of its type, of those that an operator patches by hand. */
export function typeMismatch(object: KubeObject): Mismatch | undefined {
  const maps: readonly (readonly [path: string, map: unknown])[] = [
    ["metadata.labels", object.metadata.labels], ["metadata.annotations", object.metadata.annotations],
    ...(object.kind === "ConfigMap" || object.kind === "Secret" ? ([["data", object["data"]]] as const) : []),
    ...(object.kind === "Secret" ? ([["stringData", object["stringData"]]] as const) : []),
    ...(object.kind === "Service" ? ([["spec.selector", valueAt(object.spec, "selector")]] as const) : []),
  ];
  for (const [path, map] of maps) {
    if (!isRecord(map)) continue;
    const wrong = Object.values(map).find((value) => typeof value !== "string" && value !== null);
    if (wrong !== undefined) return { path, found: jsonType(wrong), wanted: "string" };
  }
  const replicas = COUNTED.has(object.kind) ? valueAt(object.spec, "replicas") : undefined;
  return replicas === undefined || typeof replicas === "number" ? undefined : { path: "spec.replicas", found: jsonType(replicas), wanted: "int32" };
}

/** Go's JSON words for a value's type. */
function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
