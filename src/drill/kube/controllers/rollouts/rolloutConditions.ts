import type { KubeObject } from "../../../contract.ts";
import { timestamp } from "../../json.ts";
import type { Condition } from "../../objects.ts";
import { availableOf, replicasOf } from "../templateSets.ts";
import { blueGreenOf, rolloutSpecOf, rolloutStatusOf, type RolloutStatus } from "./rolloutObject.ts";

/** What the conditions of a Rollout are computed from. */
export interface ConditionFacts {
  readonly rollout: KubeObject;
  readonly newSet: KubeObject;
  /** The ReplicaSet that the active Service selects in the new status. */
  readonly activeSet: KubeObject | undefined;
  readonly isAborted: boolean;
  /** Whether an old ReplicaSet waits for the end of its delay. */
  readonly isScalingDown: boolean;
  readonly revision: string;
  /** World epoch milliseconds. */
  readonly now: number;
  warn(reason: string, message: string): void;
  tell(reason: string, message: string): void;
}

/** Takes conditions as `SetRolloutCondition` does: one with the same status and reason stays as it was; the newest stands last. */
export class ConditionList {
  #list: readonly Condition[];
  readonly #stamp: string;

  constructor(list: readonly Condition[], now: number) {
    this.#list = list;
    this.#stamp = timestamp(now);
  }

  get list(): Condition[] {
    return [...this.#list];
  }

  get(type: string): Condition | undefined {
    return this.#list.find((condition) => condition.type === type);
  }

  remove(type: string): void {
    this.#list = this.#list.filter((condition) => condition.type !== type);
  }

  /** `isRenewed` writes also what has not changed, with a new `lastUpdateTime`. The result is whether it was written. */
  set(type: string, status: Condition["status"], reason: string, message: string, isRenewed = false): boolean {
    const old = this.get(type);
    if (!isRenewed && old?.status === status && old.reason === reason) return false;
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? this.#stamp) : this.#stamp;
    this.remove(type);
    this.#list = [...this.#list, { type, status, reason, message, lastUpdateTime: this.#stamp, lastTransitionTime }];
    return true;
  }
}

/** Whether its newest ReplicaSet is the stable one (`conditions.RolloutCompleted`). */
export function isFullyPromoted(status: RolloutStatus): boolean {
  return (status.stableRS ?? "") !== "" && status.stableRS === status.currentPodHash;
}

/** Everything is updated, available and selected by the Services (`conditions.RolloutHealthy`). */
export function isHealthy(rollout: KubeObject, next: RolloutStatus): boolean {
  const wanted = rolloutSpecOf(rollout).replicas ?? 1;
  const isSelected = next.blueGreen?.activeSelector === next.currentPodHash && (blueGreenOf(rollout).previewService === undefined || next.blueGreen?.previewSelector === next.currentPodHash);
  return (next.updatedReplicas ?? 0) === wanted && (next.availableReplicas ?? 0) === wanted && isObserved(rollout) && isSelected;
}

function isObserved(rollout: KubeObject): boolean {
  return rolloutStatusOf(rollout).observedGeneration === String(rollout.metadata.generation ?? 1);
}

/** Whether something has moved since the status before (`conditions.RolloutProgressing`). */
function isProgressing(before: RolloutStatus, next: RolloutStatus): boolean {
  const old = (status: RolloutStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) !== (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    (next.blueGreen?.activeSelector ?? "") !== (before.blueGreen?.activeSelector ?? "") ||
    (next.blueGreen?.previewSelector ?? "") !== (before.blueGreen?.previewSelector ?? "")
  );
}

/** Conditions of a pause or its end that go before everything else (`checkPausedConditions`); `undefined` where they are as they should be. */
export function pausedConditions(rollout: KubeObject, now: number): Condition[] | undefined {
  const status = rolloutStatusOf(rollout);
  const conditions = new ConditionList(status.conditions ?? [], now);
  const progress = conditions.get("Progressing");
  const isPaused = (status.pauseConditions ?? []).length > 0 || rolloutSpecOf(rollout).paused === true;
  const wasAborted = progress?.reason === "RolloutAborted";
  const changes = [
    isPaused !== (progress?.reason === "RolloutPaused") && !wasAborted && !isFullyPromoted(status) &&
      (isPaused ? conditions.set("Progressing", "Unknown", "RolloutPaused", "Rollout is paused") : conditions.set("Progressing", "Unknown", "RolloutResumed", "Rollout is resumed")),
    status.abort !== true && wasAborted && conditions.set("Progressing", "Unknown", "RolloutRetry", "Retrying Rollout after abort"),
    isPaused !== (conditions.get("Paused")?.status === "True") && !wasAborted && conditions.set("Paused", isPaused ? "True" : "False", "RolloutPaused", "Rollout is paused"),
  ];
  return changes.includes(true) ? conditions.list : undefined;
}

/** The conditions of a new status (`calculateRolloutConditions`). */
export function rolloutConditions(next: RolloutStatus, facts: ConditionFacts): Condition[] {
  const { rollout, newSet, activeSet, isAborted, revision } = facts;
  const before = rolloutStatusOf(rollout);
  const conditions = new ConditionList(next.conditions ?? [], facts.now);
  const isPaused = (before.pauseConditions ?? []).length > 0 || rolloutSpecOf(rollout).paused === true;
  const isWell = isHealthy(rollout, next);
  let isNewlyUnhealthy = false;
  if (!isPaused && isWell) conditions.set("Healthy", "True", "RolloutHealthy", "Rollout is healthy");
  else if (conditions.get("Healthy") !== undefined) isNewlyUnhealthy = conditions.set("Healthy", "False", "RolloutHealthy", "Rollout is not healthy");
  if (isAborted) {
    const message = `Rollout aborted update to revision ${revision}`;
    if (conditions.set("Progressing", "False", "RolloutAborted", message)) facts.warn("RolloutAborted", message);
  } else if (isWell) conditions.set("Progressing", "True", "NewReplicaSetAvailable", `ReplicaSet "${newSet.metadata.name}" has successfully progressed.`);
  else if (isProgressing(before, next) || isNewlyUnhealthy) {
    if (next.stableRS === next.currentPodHash && isNewlyUnhealthy) conditions.set("Progressing", "True", "ReplicaSetNotAvailable", "Rollout does not have minimum availability", true);
    else conditions.set("Progressing", "True", "ReplicaSetUpdated", `ReplicaSet "${newSet.metadata.name}" is progressing.`, true);
  } else if (hasTimedOut(conditions, facts)) conditions.set("Progressing", "False", "ProgressDeadlineExceeded", timeoutMessage(newSet));
  const isAvailable = activeSet !== undefined && isSaturated(rollout, activeSet);
  conditions.set("Available", isAvailable ? "True" : "False", "AvailableReason", isAvailable ? "Rollout has minimum availability" : "Rollout does not have minimum availability");
  if (isFullyPromoted(next)) conditions.set("Completed", "True", "RolloutCompleted", "RolloutCompleted");
  else if (conditions.set("Completed", "False", "RolloutCompleted", "RolloutCompleted")) facts.tell("RolloutNotCompleted", `Rollout not completed, started update to revision ${revision} (${next.currentPodHash ?? ""})`);
  return conditions.list;
}

/** What is said of a ReplicaSet that did not get ready in time. */
export function timeoutMessage(newSet: KubeObject): string {
  return `ReplicaSet "${newSet.metadata.name}" has timed out progressing.`;
}

/** `conditions.RolloutTimedOut`, where the time counts: not in a pause, nor while an old ReplicaSet waits for its end. */
function hasTimedOut(conditions: ConditionList, { rollout, isScalingDown, now }: ConditionFacts): boolean {
  const progress = conditions.get("Progressing");
  if (isScalingDown || conditions.get("Paused")?.status === "True" || progress === undefined || progress.reason === "RolloutAborted" || progress.reason === "RolloutPaused") return false;
  return progress.reason === "ProgressDeadlineExceeded" || deadlineOf(rollout, progress) < now;
}

function deadlineOf(rollout: KubeObject, progress: Condition): number {
  return Date.parse(progress.lastUpdateTime ?? "") + (rolloutSpecOf(rollout).progressDeadlineSeconds ?? 600) * 1000;
}

/** When the progress deadline must be looked at, in milliseconds from now; `undefined` where none runs (`requeueStuckRollout`). */
export function untilDeadline(rollout: KubeObject, next: RolloutStatus, now: number): number | undefined {
  const progress = next.conditions?.find(({ type }) => type === "Progressing");
  const isWaiting = (next.pauseConditions ?? []).length > 0 || rolloutSpecOf(rollout).paused === true || next.abort === true;
  if (progress === undefined || progress.reason === "ProgressDeadlineExceeded" || isWaiting || isHealthy(rollout, next)) return undefined;
  return Math.max(1000, deadlineOf(rollout, progress) - now + 1000);
}

/** All wanted pods of a ReplicaSet are there and available (`annotations.IsSaturated`). */
export function isSaturated(rollout: KubeObject, set: KubeObject): boolean {
  const wanted = rolloutSpecOf(rollout).replicas ?? 1;
  return replicasOf(set) === wanted && availableOf(set) === wanted && set.metadata.annotations?.["rollout.argoproj.io/desired-replicas"] === String(wanted);
}
