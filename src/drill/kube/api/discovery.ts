import type { JsonRecord } from "../json.ts";
import { groupVersion, verbsOf, type Resource } from "../resources.ts";

/** The version document, as `kubectl version` shows it. `version` is such as `v1.30.4`. */
export function versionInfo(version: string): JsonRecord {
  const [, major = "1", minor = "30"] = /^v?(\d+)\.(\d+)/u.exec(version) ?? [];
  return { major, minor, gitVersion: version, gitCommit: "", gitTreeState: "clean", buildDate: "1970-01-01T00:00:00Z", goVersion: "", compiler: "", platform: "linux/amd64" };
}

/** `[group, version]` of everything served, in order. */
export function servedGroups(resources: readonly Resource[]): readonly (readonly [string, string])[] {
  const seen = new Map<string, readonly [string, string]>();
  for (const { group, version } of resources) seen.set(`${group}/${version}`, [group, version]);
  return [...seen.values()];
}

/** `/apis`: the groups. */
export function groupList(resources: readonly Resource[]): JsonRecord {
  const groups = servedGroups(resources)
    .filter(([group]) => group !== "")
    .map(([name, version]) => {
      const entry = { groupVersion: `${name}/${version}`, version };
      return { name, versions: [entry], preferredVersion: entry };
    });
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** `/apis/G/V` or `/api/v1`; `undefined` when the group version is not served. */
export function resourceList(resources: readonly Resource[], group: string, version: string): JsonRecord | undefined {
  const found = resources.filter((resource) => resource.group === group && resource.version === version);
  const [first] = found;
  if (first === undefined) return undefined;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: groupVersion(first), resources: found.flatMap((resource) => [listEntry(resource), ...subEntries(resource)]) };
}

function listEntry(resource: Resource): JsonRecord {
  return {
    name: resource.plural,
    singularName: resource.kind.toLowerCase(),
    namespaced: resource.isNamespaced,
    kind: resource.kind,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.isInAll ? { categories: ["all"] } : {}),
  };
}

function subEntries(resource: Resource): JsonRecord[] {
  return resource.subresources.map((subresource) => ({
    name: `${resource.plural}/${subresource}`,
    singularName: "",
    namespaced: resource.isNamespaced,
    ...responseKind(resource, subresource),
    verbs: subresourceVerbs(subresource),
  }));
}

function responseKind(resource: Resource, subresource: string): JsonRecord {
  if (subresource === "scale") return { group: "autoscaling", version: "v1", kind: "Scale" };
  if (subresource === "eviction") return { group: "policy", version: "v1", kind: "Eviction" };
  return { kind: subresource === "exec" ? "PodExecOptions" : resource.kind };
}

function subresourceVerbs(subresource: string): readonly string[] {
  if (subresource === "log") return ["get"];
  if (subresource === "exec") return ["create", "get"];
  if (subresource === "eviction") return ["create"];
  return subresource === "finalize" ? ["update"] : ["get", "patch", "update"];
}

/** The aggregated discovery of `/api` (`isCore`) or `/apis`. */
export function aggregatedDiscovery(resources: readonly Resource[], isCore: boolean, apiVersion: "v2" | "v2beta1"): JsonRecord {
  const groups = servedGroups(resources).filter(([group]) => (group === "") === isCore);
  const items = groups.map(([group, version]) => ({
    metadata: { ...(group === "" ? {} : { name: group }), creationTimestamp: null },
    versions: [{ version, freshness: "Current", resources: resources.filter((resource) => resource.group === group && resource.version === version).map((resource) => aggregatedEntry(resource)) }],
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${apiVersion}`, metadata: {}, items };
}

function aggregatedEntry(resource: Resource): JsonRecord {
  const { group, version, kind } = resource;
  return {
    resource: resource.plural,
    responseKind: { group, version, kind },
    scope: resource.isNamespaced ? "Namespaced" : "Cluster",
    singularResource: kind.toLowerCase(),
    verbs: verbsOf(resource),
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.isInAll ? { categories: ["all"] } : {}),
    ...(resource.subresources.length === 0
      ? {}
      : { subresources: resource.subresources.map((subresource) => ({ subresource, responseKind: { group, version, ...responseKind(resource, subresource) }, verbs: subresourceVerbs(subresource) })) }),
  };
}
