import { resourceName } from "../schema/kubectl.ts";

const WORKLOADS = new Set(["deployments", "statefulsets", "daemonsets", "replicasets"]);

/** `deployments/web` for the words that name a workload, however they write it; `undefined` for others. */
export function namesPods(words: readonly string[]): string | undefined {
  const [first = "", second] = words;
  const [type = "", name] = first.includes("/") ? first.split("/", 2) : [first, second];
  const kind = resourceName(type);
  return WORKLOADS.has(kind) && name !== undefined && name !== "" ? `${kind}/${name}` : undefined;
}
