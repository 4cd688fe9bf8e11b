import type { Cluster } from "../contract.ts";
import { recordsOf } from "./json.ts";

/** Names of the pods behind a service's ready endpoints. */
export function readyAddresses(cluster: Cluster, namespace: string, service: string): readonly string[] {
  const subsets = cluster.get("Endpoints", namespace, service)?.["subsets"];
  return recordsOf(subsets).flatMap((subset) => recordsOf(subset["addresses"])).flatMap((address) => {
    const target = address["targetRef"];
    return typeof target === "object" && target !== null && "name" in target ? [String(target.name)] : [];
  });
}
