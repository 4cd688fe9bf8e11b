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

/** kubectl's `ResourceTypeOrNameArgs`: `TYPE[,TYPE] [NAME…]` or `TYPE/NAME …`. */
export async function parseTargets(cluster: KubernetesPort, words: readonly string[], signal: AbortSignal): Promise<ResourceTargets> {
  if (words.some((word) => word.includes("/"))) return await slashTargets(cluster, words, signal);
  const [types = "", ...names] = words;
  const resources: ApiResource[] = [];
  for (const type of types.split(",").filter((word) => word !== "")) resources.push(...(await resolveTypes(cluster, type, signal)));
  if (names.length === 0) return { targets: resources.map((resource) => ({ resource, name: undefined })), isSingle: false };
  const targets = resources.flatMap((resource) => names.map((name) => ({ resource, name })));
  return { targets, isSingle: targets.length === 1 };
}

async function slashTargets(cluster: KubernetesPort, words: readonly string[], signal: AbortSignal): Promise<ResourceTargets> {
  const targets: ResourceTarget[] = [];
  for (const word of words) {
    const parts = word.split("/");
    if (parts.length === 1) throw new KubectlFailure(MIXED);
    if (parts.length > 2) throw new KubectlFailure("error: arguments in resource/name form may not have more than one slash");
    const [type = "", name = ""] = parts;
    if (type === "" || name === "" || type.includes(",")) throw new KubectlFailure("error: arguments in resource/name form must have a single resource and name");
    targets.push({ resource: await resolveType(cluster, type, signal), name });
  }
  return { targets, isSingle: targets.length === 1 };
}
