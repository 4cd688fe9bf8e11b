import type { Cluster, KubeObject } from "../contract.ts";
import { strategicPatch } from "./api/strategicPatch.ts";
import { foldStringData } from "./defaults.ts";
import { copyJson, isRecord } from "./json.ts";
import { withUpdateTracked } from "./managedFields.ts";

/** Who wrote the manifests that a cluster begins with. */
export const FIRST_MANAGER = "kubectl-client-side-apply";

/** Gives an object a later state at `now` (world epoch milliseconds), as `kubectl apply` would: what it does not mention stays. An object that is not there is made. */
export function changeAs(cluster: Cluster, manager: string, given: KubeObject, now: number): KubeObject {
  const state = copyJson(given);
  if (state.kind === "Secret") foldStringData(state);
  const current = cluster.get(state.kind, state.metadata.namespace ?? "", state.metadata.name);
  const change = { manager, subresource: undefined, now };
  if (current === undefined) return cluster.put(withUpdateTracked(undefined, state, change));
  const merged = strategicPatch(copyJson(current), state);
  if (!isRecord(merged)) throw new Error(`The later state of ${state.kind} ${state.metadata.name} is not an object.`);
  const next = { ...current, ...merged, apiVersion: current.apiVersion, kind: current.kind, metadata: { ...current.metadata, ...(isRecord(merged["metadata"]) ? merged["metadata"] : {}) } };
  return cluster.put(withUpdateTracked(current, next, change));
}
