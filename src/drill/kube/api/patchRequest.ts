import type { KubeObject } from "../../contract.ts";
import { foldStringData } from "../defaults.ts";
import { copyJson, isRecord, recordOf } from "../json.ts";
import { flag, type ApiRequest, type ApiServices } from "./context.ts";
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
      return asObject(current, strategicPatch(copyJson(current), body));
  }
  throw new ApiError(415, "UnsupportedMediaType", `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, ${resource.custom === undefined ? "application/strategic-merge-patch+json, " : ""}application/apply-patch+yaml`);
}

function asObject(current: KubeObject, patched: unknown): KubeObject {
  const record = recordOf(patched);
  const metadata = isRecord(record["metadata"]) ? record["metadata"] : {};
  return { ...record, apiVersion: current.apiVersion, kind: current.kind, metadata: { ...metadata, name: typeof metadata["name"] === "string" ? metadata["name"] : current.metadata.name } };
}
