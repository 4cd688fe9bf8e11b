import type { JsonRecord } from "../json.ts";
import type { Resource } from "../resources.ts";
import { servedGroups } from "./discovery.ts";

/** `/openapi/v3`: where each group's document is. */
export function openApiIndex(resources: readonly Resource[]): JsonRecord {
  const entries = servedGroups(resources).map(([group, version]) => {
    const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }];
  });
  return { paths: Object.fromEntries(entries) };
}

/**
 * A group's OpenAPI v3 document: which kinds exist and which parameters their writes take, which is what kubectl needs to validate on the
 * server. The schemas of its own kinds are open: fields are not described, so `kubectl explain` has nothing to tell. Those of custom
 * resources are as their definitions have them.
 */
export function openApiDocument(resources: readonly Resource[], group: string, version: string, serverVersion: string): JsonRecord | undefined {
  const found = resources.filter((resource) => resource.group === group && resource.version === version);
  if (found.length === 0) return undefined;
  const schemas = Object.fromEntries(found.map((resource) => [schemaName(resource), schema(resource)]));
  const paths = Object.fromEntries(found.flatMap((resource) => pathsOf(resource)));
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: serverVersion }, paths, components: { schemas } };
}

function schemaName(resource: Resource): string {
  if (resource.custom !== undefined) return `${resource.group.split(".").reverse().join(".")}.${resource.version}.${resource.kind}`;
  return `io.k8s.api.${resource.group === "" ? "core" : (resource.group.split(".")[0] ?? "")}.${resource.version}.${resource.kind}`;
}

function kindOf(resource: Resource): JsonRecord {
  return { group: resource.group, version: resource.version, kind: resource.kind };
}

function schema(resource: Resource): JsonRecord {
  if (resource.custom !== undefined) return { ...resource.custom.schema, "x-kubernetes-group-version-kind": [kindOf(resource)] };
  return {
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
    properties: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } },
    "x-kubernetes-group-version-kind": [kindOf(resource)],
  };
}

function pathsOf(resource: Resource): [string, JsonRecord][] {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const collection = `${root}${resource.isNamespaced ? "/namespaces/{namespace}" : ""}/${resource.plural}`;
  const parameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } }));
  const responses = { 200: { description: "OK", content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } } } } };
  const operation = { "x-kubernetes-group-version-kind": kindOf(resource), parameters, responses };
  return [
    [collection, { post: operation }],
    [`${collection}/{name}`, { patch: operation, put: operation }],
  ];
}
