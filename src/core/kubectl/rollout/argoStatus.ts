import { flagIs, flagText, print, type Call } from "../call.ts";
import { startDeadline } from "../deadline.ts";
import { resolveType, type ApiResource } from "../discovery.ts";
import { KubectlFailure } from "../failure.ts";
import type { Json } from "../json.ts";
import { parseDuration } from "../time.ts";
import { watchObjects } from "../watch.ts";
import { fetchRollout, missingRollout } from "./argo.ts";
import { rolloutPhase, type RolloutPhase } from "./argoPhase.ts";

/** The plugin waits for ever where no `--timeout` is given: nothing ends a rollout but itself and the person. */
const NO_LIMIT_MS = 168 * 3_600_000;

/** `kubectl argo rollouts status NAME`: prints a line for every change until the Rollout is healthy or degraded. */
export async function runArgoStatus(call: Call): Promise<number> {
  const { operation } = call;
  const name = operation.positionals[0] ?? "";
  const resource = await resolveType(call.cluster, "rollouts.argoproj.io", call.signal);
  const isWatching = flagIs(operation, "watch", true);
  const first = rolloutPhase(await fetchRollout(call, resource, name));
  if (!isWatching) await print(call, isOver(first) ? `${first.phase}\n` : `${first.phase} - ${first.message}\n`);
  const last = isWatching ? await follow(call, resource, name, first) : first;
  if (last.phase === "Degraded") throw new KubectlFailure(`Error: The rollout is in a degraded state with message: ${last.message}`);
  if (last.phase !== "Healthy" && isWatching) throw new KubectlFailure("Error: Rollout status watch exceeded timeout");
  return 0;
}

function isOver({ phase }: RolloutPhase): boolean {
  return phase === "Healthy" || phase === "Degraded";
}

/** `WatchStatus`. Resolves with the phase at its end or at the time limit. */
async function follow(call: Call, resource: ApiResource, name: string, first: RolloutPhase): Promise<RolloutPhase> {
  const timeoutMs = parseDuration(flagText(call.operation, "timeout") ?? "0s", "timeout");
  const deadline = startDeadline(call.ports.clock, timeoutMs === 0 ? NO_LIMIT_MS : timeoutMs, call.signal);
  const target = { cluster: call.cluster, clock: call.ports.clock, resource, namespace: call.namespace, labelSelector: undefined, fieldSelector: `metadata.name=${name}` };
  let last = first;
  let said = "";
  try {
    for await (const event of watchObjects(target, deadline.signal)) {
      const rollout: Json | undefined = event.type === "listed" ? event.objects[0] : event.object;
      if (rollout === undefined || event.type === "DELETED") throw new KubectlFailure(missingRollout(name));
      last = rolloutPhase(rollout);
      const line = last.message === "" ? last.phase : `${last.phase} - ${last.message}`;
      if (line !== said) await print(call, `${line}\n`);
      said = line;
      if (isOver(last)) break;
    }
  } catch (error) {
    if (!deadline.hasPassed()) throw error;
  } finally {
    deadline.stop();
  }
  return last;
}
