import type { KubeObject } from "../../../contract.ts";
import { timestamp } from "../../json.ts";
import type { ControllerServices } from "../pods.ts";
import { availableOf, otherSets, pruneSets, replicasOf, revisionOf } from "../templateSets.ts";
import { blueGreenOf, hashOf, MARKS, rolloutSpecOf, rolloutStatusOf, selectedHash } from "./rolloutObject.ts";

/** Until when a ReplicaSet that is no longer used keeps its pods. */
const DEADLINE = "scale-down-deadline";
const DESIRED = `${MARKS.prefix}/desired-replicas`;
/** argo-rollouts' own defaults (`defaults.go`), seconds. */
const SCALE_DOWN_DELAY = 30;
const ABORT_SCALE_DOWN_DELAY = 30;

/** The ReplicaSets of a Rollout, as one pass of its controller works on them. */
export interface RolloutSets {
  readonly services: ControllerServices;
  readonly rollout: KubeObject;
  /** Of the present template. */
  readonly newSet: KubeObject;
  /** What an abort goes back to; `undefined` before the first version was promoted. */
  readonly stableSet: KubeObject | undefined;
  readonly isAborted: boolean;
  tell(reason: string, message: string): void;
  /** Asks for another pass after this long. */
  again(ms: number): void;
}

/** Whether a ReplicaSet waits for the end of its delay. */
export function hasDeadline(set: KubeObject): boolean {
  return (set.metadata.annotations?.[DEADLINE] ?? "") !== "";
}

/** The ReplicaSet as it is now. */
export function current({ store }: ControllerServices, set: KubeObject): KubeObject {
  return store.peek("ReplicaSet", set.metadata.namespace, set.metadata.name) ?? set;
}

/** ReplicaSets that are neither new nor stable, newest revision first. */
export function idleSets({ services, rollout, newSet, stableSet }: RolloutSets): readonly KubeObject[] {
  return otherSets(services, rollout, newSet, MARKS).filter((set) => set.metadata.uid !== stableSet?.metadata.uid).reverse();
}

/** Whether the wanted number of pods was changed (`isScalingEvent`). */
export function isScalingEvent({ services, rollout, newSet, stableSet }: RolloutSets): boolean {
  return [newSet, ...(stableSet === undefined ? [] : [stableSet])]
    .map((set) => current(services, set))
    .some((set) => replicasOf(set) > 0 && set.metadata.annotations?.[DESIRED] !== undefined && set.metadata.annotations[DESIRED] !== String(rolloutSpecOf(rollout).replicas ?? 1));
}

/** Brings every ReplicaSet to the pods that it shall have (`reconcileBlueGreenReplicaSets`). */
export function scaleSets(sets: RolloutSets): void {
  const { services, rollout, newSet, stableSet } = sets;
  const wanted = rolloutSpecOf(rollout).replicas ?? 1;
  if (!delaysScaleDownOnAbort(sets)) setDeadline(services, newSet, undefined);
  if (stableSet !== undefined) {
    setDeadline(services, stableSet, undefined);
    scaleSet(sets, stableSet, wanted);
  }
  scaleNewSet(sets, wanted);
  scaleDownIdle(sets, wanted);
  pruneSets(services, rollout, [...idleSets(sets)].reverse());
}

/** `shouldDelayScaleDownOnAbort`; a delay of 0 leaves the new version running for good. */
function delaysScaleDownOnAbort({ rollout, stableSet, isAborted }: RolloutSets): boolean {
  return isAborted && stableSet !== undefined && blueGreenOf(rollout).abortScaleDownDelaySeconds !== 0;
}

/** `reconcileNewReplicaSet`: after an abort the new version keeps its pods for a while, and then loses them. */
function scaleNewSet(sets: RolloutSets, wanted: number): void {
  const { services, rollout, stableSet } = sets;
  const newSet = current(services, sets.newSet);
  if (stableSet === undefined || !delaysScaleDownOnAbort(sets)) {
    scaleSet(sets, newSet, wanted);
    return;
  }
  const delayMs = (blueGreenOf(rollout).abortScaleDownDelaySeconds ?? ABORT_SCALE_DOWN_DELAY) * 1000;
  const leftMs = timeLeft(services, newSet);
  if (leftMs === undefined) {
    // Its number of pods stays, but it must know the wanted one (`syncNewRSReplicasAnnotation`).
    scaleSet(sets, newSet, replicasOf(newSet));
    if (availableOf(stableSet) !== wanted) return;
    setDeadline(services, newSet, services.clock.now() + delayMs);
    sets.again(delayMs);
  } else if (leftMs > 0) {
    scaleSet(sets, newSet, replicasOf(newSet));
    sets.again(leftMs);
  } else scaleSet(sets, newSet, 0);
}

/** `scaleDownOldReplicaSetsForBlueGreen`: former versions stay for their delay, as many of them as may. */
function scaleDownIdle(sets: RolloutSets, wanted: number): void {
  const { services, rollout } = sets;
  const { scaleDownDelaySeconds = SCALE_DOWN_DELAY, scaleDownDelayRevisionLimit = Infinity } = blueGreenOf(rollout);
  let kept = 0;
  for (const set of idleSets(sets)) {
    if (replicasOf(set) === 0 || isReferenced(sets, set)) continue;
    const leftMs = timeLeft(services, set);
    if (leftMs === undefined && kept < scaleDownDelayRevisionLimit && scaleDownDelaySeconds > 0) {
      kept += 1;
      setDeadline(services, set, services.clock.now() + scaleDownDelaySeconds * 1000);
      sets.again(scaleDownDelaySeconds * 1000);
      continue;
    }
    if (leftMs !== undefined) kept += 1;
    if (leftMs !== undefined && leftMs > 0 && kept <= scaleDownDelayRevisionLimit) {
      sets.again(leftMs);
      scaleSet(sets, set, wanted);
    } else scaleSet(sets, set, 0);
  }
}

/** Whether a Service or the status still names its hash (`isReplicaSetReferenced`). */
function isReferenced({ services, rollout }: RolloutSets, set: KubeObject): boolean {
  const { stableRS, currentPodHash, blueGreen } = rolloutStatusOf(rollout);
  const { activeService, previewService = "" } = blueGreenOf(rollout);
  const selected = [activeService, previewService].map((name) => selectedHash(services.store.peek("Service", rollout.metadata.namespace, name)));
  return [stableRS, currentPodHash, blueGreen?.activeSelector, blueGreen?.previewSelector, ...selected].includes(hashOf(set));
}

/** Milliseconds to the end of its delay, 0 after it; `undefined` without one. */
function timeLeft(services: ControllerServices, set: KubeObject): number | undefined {
  return hasDeadline(set) ? Math.max(0, Date.parse(set.metadata.annotations?.[DEADLINE] ?? "") - services.clock.now()) : undefined;
}

function setDeadline({ store }: ControllerServices, set: KubeObject, at: number | undefined): void {
  store.update("ReplicaSet", set.metadata.namespace, set.metadata.name, (copy) => {
    const { [DEADLINE]: _former, ...others } = copy.metadata.annotations ?? {};
    copy.metadata.annotations = at === undefined ? others : { ...others, [DEADLINE]: timestamp(at) };
    return copy;
  });
}

/** `scaleReplicaSetAndRecordEvent`. */
function scaleSet(sets: RolloutSets, set: KubeObject, replicas: number): void {
  const { services, rollout } = sets;
  const before = replicasOf(current(services, set));
  services.store.update("ReplicaSet", set.metadata.namespace, set.metadata.name, (copy) => {
    const { [DEADLINE]: deadline, ...others } = copy.metadata.annotations ?? {};
    const isKept = deadline !== undefined && (replicas > 0 || delaysScaleDownOnAbort(sets));
    copy.metadata.annotations = { ...others, ...(isKept ? { [DEADLINE]: deadline } : {}), [DESIRED]: String(rolloutSpecOf(rollout).replicas ?? 1) };
    copy.spec = { ...copy.spec, replicas };
    return copy;
  });
  if (before === replicas) return;
  sets.tell("ScalingReplicaSet", `Scaled ${replicas > before ? "up" : "down"} ReplicaSet ${set.metadata.name} (revision ${revisionOf(set, MARKS)}) from ${before} to ${replicas}`);
}
