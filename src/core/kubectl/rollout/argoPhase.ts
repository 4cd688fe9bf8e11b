import { at, isObject, listAt, numberAt, textAt, type Json } from "../json.ts";
import { wantedReplicas } from "../revisions.ts";

/** Phase and message of a Rollout; the message is empty where there is nothing to say. */
export interface RolloutPhase {
  readonly phase: string;
  readonly message: string;
}

const progressing = (message: string): RolloutPhase => ({ phase: "Progressing", message });

/** `GetRolloutPhase`: what the controller wrote, unless it has not seen the newest change yet; of a controller before 1.0, what follows from its status. */
export function rolloutPhase(rollout: Json): RolloutPhase {
  const observed = Number.parseInt(textAt(rollout, "status", "observedGeneration"), 10);
  if (observed < numberAt(rollout, "metadata", "generation")) return progressing("waiting for rollout spec update to be observed");
  const isUnpausing = at(rollout, "status", "controllerPause") === true && listAt(rollout, "status", "pauseConditions").length === 0;
  if (isUnpausing) return progressing("waiting for rollout to unpause");
  const phase = textAt(rollout, "status", "phase");
  return phase === "" ? phaseOfStatus(rollout) : { phase, message: textAt(rollout, "status", "message") };
}

/** What follows from spec and status (`CalculateRolloutPhase`), analyses after a promotion apart. */
export function phaseOfStatus(rollout: Json): RolloutPhase {
  for (const condition of listAt(rollout, "status", "conditions")) {
    const [type, reason, message] = [textAt(condition, "type"), textAt(condition, "reason"), textAt(condition, "message")];
    if (type === "InvalidSpec") return { phase: "Degraded", message: `InvalidSpec: ${message}` };
    if (reason === "RolloutAborted" || reason === "ProgressDeadlineExceeded") return { phase: "Degraded", message: `${reason}: ${message}` };
  }
  if (at(rollout, "spec", "paused") === true) return { phase: "Paused", message: "manually paused" };
  const pause = listAt(rollout, "status", "pauseConditions")[0];
  if (pause !== undefined) return { phase: "Paused", message: textAt(pause, "reason") };
  const restart = textAt(rollout, "spec", "restartAt");
  if (restart !== "" && restart !== textAt(rollout, "status", "restartedAt")) return progressing("rollout is restarting");
  const updated = numberAt(rollout, "status", "updatedReplicas");
  if (updated < wantedReplicas(rollout)) return progressing("more replicas need to be updated");
  if (numberAt(rollout, "status", "availableReplicas") < updated) return progressing("updated replicas are still becoming available");
  return strategyPhase(rollout, updated);
}

function strategyPhase(rollout: Json, updated: number): RolloutPhase {
  const [current, stable, active] = [textAt(rollout, "status", "currentPodHash"), textAt(rollout, "status", "stableRS"), textAt(rollout, "status", "blueGreen", "activeSelector")];
  const isPromoted = stable !== "" && stable === current;
  if (isObject(at(rollout, "spec", "strategy", "blueGreen"))) {
    if (active === "" || active !== current) return progressing("active service cutover pending");
    if (!isPromoted) return progressing("waiting for post-promotion verification to complete");
  } else if (isObject(at(rollout, "spec", "strategy", "canary"))) {
    const isRouted = isObject(at(rollout, "spec", "strategy", "canary", "trafficRouting"));
    if (!isRouted && numberAt(rollout, "status", "replicas") > updated) return progressing("old replicas are pending termination");
    if (!isPromoted) return progressing("waiting for all steps to complete");
  }
  return { phase: "Healthy", message: "" };
}
