import { resolveType, resolveTypes, type ApiResource } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import type { KubernetesPort } from "../ports.ts";

/** What a command's words select: one object by name, or (without one) a type's objects. */
export interface ResourceTarget {
  readonly resource: ApiResource;
  readonly name: string | undefined;
}

export interface ResourceTargets {
  readonly targets: readonly ResourceTarget[];
  /** Exactly one object was named: its output is the object, not a list. */
  readonly isSingle: boolean;
}

const MIXED =
  "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/**
 * kubectl's `ResourceTypeOrNameArgs`: `TYPE[,TYPE] [NAME…]` or `TYPE/NAME …`. `isSelecting` says that a selector or `--all` chooses too, beside
 * which kubectl takes no names.
 */
export async function parseTargets(cluster: KubernetesPort, words: readonly string[], signal: AbortSignal, isSelecting = false): Promise<ResourceTargets> {
  const [types = "", ...names] = words;
  // Several types and names are each type with each name.
  const pairs = names.length > 0 && types.includes(",") ? types.split(",").flatMap((type) => names.map((name) => `${type}/${name}`)) : words;
  if (pairs.some((word) => word.includes("/"))) return await slashTargets(cluster, pairs, signal, isSelecting);
  if (names.length > 0 && isSelecting) throw new KubectlFailure("error: name cannot be provided when a selector is specified");
  const resources = new Set<ApiResource>();
  for (const type of types.split(",")) for (const resource of await resolveTypes(cluster, type, signal)) resources.add(resource);
  if (names.length === 0) return { targets: [...resources].map((resource) => ({ resource, name: undefined })), isSingle: false };
  const targets = [...resources].flatMap((resource) => names.map((name) => ({ resource, name })));
  return { targets, isSingle: targets.length === 1 };
}

async function slashTargets(cluster: KubernetesPort, words: readonly string[], signal: AbortSignal, isSelecting: boolean): Promise<ResourceTargets> {
  if (words.some((word) => !word.includes("/"))) throw new KubectlFailure(MIXED);
  const pairs = words.map(splitTypeAndName);
  if (isSelecting) throw new KubectlFailure("error: selectors and the all flag cannot be used when passing resource/name arguments");
  const targets: ResourceTarget[] = [];
  for (const { type, name } of pairs) targets.push({ resource: await resolveType(cluster, type, signal), name });
  return { targets, isSingle: targets.length === 1 };
}

/** Splits `TYPE/NAME`. Throws as kubectl words it. */
export function splitTypeAndName(word: string): { readonly type: string; readonly name: string } {
  const [type = "", name = "", ...rest] = word.split("/");
  if (rest.length > 0) throw new KubectlFailure("error: arguments in resource/name form may not have more than one slash");
  if (type === "" || name === "" || type.includes(",")) throw new KubectlFailure("error: arguments in resource/name form must have a single resource and name");
  return { type, name };
}
