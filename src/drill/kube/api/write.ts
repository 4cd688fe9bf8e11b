import type { KubeObject } from "../../contract.ts";
import { foldStringData, withDefaults } from "../defaults.ts";
import { deleteObject, finalizersOf, type DeletionOptions } from "../deletion.ts";
import { withUpdateTracked, type FieldChange } from "../managedFields.ts";
import { copyJson, isRecord, isSameJson, numberOf, recordOf, stringsOf, textOf, timestamp, valueAt } from "../json.ts";
import { randomSuffix, randomUid } from "../names.ts";
import { qualifiedName, type Resource } from "../resources.ts";
import { generationOf, withGeneration } from "../store.ts";
import { checkClaimChange } from "./claimChanges.ts";
import { sendJson, type ApiRequest, type ApiServices } from "./context.ts";
import { goMap, type Cause } from "./fieldChecks.ts";
import { patchedObject } from "./patchRequest.ts";
import { present, requireObject, selectionOf } from "./read.ts";
import { jsonBody } from "./requestBody.ts";
import type { ResourceRoute } from "./route.ts";
import { alreadyExists, ApiError, badRequest, conflict, notFound, successStatus } from "./status.ts";
import { objectOf, validate } from "./validate.ts";

/** Whether the request only asks what would happen. */
export function isDryRun(request: ApiRequest, body?: unknown): boolean {
  return request.query.getAll("dryRun").includes("All") || (isRecord(body) && Array.isArray(body["dryRun"]) && body["dryRun"].includes("All"));
}

/** POST to a collection. */
export function createObject(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const { resource, namespace } = route;
  const object = objectOf(resource, jsonBody(request));
  adoptNamespace(services, object, resource, namespace);
  const prefix = textOf(object.metadata["generateName"]);
  if (object.metadata.name === "" && prefix !== undefined) object.metadata.name = `${prefix}${randomSuffix(services.random, 5)}`;
  validate(resource, object);
  if (services.store.peek(resource.kind, object.metadata.namespace, object.metadata.name) !== undefined) throw alreadyExists(resource, object.metadata.name);
  delete object.metadata.uid;
  delete object.metadata.resourceVersion;
  delete object.metadata.creationTimestamp;
  if (resource.subresources.includes("status")) delete object.status;
  const tracked = withUpdateTracked(undefined, object, fieldChange(services, request, undefined));
  const stored = isDryRun(request) ? dryCreate(services, tracked) : services.store.put(tracked);
  sendJson(request.response, 201, present(services, request, resource, stored));
}

/** Who a request says is changing the object: its field manager, else the name its client gives itself. */
export function fieldChange(services: ApiServices, request: ApiRequest, subresource: string | undefined): FieldChange {
  const agent = request.message.headers["user-agent"]?.split("/")[0] ?? "";
  return { manager: (request.query.get("fieldManager") ?? "") || agent || "unknown", subresource, now: services.clock.now() };
}

/** What a creation would give. */
export function dryCreate(services: ApiServices, object: KubeObject): KubeObject {
  const copy = copyJson(object);
  copy.metadata.uid = randomUid(services.random);
  copy.metadata.creationTimestamp = timestamp(services.clock.now());
  return withGeneration(withDefaults(copy, true));
}

/** Gives an object its namespace. Throws where it names another one, or one that does not exist or is on its way out. */
export function adoptNamespace(services: ApiServices, object: KubeObject, resource: Resource, namespace: string | undefined): void {
  if (!resource.isNamespaced) {
    delete object.metadata.namespace;
    return;
  }
  const wanted = namespace ?? "default";
  if (object.metadata.namespace !== undefined && object.metadata.namespace !== "" && object.metadata.namespace !== wanted) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  object.metadata.namespace = wanted;
  const holder = services.store.peek("Namespace", undefined, wanted);
  if (holder === undefined) throw new ApiError(404, "NotFound", `namespaces "${wanted}" not found`, { name: wanted, kind: "namespaces" });
  if (holder.metadata.deletionTimestamp !== undefined) {
    const why = `unable to create new content in namespace ${wanted} because it is being terminated`;
    throw new ApiError(403, "Forbidden", `${qualifiedName(resource)} "${object.metadata.name}" is forbidden: ${why}`, { name: object.metadata.name, kind: resource.plural });
  }
}

/** PUT of an object or of its status. */
export function replaceObject(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const current = requireObject(services, route);
  const next = objectOf(route.resource, jsonBody(request));
  writeChange(services, request, route, current, next);
}

/** PATCH of an object or of its status, in each of the four forms. */
export function patchObject(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const { resource, namespace, name = "" } = route;
  const current = services.store.peek(resource.kind, namespace, name);
  const next = patchedObject(services, request, route, current);
  if (current !== undefined) {
    writeChange(services, request, route, current, next);
    return;
  }
  adoptNamespace(services, next, resource, namespace);
  validate(resource, next);
  const stored = isDryRun(request) ? dryCreate(services, next) : services.store.put(next);
  sendJson(request.response, 201, present(services, request, resource, stored));
}

/** Writes a changed object with the checks every update gets, and answers with it. */
function writeChange(services: ApiServices, request: ApiRequest, route: ResourceRoute, current: KubeObject, proposed: KubeObject): void {
  const { resource, subresource } = route;
  const { name } = current.metadata;
  if (proposed.metadata.name !== "" && proposed.metadata.name !== name) throw badRequest(`the name of the object (${proposed.metadata.name}) does not match the name on the URL (${name})`);
  const version = proposed.metadata.resourceVersion;
  if (version !== undefined && version !== "" && version !== current.metadata.resourceVersion) throw conflict(resource, name);
  const wantedUid = proposed.metadata.uid;
  if (wantedUid !== undefined && wantedUid !== "" && wantedUid !== current.metadata.uid) {
    throw conflict(resource, name, `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${current.metadata.uid ?? ""}`);
  }
  const isApplied = request.contentType.startsWith("application/apply-patch");
  const allowed = subresource === "status" ? withStatusOf(current, proposed) : withoutStatusOf(resource, current, proposed);
  foldStringData(allowed);
  const next = isApplied ? allowed : withUpdateTracked(current, allowed, fieldChange(services, request, subresource));
  validate(resource, next, immutableCauses(resource, current, next));
  checkClaimChange(services.store, resource, current, next);
  if (isDryRun(request)) {
    const changed = withDefaults(copyJson(next), false);
    const generation = generationOf(current, changed);
    if (generation !== undefined) changed.metadata.generation = generation;
    sendJson(request.response, 200, present(services, request, resource, changed));
    return;
  }
  const stored = services.store.put(next);
  if (stored.metadata.deletionTimestamp !== undefined && resource.kind !== "Pod" && resource.kind !== "Namespace" && finalizersOf(stored).length === 0) {
    services.store.remove(resource.kind, stored.metadata.namespace ?? "", name);
  }
  sendJson(request.response, 200, present(services, request, resource, stored));
}

function withStatusOf(current: KubeObject, proposed: KubeObject): KubeObject {
  const { status: _old, ...rest } = copyJson(current);
  return proposed.status === undefined ? rest : { ...rest, status: proposed.status };
}

function withoutStatusOf(resource: Resource, current: KubeObject, proposed: KubeObject): KubeObject {
  const next = copyJson(proposed);
  next.metadata = { ...next.metadata, name: current.metadata.name };
  for (const field of ["namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation"]) {
    const value = current.metadata[field];
    if (value === undefined) delete next.metadata[field];
    else next.metadata[field] = value;
  }
  if (!resource.subresources.includes("status")) return next;
  delete next.status;
  return current.status === undefined ? next : { ...next, status: copyJson(current.status) };
}

/** Fields that cannot change after creation, as far as an operator meets them. */
function immutableCauses(resource: Resource, current: KubeObject, next: KubeObject): readonly Cause[] {
  const causes: Cause[] = [];
  const refuse = (field: string, message: string): void => {
    causes.push({ field, reason: message.startsWith("Invalid value") ? "FieldValueInvalid" : "FieldValueForbidden", message });
  };
  if (["Deployment", "ReplicaSet", "DaemonSet", "Job"].includes(resource.kind) && valueAt(current.spec, "selector") !== undefined && !isSameJson(valueAt(current.spec, "selector"), valueAt(next.spec, "selector"))) {
    const labels = goMap(stringsOf(valueAt(next.spec, "selector", "matchLabels")));
    refuse("spec.selector", `Invalid value: v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable`);
  }
  if (resource.kind === "StatefulSet") {
    const allowed = ["replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "revisionHistoryLimit"];
    const rest = (object: KubeObject): unknown => Object.fromEntries(Object.entries(recordOf(withDefaults(copyJson(object), false).spec)).filter(([key]) => !allowed.includes(key)));
    const list = "'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
    if (!isSameJson(rest(current), rest(next))) refuse("spec", `Forbidden: updates to statefulset spec for fields other than ${list} are forbidden`);
  }
  if (resource.kind === "Pod" && !isSameJson(podIdentity(current), podIdentity(next))) {
    refuse("spec", "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
  }
  if (current["immutable"] === true && !isSameJson(current["data"], next["data"])) refuse("data", "Forbidden: field is immutable when `immutable` is set");
  return causes;
}

function podIdentity(pod: KubeObject): unknown {
  const { tolerations: _tolerations, activeDeadlineSeconds: _deadline, terminationGracePeriodSeconds: _grace, ...spec } = recordOf(copyJson(pod.spec));
  for (const field of ["containers", "initContainers"]) {
    const list = spec[field];
    if (Array.isArray(list)) spec[field] = list.map((container) => (isRecord(container) ? { ...container, image: "" } : container));
  }
  return spec;
}

/** What a cluster cannot be without (the admission plugin NamespaceLifecycle). */
const KEPT_NAMESPACES = new Set(["default", "kube-system", "kube-public"]);

/** DELETE of one object. */
export function deleteOne(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const object = requireObject(services, route);
  if (object.kind === "Namespace" && KEPT_NAMESPACES.has(object.metadata.name)) {
    throw new ApiError(403, "Forbidden", `namespaces "${object.metadata.name}" is forbidden: this namespace may not be deleted`, { name: object.metadata.name, kind: "namespaces" });
  }
  const { options, isDry } = deletionOptions(request, object, route.resource);
  const after = isDry ? object : deleteObject(services.store, services.clock, object, options);
  const { name, uid } = object.metadata;
  const { group, plural, kind } = route.resource;
  const isStillThere = after.metadata.deletionTimestamp !== undefined || kind === "Pod";
  const answer = isStillThere ? present(services, request, route.resource, after) : successStatus({ name, ...(group === "" ? {} : { group }), kind: plural, uid });
  sendJson(request.response, 200, answer);
}

/** DELETE of a collection, with its selectors. */
export function deleteMany(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const isSelected = selectionOf(request, route);
  const objects = services.store.peekList(route.resource.kind, route.namespace).filter((object) => isSelected(object));
  for (const object of objects) {
    const { options, isDry } = deletionOptions(request, object, route.resource);
    if (!isDry) deleteObject(services.store, services.clock, object, options);
  }
  sendJson(request.response, 200, { kind: `${route.resource.kind}List`, apiVersion: "v1", metadata: { resourceVersion: String(services.store.revision) }, items: objects });
}

function deletionOptions(request: ApiRequest, object: KubeObject, resource: Resource): { options: DeletionOptions; isDry: boolean } {
  const body = request.body.length === 0 ? {} : jsonBody(request);
  const wantedUid = textOf(valueAt(body, "preconditions", "uid"));
  if (wantedUid !== undefined && wantedUid !== object.metadata.uid) {
    throw conflict(resource, object.metadata.name, `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${object.metadata.uid ?? ""}`);
  }
  const grace = numberOf(valueAt(body, "gracePeriodSeconds")) ?? (request.query.has("gracePeriodSeconds") ? Number(request.query.get("gracePeriodSeconds")) : undefined);
  const policy = textOf(valueAt(body, "propagationPolicy")) ?? request.query.get("propagationPolicy") ?? undefined;
  const propagation = policy === "Foreground" || policy === "Orphan" ? policy : "Background";
  return { options: { graceSeconds: grace, propagation }, isDry: isDryRun(request, body) };
}

/** POST to a pod's `eviction`: as a deletion, unless a disruption budget forbids it. */
export function evictPod(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const pod = requireObject(services, route);
  if (pod.kind !== "Pod") throw notFound(route.resource, route.name ?? "");
  const body = jsonBody(request);
  const grace = numberOf(valueAt(body, "deleteOptions", "gracePeriodSeconds"));
  if (!isDryRun(request, valueAt(body, "deleteOptions"))) deleteObject(services.store, services.clock, pod, { graceSeconds: grace });
  sendJson(request.response, 201, successStatus());
}
