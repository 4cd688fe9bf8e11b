import { flagIs, print, type Call } from "../call.ts";
import { discover, groupResource, resolveType, type ApiResource } from "../discovery.ts";
import { fetchObjects, NO_QUERY } from "../fetch.ts";
import type { Json } from "../json.ts";
import { fetchRollout } from "./argo.ts";
import { rolloutText } from "./argoText.ts";
import { watchRollout } from "./argoWatch.ts";

/** Types whose objects stand in a Rollout's tree. */
const PARTS = { replicaSets: "replicasets.apps", pods: "pods", experiments: "experiments.argoproj.io", analysisRuns: "analysisruns.argoproj.io" } as const;

/** `kubectl argo rollouts get rollout NAME [-w]`: what it is, and the tree of what it has made. */
export async function runArgoGet(call: Call): Promise<number> {
  const [resource, name] = [await resolveType(call.cluster, "rollouts.argoproj.io", call.signal), call.operation.positionals[1] ?? ""];
  const rollout = await fetchRollout(call, resource, name);
  const all = await discover(call.cluster, call.signal);
  const typeOf = (part: keyof typeof PARTS): ApiResource | undefined => all.find((other) => groupResource(other) === PARTS[part]);
  if (flagIs(call.operation, "watch")) {
    await watchRollout(call, name, [{ part: "rollout", resource }, ...(["replicaSets", "pods", "experiments", "analysisRuns"] as const).map((part) => ({ part, resource: typeOf(part) }))]);
    return 0;
  }
  // Of a type that the server does not have there are no objects.
  const listOf = async (part: keyof typeof PARTS): Promise<readonly Json[]> => {
    const type = typeOf(part);
    return type === undefined ? [] : await fetchObjects(call, type, undefined, NO_QUERY);
  };
  const [replicaSets, pods, experiments, analysisRuns] = await Promise.all([listOf("replicaSets"), listOf("pods"), listOf("experiments"), listOf("analysisRuns")]);
  await print(call, rolloutText({ rollout, replicaSets, pods, experiments, analysisRuns, now: call.ports.clock.now() }));
  return 0;
}
