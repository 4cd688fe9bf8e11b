import { hasSelector, selectorText, type Call } from "./call.ts";
import { resourcePath, type ApiResource } from "./discovery.ts";
import { ApiStatusError, KubectlFailure, requireSuccess } from "./failure.ts";
import { fetchNamed, fetchObjects, NO_QUERY, queryText } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { at, isObject, listAt, parseJson, textAt, type Json, type JsonObject } from "./json.ts";
import { selectorOf } from "./pods.ts";
import { parseTargets } from "./targets.ts";
import { resolveType } from "./discovery.ts";

/** An object that a command changes or looks at, with its type. */
export interface Workload {
  readonly resource: ApiResource;
  readonly object: JsonObject;
  readonly namespace: string;
  readonly name: string;
}

/** Fetches what the words select (or a subresource of it). Refusals for single objects are collected, as kubectl's `ContinueOnError` does. */
export async function selectWorkloads(
  call: Call,
  words: readonly string[],
  selectsAll: boolean,
  subresource?: string,
): Promise<{ readonly workloads: readonly Workload[]; readonly failures: readonly ApiStatusError[] }> {
  const { targets } = await parseTargets(call.cluster, words, call.signal, hasSelector(call.operation));
  const workloads: Workload[] = [];
  const failures: ApiStatusError[] = [];
  const labelSelector = selectorText(call.operation, "selector");
  for (const { resource, name } of targets) {
    try {
      if (name === undefined && labelSelector === undefined && !selectsAll) throw new KubectlFailure("error: resource(s) were provided, but no name was specified");
      const objects = name === undefined ? await fetchObjects(call, resource, undefined, { ...NO_QUERY, labelSelector }) : [await fetchNamed(call, resource, name, subresource)];
      for (const object of objects) workloads.push({ resource, object, namespace: textAt(object, "metadata", "namespace"), name: textAt(object, "metadata", "name") });
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      failures.push(error);
    }
  }
  return { workloads, failures };
}

/** Sends a PATCH (or `text` in its place, as a person wrote it); resolves with the object as the server now has it. */
export async function patchWorkload(
  call: Call,
  workload: Workload,
  patch: Json,
  kind: "strategic-merge-patch" | "merge-patch" | "json-patch",
  options: { readonly fieldManager?: string; readonly isDryRun?: boolean; readonly subresource?: string; readonly text?: string },
): Promise<JsonObject> {
  const query = queryText([["dryRun", options.isDryRun === true ? "All" : undefined], ["fieldManager", options.fieldManager]]);
  const path = resourcePath(workload.resource, workload.namespace, workload.name, options.subresource) + query;
  const response = await call.cluster.request({ method: "PATCH", path, accept: "application/json", contentType: `application/${kind}+json`, body: options.text ?? goJson(patch, "") }, call.signal);
  const patched = parseJson(requireSuccess(response).text);
  return isObject(patched) ? patched : {};
}

/** ReplicaSets that a deployment controls. */
export async function replicaSetsOf(call: Call, deployment: Workload): Promise<readonly JsonObject[]> {
  const resource = await resolveType(call.cluster, "replicasets.apps", call.signal);
  const all = await fetchObjects({ ...call, namespace: deployment.namespace }, resource, undefined, { ...NO_QUERY, labelSelector: selectorOf(deployment.object) });
  const uid = textAt(deployment.object, "metadata", "uid");
  return all.filter((set) => listAt(set, "metadata", "ownerReferences").some((owner) => at(owner, "controller") === true && textAt(owner, "uid") === uid));
}

/** ControllerRevisions of a stateful set or daemon set. */
export async function controllerRevisionsOf(call: Call, workload: Workload): Promise<readonly JsonObject[]> {
  const resource = await resolveType(call.cluster, "controllerrevisions.apps", call.signal);
  const all = await fetchObjects({ ...call, namespace: workload.namespace }, resource, undefined, { ...NO_QUERY, labelSelector: selectorOf(workload.object) });
  const uid = textAt(workload.object, "metadata", "uid");
  return all.filter((revision) => listAt(revision, "metadata", "ownerReferences").some((owner) => textAt(owner, "uid") === uid));
}
