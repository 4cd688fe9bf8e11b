import type { KubeObject } from "../../contract.ts";
import { CronError, parseCron } from "../cron.ts";
import { unplayedFields } from "../controllers/rollouts/rolloutObject.ts";
import { isRecord, recordsOf, stringsOf, textOf, valueAt } from "../json.ts";
import type { Resource } from "../resources.ts";
import { goMap, invalidValue, metadataCauses, required, serviceCauses, typeMismatch, type Cause } from "./fieldChecks.ts";
import { badRequest, invalid } from "./status.ts";

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u;

/** Reads a body as an object of the resource. Throws 400 where it is something else. */
export function objectOf(resource: Resource, value: unknown): KubeObject {
  if (!isRecord(value)) throw badRequest("the object provided is unrecognized (must be of type JSON object)");
  const { apiVersion, kind, metadata } = value;
  const expected = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  if ((kind !== undefined && kind !== resource.kind) || (apiVersion !== undefined && apiVersion !== expected)) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected}) or the kind (${String(kind)}) does not match ${resource.kind}`);
  }
  const meta = isRecord(metadata) ? metadata : {};
  const object = { ...value, apiVersion: expected, kind: resource.kind, metadata: { ...meta, name: textOf(meta["name"]) ?? "" } };
  const wrong = typeMismatch(object);
  if (wrong === undefined) return object;
  const { path, found, wanted } = wrong;
  throw badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${found} into Go struct field ${goField(resource.kind, path)} of type ${wanted}`);
}

/** `ConfigMap.data`, `ObjectMeta.metadata.labels`: how Go names the field that it could not read. */
function goField(kind: string, path: string): string {
  if (path.startsWith("metadata.")) return `ObjectMeta.${path}`;
  return path.startsWith("spec.") ? `${kind}Spec.${path}` : `${kind}.${path}`;
}

/** Checks what the controllers rely on. Throws 422 with the fields and the real server's words; `more` are further causes, found elsewhere. */
export function validate(resource: Resource, object: KubeObject, more: readonly Cause[] = []): void {
  const causes: Cause[] = [];
  const { name } = object.metadata;
  if (name === "") causes.push(required("metadata.name", "name or generateName is required"));
  else if (!NAME.test(name) && !resource.group.startsWith("rbac.")) causes.push(badName(name));
  causes.push(...metadataCauses(object), ...specCauses(object), ...more);
  if (causes.length > 0) throw invalid(resource, name, causes);
}

function badName(name: string): Cause {
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  return invalidValue("metadata.name", `"${name}"`, rule);
}

function specCauses(object: KubeObject): Cause[] {
  switch (object.kind) {
    case "Pod":
      return podCauses(object.spec, "spec");
    case "Deployment":
    case "ReplicaSet":
    case "StatefulSet":
    case "DaemonSet":
      return [...replicaCauses(object), ...selectorCauses(object), ...podCauses(valueAt(object.spec, "template", "spec"), "spec.template.spec")];
    case "Rollout":
      return [...unplayedCauses(object), ...replicaCauses(object), ...selectorCauses(object), ...podCauses(valueAt(object.spec, "template", "spec"), "spec.template.spec")];
    case "Job":
      return podCauses(valueAt(object.spec, "template", "spec"), "spec.template.spec");
    case "CronJob":
      return [...scheduleCauses(valueAt(object.spec, "schedule")), ...podCauses(valueAt(object.spec, "jobTemplate", "spec", "template", "spec"), "spec.jobTemplate.spec.template.spec")];
    case "Service":
      return serviceCauses(object);
    // The rest is stored as it comes; nothing here depends on its fields.
  }
  return [];
}

function scheduleCauses(schedule: unknown): Cause[] {
  if (typeof schedule !== "string" || schedule === "") return [required("spec.schedule")];
  try {
    parseCron(schedule);
    return [];
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    return [{ field: "spec.schedule", reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(schedule)}: ${error.message}` }];
  }
}

/** The real API server would take them, and its controller act on them. */
function unplayedCauses(rollout: KubeObject): Cause[] {
  return unplayedFields(rollout).map((field) => ({ field, reason: "FieldValueForbidden", message: "Forbidden: this drill world plays blue-green Rollouts without it" }));
}

function replicaCauses(object: KubeObject): Cause[] {
  const replicas = valueAt(object.spec, "replicas");
  if (replicas === undefined || (typeof replicas === "number" && Number.isInteger(replicas) && replicas >= 0)) return [];
  return [invalidValue("spec.replicas", JSON.stringify(replicas), "must be greater than or equal to 0")];
}

function selectorCauses(object: KubeObject): Cause[] {
  const selector = valueAt(object.spec, "selector");
  if (!isRecord(selector)) return [required("spec.selector")];
  const labels = stringsOf(valueAt(object.spec, "template", "metadata", "labels"));
  const isMatched = Object.entries(stringsOf(selector["matchLabels"])).every(([key, value]) => labels[key] === value);
  if (isMatched) return [];
  return [invalidValue("spec.template.metadata.labels", goMap(labels), "`selector` does not match template `labels`")];
}

function podCauses(spec: unknown, path: string): Cause[] {
  const containers = recordsOf(valueAt(spec, "containers"));
  if (containers.length === 0) return [required(`${path}.containers`)];
  return containers.flatMap((container, index) => {
    const causes: Cause[] = [];
    if ((textOf(container["name"]) ?? "") === "") causes.push(required(`${path}.containers[${index}].name`));
    if ((textOf(container["image"]) ?? "") === "") causes.push(required(`${path}.containers[${index}].image`));
    return causes;
  });
}
