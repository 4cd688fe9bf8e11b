import type { KubeObject } from "../../contract.ts";
import { valueAtPath } from "../customResources.ts";
import { numberOf, textOf, valueAt, type JsonRecord } from "../json.ts";
import type { Resource } from "../resources.ts";
import { selectorText } from "../printers/workloadPrinters.ts";
import { workloadSpecOf, workloadStatusOf } from "../objects.ts";
import { sendJson, type ApiRequest, type ApiServices } from "./context.ts";
import { jsonPatch, mergePatch } from "./patch.ts";
import { requireObject } from "./read.ts";
import { jsonBody } from "./requestBody.ts";
import type { ResourceRoute } from "./route.ts";
import { badRequest, conflict, invalid } from "./status.ts";
import { isDryRun } from "./write.ts";

/** GET, PUT and PATCH of a workload's `scale`. */
export function scaleObject(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const object = requireObject(services, route);
  const scale = scaleOf(object, route.resource);
  if (request.method === "GET") {
    sendJson(request.response, 200, scale);
    return;
  }
  const body = jsonBody(request);
  const isJsonPatch = request.contentType.includes("json-patch");
  const next = request.method === "PUT" ? body : isJsonPatch ? jsonPatch(scale, body) : mergePatch(scale, body);
  const replicas = numberOf(valueAt(next, "spec", "replicas")) ?? (valueAt(next, "spec", "replicas") === undefined ? 0 : undefined);
  if (replicas === undefined) throw badRequest("spec.replicas must be a number");
  if (replicas < 0) throw invalid(route.resource, object.metadata.name, [{ field: "spec.replicas", reason: "FieldValueInvalid", message: `Invalid value: ${replicas}: must be greater than or equal to 0` }]);
  const version = valueAt(next, "metadata", "resourceVersion");
  if (typeof version === "string" && version !== "" && version !== object.metadata.resourceVersion) throw conflict(route.resource, object.metadata.name);
  const stored = isDryRun(request)
    ? { ...object, spec: { ...object.spec, replicas } }
    : services.store.update(object.kind, object.metadata.namespace, object.metadata.name, (copy) => {
        copy.spec = { ...copy.spec, replicas };
        return copy;
      });
  sendJson(request.response, 200, scaleOf(stored ?? object, route.resource));
}

function scaleOf(object: KubeObject, { custom }: Resource): JsonRecord {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = custom?.scale;
  const selector = paths === undefined ? selectorText(object) : (textOf(valueAtPath(object, paths.labelSelectorPath)) ?? "<none>");
  const replicas = paths === undefined ? workloadStatusOf(object).replicas : numberOf(valueAtPath(object, paths.statusReplicasPath));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: workloadSpecOf(object).replicas ?? 0 },
    status: { replicas: replicas ?? 0, ...(selector === "<none>" ? {} : { selector }) },
  };
}
