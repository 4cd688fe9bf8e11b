import type { KubeObject } from "../../contract.ts";
import { foldStringData } from "../defaults.ts";
import { copyJson, isRecord, recordOf } from "../json.ts";
import { flag, type ApiRequest, type ApiServices } from "./context.ts";
import { typeMismatch } from "./fieldChecks.ts";
import { jsonPatch, mergePatch } from "./patch.ts";
import { jsonBody } from "./requestBody.ts";
import type { ResourceRoute } from "./route.ts";
import { serverSideApply } from "./serverSideApply.ts";
import { ApiError, notFound } from "./status.ts";
import { strategicPatch } from "./strategicPatch.ts";
import { objectOf } from "./validate.ts";

/** The object a PATCH request makes of `current`. Only server-side apply may make one from nothing. */
export function patchedObject(services: ApiServices, request: ApiRequest, route: ResourceRoute, current: KubeObject | undefined): KubeObject {
  const { resource } = route;
  const type = request.contentType.split(";")[0]?.trim() ?? "";
  const body = jsonBody(request);
  if (type === "application/apply-patch+yaml") {
    const manager = request.query.get("fieldManager");
    if (manager === null || manager === "") throw new ApiError(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch", {});
    const applied = objectOf(resource, body);
    applied.metadata.name = route.name ?? "";
    // What is owned, and what conflicts, is the data that a Secret has.
    if (applied.kind === "Secret") foldStringData(applied);
    return serverSideApply(current, applied, { manager, isForced: flag(request.query, "force"), now: services.clock.now() }, resource);
  }
  if (current === undefined) throw notFound(resource, route.name ?? "");
  switch (type) {
    case "application/json-patch+json":
      return asObject(current, jsonPatch(current, body));
    case "application/merge-patch+json":
      return asObject(current, mergePatch(current, body));
    case "application/strategic-merge-patch+json":
      // Nothing tells how lists of a custom resource merge.
      if (resource.custom !== undefined) break;
      return typed(asObject(current, strategicPatch(copyJson(current), body)), body);
  }
  throw new ApiError(415, "UnsupportedMediaType", `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, ${resource.custom === undefined ? "application/strategic-merge-patch+json, " : ""}application/apply-patch+yaml`);
}

/** The patched object where its fields have their types. Throws 422 where not, with the patch as Go prints it. */
function typed(patched: KubeObject, patch: unknown): KubeObject {
  const wrong = typeMismatch(patched);
  if (wrong === undefined) return patched;
  const why = wrong.wanted === "int32" ? "unrecognized type: int32" : `cannot convert ${wrong.found === "number" ? "int64" : wrong.found} to string`;
  const cause = { field: "patch", reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(goText(patch))}: ${why}` };
  throw new ApiError(422, "Invalid", ` "" is invalid: ${cause.field}: ${cause.message}`, { causes: [cause] });
}

/** A value as Go's `%v` prints it. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => goText(item)).join(" ")}]`;
  if (!isRecord(value)) return value === null ? "<nil>" : String(value);
  const entries = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goText(item)}`).join(" ")}]`;
}

function asObject(current: KubeObject, patched: unknown): KubeObject {
  const record = recordOf(patched);
  const metadata = isRecord(record["metadata"]) ? record["metadata"] : {};
  return { ...record, apiVersion: current.apiVersion, kind: current.kind, metadata: { ...metadata, name: typeof metadata["name"] === "string" ? metadata["name"] : current.metadata.name } };
}
