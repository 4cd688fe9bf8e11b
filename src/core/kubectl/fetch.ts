import { resourcePath, type ApiResource } from "./discovery.ts";
import { ApiStatusError, requireSuccess } from "./failure.ts";
import { isObject, listAt, parseJson, textAt, type Json, type JsonObject } from "./json.ts";
import type { Call } from "./call.ts";
import type { KubernetesResponse } from "../ports.ts";

/** What narrows a list. */
export interface Query {
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly allNamespaces: boolean;
  /** Rows with their whole objects and without chunks, for sorting on the client. */
  readonly isWhole: boolean;
}

/** How much of its object comes with each row of a table, where the query does not want it whole. */
export type RowObject = "None" | "Metadata";

export const NO_QUERY: Query = { labelSelector: undefined, fieldSelector: undefined, allNamespaces: false, isWhole: false };

/** How kubectl asks for tables; servers that make none answer with objects. */
export const AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
const CHUNK = "500";

/** A query string of the given pairs, `undefined` values left out; empty for none. */
export function queryText(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  const given = pairs.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return given.length === 0 ? "" : `?${given.join("&")}`;
}

/** A type's objects (or one by name) as the server's table, all chunks of it, with the version to watch from. */
export async function fetchTable(
  call: Call,
  resource: ApiResource,
  name: string | undefined,
  query: Query,
  rowObject: RowObject,
): Promise<{ readonly columns: readonly Json[]; readonly rows: readonly Json[]; readonly version: string }> {
  let columns: readonly Json[] = [];
  let version = "";
  const rows: Json[] = [];
  for await (const page of pages(call, resource, name, query, AS_TABLE, query.isWhole ? "Object" : rowObject)) {
    if (columns.length === 0) columns = listAt(page, "columnDefinitions");
    rows.push(...listAt(page, "rows"));
    version = textAt(page, "metadata", "resourceVersion");
  }
  return { columns, rows, version };
}

/** A type's objects (or one by name), each with its `apiVersion` and `kind`. */
export async function fetchObjects(call: Call, resource: ApiResource, name: string | undefined, query: Query): Promise<readonly JsonObject[]> {
  const objects: JsonObject[] = [];
  for await (const page of pages(call, resource, name, query, "application/json", undefined)) {
    if (name !== undefined) {
      if (isObject(page)) objects.push(page);
      continue;
    }
    const typing = { apiVersion: textAt(page, "apiVersion"), kind: textAt(page, "kind").replace(/List$/, "") };
    for (const item of listAt(page, "items")) if (isObject(item)) objects.push({ ...typing, ...item });
  }
  return objects;
}

/** One object by name. Throws `ApiStatusError` when it is not there. */
export async function fetchObject(call: Call, resource: ApiResource, namespace: string, name: string): Promise<JsonObject> {
  return objectIn(requireSuccess(await requestJson(call, resourcePath(resource, namespace, name))));
}

/** The same of an object (or a subresource of it) that the command's words name: where its namespace is not there either, that is what is thrown. */
export async function fetchNamed(call: Call, resource: ApiResource, name: string, subresource?: string): Promise<JsonObject> {
  const response = await requestJson(call, resourcePath(resource, call.namespace, name, subresource));
  return objectIn(await orMissingNamespace(call, resource, response));
}

function requestJson(call: Call, path: string): Promise<KubernetesResponse> {
  return call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal);
}

function objectIn({ text }: KubernetesResponse): JsonObject {
  const object = parseJson(text);
  return isObject(object) ? object : {};
}

async function* pages(call: Call, resource: ApiResource, name: string | undefined, query: Query, accept: string, includeObject: RowObject | "Object" | undefined): AsyncGenerator<Json> {
  const path = resourcePath(resource, query.allNamespaces ? undefined : call.namespace, name);
  let next: string | undefined;
  do {
    const pairs =
      name === undefined
        ? ([
            ["continue", next],
            ["fieldSelector", query.fieldSelector],
            ["includeObject", includeObject],
            ["labelSelector", query.labelSelector],
            ["limit", query.isWhole ? undefined : CHUNK],
          ] as const)
        : ([["includeObject", includeObject]] as const);
    const response = await call.cluster.request({ method: "GET", path: path + queryText(pairs), accept }, call.signal);
    const page = parseJson(name === undefined ? sayingWhat(resource, query, response).text : (await orMissingNamespace(call, resource, response)).text) ?? null;
    yield page;
    const token = name === undefined ? textAt(page, "metadata", "continue") : "";
    next = token === "" ? undefined : token;
  } while (next !== undefined);
}

/** Of an object that is not there kubectl asks whether its namespace is, and says that it is not: somebody is elsewhere than they think. */
async function orMissingNamespace(call: Call, { namespaced }: ApiResource, response: KubernetesResponse): Promise<KubernetesResponse> {
  try {
    return requireSuccess(response);
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.reason !== "NotFound" || !namespaced || ["", "default"].includes(call.namespace)) throw error;
    const namespace = await requestJson(call, `/api/v1/namespaces/${encodeURIComponent(call.namespace)}`);
    if (namespace.status === 404) requireSuccess(namespace);
    throw error;
  }
}

/** A list that the server cannot make is refused with the words that asked for it, as kubectl's `EnhanceListError` does. */
function sayingWhat(resource: ApiResource, { labelSelector = "", fieldSelector = "" }: Query, response: KubernetesResponse): KubernetesResponse {
  try {
    return requireSuccess(response);
  } catch (error) {
    if (!(error instanceof ApiStatusError) || !["BadRequest", "NotFound"].includes(error.reason)) throw error;
    const type = JSON.stringify(`${resource.group}/${resource.version}, Resource=${resource.plural}`);
    const what = labelSelector === "" && fieldSelector === "" ? `Unable to list ${type}` : `Unable to find ${type} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}`;
    throw new ApiStatusError(error.status, error.reason, `${what}: ${error.message}`, error.details);
  }
}
