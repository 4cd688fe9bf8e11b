import { KubectlFailure, requireSuccess } from "./failure.ts";
import { at, isObject, listAt, parseJson, textAt, textsAt, type Json } from "./json.ts";
import type { KubernetesPort } from "../ports.ts";

/** One kind of thing the server stores. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths. */
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

/** Where a kind's objects are served. */
export type ResourcePlace = Pick<ApiResource, "group" | "version" | "plural" | "namespaced">;

export type Discovery = readonly ApiResource[];

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

// A memo of an immutable port's discovery document; it lives and dies with the port.
const memo = new WeakMap<KubernetesPort, Promise<Discovery>>();

/** Resources of the server, core group first, each group by its preferred version first. Asked once per port; a failure is not kept. */
export async function discover(cluster: KubernetesPort, signal: AbortSignal, isFresh = false): Promise<Discovery> {
  const known = isFresh ? undefined : memo.get(cluster);
  const asked = known ?? Promise.all([discoverRoot(cluster, "/api", signal), discoverRoot(cluster, "/apis", signal)]).then((parts) => parts.flat());
  memo.set(cluster, asked);
  try {
    return await asked;
  } catch (error) {
    memo.delete(cluster);
    throw error;
  }
}

async function discoverRoot(cluster: KubernetesPort, root: "/api" | "/apis", signal: AbortSignal): Promise<Discovery> {
  const response = requireSuccess(await cluster.request({ method: "GET", path: root, accept: AGGREGATED }, signal));
  const document = parseJson(response.text);
  if (textAt(document, "kind") === "APIGroupDiscoveryList") return listAt(document, "items").flatMap(aggregatedGroup);
  const versions = root === "/api" ? textsAt(document, "versions").map((version) => ["", version] as const) : preferredFirst(document);
  const lists = await Promise.all(versions.map(async ([group, version]) => await versionResources(cluster, group, version, signal)));
  return lists.flat();
}

function preferredFirst(groupList: Json | undefined): (readonly [group: string, version: string])[] {
  return listAt(groupList, "groups").flatMap((group) => {
    const name = textAt(group, "name");
    const preferred = textAt(group, "preferredVersion", "version");
    const versions = listAt(group, "versions").map((version) => textAt(version, "version"));
    return [preferred, ...versions.filter((version) => version !== preferred)].filter((version) => version !== "").map((version) => [name, version] as const);
  });
}

function aggregatedGroup(group: Json): Discovery {
  return listAt(group, "versions").flatMap((version) =>
    listAt(version, "resources").map((resource) => ({
      group: textAt(group, "metadata", "name"),
      version: textAt(version, "version"),
      plural: textAt(resource, "resource"),
      singular: textAt(resource, "singularResource"),
      kind: textAt(resource, "responseKind", "kind"),
      namespaced: textAt(resource, "scope") === "Namespaced",
      shortNames: textsAt(resource, "shortNames"),
      categories: textsAt(resource, "categories"),
      verbs: textsAt(resource, "verbs"),
    })),
  );
}

/** One group version by the classic list. A group whose server is down (an aggregated API) is left out, as kubectl does. */
async function versionResources(cluster: KubernetesPort, group: string, version: string, signal: AbortSignal): Promise<Discovery> {
  const response = await cluster.request({ method: "GET", path: groupPath(group, version) }, signal);
  if (response.status !== 200) return [];
  return listAt(parseJson(response.text), "resources")
    .filter((resource) => isObject(resource) && !textAt(resource, "name").includes("/"))
    .map((resource) => ({
      group,
      version,
      plural: textAt(resource, "name"),
      singular: textAt(resource, "singularName") === "" ? textAt(resource, "kind").toLowerCase() : textAt(resource, "singularName"),
      kind: textAt(resource, "kind"),
      namespaced: at(resource, "namespaced") === true,
      shortNames: textsAt(resource, "shortNames"),
      categories: textsAt(resource, "categories"),
      verbs: textsAt(resource, "verbs"),
    }));
}

function groupPath(group: string, version: string): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** `/apis/apps/v1/namespaces/x/deployments/y/scale`; without `name` the collection. */
export function resourcePath(resource: ResourcePlace, namespace: string | undefined, name?: string, subresource?: string): string {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const leaf = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  const sub = subresource === undefined ? "" : `/${subresource}`;
  return `${groupPath(resource.group, resource.version)}${scope}/${resource.plural}${leaf}${sub}`;
}

/** `deployments.apps`, `pods`. */
export function groupResource(resource: ApiResource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `deployment.apps/web`, `pod/mysql-0`: how kubectl names an object in its messages. */
export function objectName(resource: ApiResource, name: string): string {
  const kind = resource.kind.toLowerCase();
  return `${resource.group === "" ? kind : `${kind}.${resource.group}`}/${name}`;
}

/** Resolves a word (`po`, `pods`, `Pod`, `deployments.apps`, `deployments.v1.apps`); a category gives several. Throws as kubectl words it. */
export async function resolveTypes(cluster: KubernetesPort, word: string, signal: AbortSignal): Promise<readonly ApiResource[]> {
  const found = matchTypes(await discover(cluster, signal), word);
  if (found.length > 0) return found;
  const again = matchTypes(await discover(cluster, signal, true), word);
  if (again.length > 0) return again;
  throw noSuchType(word);
}

/** As `resolveTypes`, for places where one type is wanted. */
export async function resolveType(cluster: KubernetesPort, word: string, signal: AbortSignal): Promise<ApiResource> {
  const [first] = await resolveTypes(cluster, word, signal);
  if (first === undefined) throw noSuchType(word);
  return first;
}

/** kubectl leaves the group out. */
function noSuchType(word: string): KubectlFailure {
  return new KubectlFailure(`error: the server doesn't have a resource type "${word.split(".")[0] ?? ""}"`);
}

function matchTypes(discovery: Discovery, word: string): readonly ApiResource[] {
  const category = discovery.filter((resource) => resource.categories.includes(word) && resource.verbs.includes("list"));
  if (category.length > 0) return uniqueByGroup(category);
  const [name = "", ...suffix] = word.toLowerCase().split(".");
  const qualified = suffix.join(".");
  // `deployments.apps`, `deployments.v1.apps`, and of the core group `pods.v1.`.
  const isOf = (resource: ApiResource): boolean => suffix.length === 0 || resource.group === qualified || `${resource.version}.${resource.group}` === qualified;
  const named = discovery.find((resource) => (resource.plural === name || resource.singular === name || resource.kind.toLowerCase() === name) && isOf(resource));
  const found = named ?? discovery.find((resource) => resource.shortNames.includes(name) && isOf(resource));
  return found === undefined ? [] : [found];
}

/** A category names each resource once, in its preferred version. */
function uniqueByGroup(resources: readonly ApiResource[]): readonly ApiResource[] {
  const seen = new Set<string>();
  return resources.filter((resource) => {
    const key = groupResource(resource);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
