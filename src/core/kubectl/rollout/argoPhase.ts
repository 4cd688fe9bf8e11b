import { at, listAt, numberAt, textAt, type Json } from "../json.ts";

/** Phase and message of a Rollout. */
export interface RolloutPhase {
  readonly phase: string;
  readonly message: string;
}

/**
 * `GetRolloutPhase`: what the controller wrote, unless it has not seen the newest change yet. A Rollout without a phase is one that no
 * controller (of version 1.0 or later) has looked at.
 */
export function rolloutPhase(rollout: Json): RolloutPhase {
  const observed = Number.parseInt(textAt(rollout, "status", "observedGeneration"), 10);
  if (observed < numberAt(rollout, "metadata", "generation")) return { phase: "Progressing", message: "waiting for rollout spec update to be observed" };
  const isUnpausing = at(rollout, "status", "controllerPause") === true && listAt(rollout, "status", "pauseConditions").length === 0;
  if (isUnpausing) return { phase: "Progressing", message: "waiting for rollout to unpause" };
  const phase = textAt(rollout, "status", "phase");
  return phase === "" ? { phase: "Progressing", message: "more replicas need to be updated" } : { phase, message: textAt(rollout, "status", "message") };
}
