import type { JsonObject } from "../../../../core/kubectl/json.ts";
import { phaseOfStatus } from "../../../../core/kubectl/rollout/argoPhase.ts";
import type { KubeObject } from "../../../contract.ts";
import { timestamp, valueAt } from "../../json.ts";
import { workloadStatusOf, type Condition } from "../../objects.ts";
import { selectorText } from "../../printers/workloadPrinters.ts";
import { ownedBy, putStatus, type ControllerServices } from "../pods.ts";
import { availableOf, replicasOf, revisionOf } from "../templateSets.ts";
import { isFullyPromoted, isSaturated, rolloutConditions, timeoutMessage, untilDeadline } from "./rolloutConditions.ts";
import { BLUE_GREEN_PAUSE, blueGreenOf, COMPONENT, hashOf, MARKS, rolloutSpecOf, rolloutStatusOf, selectedHash, type PauseCondition, type RolloutStatus } from "./rolloutObject.ts";
import { current, hasDeadline, idleSets, isScalingEvent, scaleSets, type RolloutSets } from "./rolloutSets.ts";

const MANAGED_BY = "argo-rollouts.argoproj.io/managed-by-rollouts";

/** Writes a status with what follows from it, and its generation. */
export function persistStatus({ store }: ControllerServices, rollout: KubeObject, next: RolloutStatus): void {
  const { message: _message, ...status } = next;
  const { phase, message } = phaseOfStatus({ spec: rollout.spec, status } as unknown as JsonObject);
  putStatus(store, rollout, { ...status, observedGeneration: String(rollout.metadata.generation ?? 1), phase, ...(message === "" ? {} : { message }) });
}

/** One pass over a valid Rollout whose newest ReplicaSet is there. */
export class RolloutPass {
  readonly #services: ControllerServices;
  readonly #rollout: KubeObject;
  readonly #before: RolloutStatus;
  readonly #newSet: KubeObject;
  readonly #stableSet: KubeObject | undefined;
  readonly #again: (ms: number) => void;
  /** Whether the newest ReplicaSet is a former one whose pods still run. */
  readonly #isStillThere: boolean;
  #isAbortRemoved: boolean;
  #isPauseAdded = false;
  #isPauseRemoved = false;
  #arePausesCleared = false;

  constructor(services: ControllerServices, rollout: KubeObject, newSet: KubeObject, again: (ms: number) => void) {
    this.#services = services;
    this.#rollout = rollout;
    this.#before = rolloutStatusOf(rollout);
    this.#newSet = newSet;
    const stable = this.#before.stableRS ?? "";
    this.#stableSet = stable === "" ? undefined : ownedBy(services.store, "ReplicaSet", rollout).find((set) => hashOf(set) === stable);
    this.#again = again;
    this.#isStillThere = hasDeadline(newSet);
    // There is nothing to go back from (`newRolloutContext`).
    this.#isAbortRemoved = isFullyPromoted(this.#before);
  }

  /** `rolloutBlueGreen`, or `syncReplicasOnly` after a change of the wanted number. */
  run(): void {
    const sets = this.#sets();
    if (isScalingEvent(sets)) {
      scaleSets(sets);
      const active = this.#activeSet(this.#before.blueGreen?.activeSelector ?? "");
      persistStatus(this.#services, this.#rollout, { ...this.#before, ...this.#counted(active) });
      return;
    }
    const { previewService } = blueGreenOf(this.#rollout);
    if (previewService !== undefined) this.#select(previewService, hashOf(this.#newSet));
    if (!this.#isNewTemplate) {
      scaleSets(this.#sets());
      this.#decidePause();
      this.#switchActive();
    }
    this.#writeStatus();
  }

  get #isAborted(): boolean {
    return this.#before.abort === true && !this.#isAbortRemoved;
  }

  /** `CheckPodSpecChange`. */
  get #isNewTemplate(): boolean {
    const { currentPodHash = "" } = this.#before;
    return currentPodHash !== "" && currentPodHash !== hashOf(this.#newSet);
  }

  get #pause(): PauseCondition | undefined {
    return this.#before.pauseConditions?.find(({ reason }) => reason === BLUE_GREEN_PAUSE);
  }

  /** `ReadyForPause`. */
  get #isReady(): boolean {
    const set = current(this.#services, this.#newSet);
    const wanted = rolloutSpecOf(this.#rollout).replicas ?? 1;
    return replicasOf(set) === wanted && availableOf(set) === wanted;
  }

  #sets(): RolloutSets {
    return { services: this.#services, rollout: this.#rollout, newSet: this.#newSet, stableSet: this.#stableSet, isAborted: this.#isAborted, again: this.#again, tell: (reason, message) => this.#report("Normal", reason, message) };
  }

  #report(type: "Normal" | "Warning", reason: string, message: string): void {
    this.#services.store.event(this.#rollout, type, reason, message, COMPONENT);
  }

  #service(name: string): KubeObject | undefined {
    return this.#services.store.peek("Service", this.#rollout.metadata.namespace, name);
  }

  #activeSet(hash: string): KubeObject | undefined {
    return hash === "" ? undefined : ownedBy(this.#services.store, "ReplicaSet", this.#rollout).find((set) => hashOf(set) === hash);
  }

  /** `switchServiceSelector`; a Rollout that somebody paused changes no Service. */
  #select(service: string, hash: string): void {
    if (rolloutSpecOf(this.#rollout).paused === true) return;
    const object = this.#service(service);
    const before = selectedHash(object);
    if (object === undefined || (before === hash && object.metadata.annotations?.[MANAGED_BY] !== undefined)) return;
    const { name } = this.#rollout.metadata;
    this.#services.store.update("Service", object.metadata.namespace, service, (copy) => {
      copy.metadata.annotations = { [MANAGED_BY]: name, ...copy.metadata.annotations };
      copy.spec = { ...copy.spec, selector: { ...(valueAt(copy.spec, "selector") as Record<string, string> | undefined), [MARKS.hashLabel]: hash } };
      return copy;
    });
    this.#report("Normal", "SwitchService", `Switched selector for service '${service}' from '${before}' to '${hash}'`);
  }

  /** `isBlueGreenFastTracked`. */
  #isFastTracked(active: string): boolean {
    return this.#isStillThere || this.#before.promoteFull === true || active === "" || active === hashOf(this.#newSet);
  }

  /** `reconcileBlueGreenPause`. */
  #decidePause(): void {
    const { activeService, autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(this.#rollout);
    if (this.#before.abort === true || !this.#isReady || rolloutSpecOf(this.#rollout).paused === true) return;
    if (this.#isFastTracked(selectedHash(this.#service(activeService))) || (autoPromotionEnabled && autoPromotionSeconds <= 0)) this.#isPauseRemoved = true;
    else if (this.#pause === undefined) this.#isPauseAdded = this.#before.controllerPause !== true;
    else if (this.#isPauseOver) this.#isPauseRemoved = true;
    else if (autoPromotionSeconds > 0) this.#again(Date.parse(this.#pause.startTime) + autoPromotionSeconds * 1000 - this.#services.clock.now());
  }

  /** `CompletedBlueGreenPause`: its time is over, or somebody has promoted. */
  get #isPauseOver(): boolean {
    const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = blueGreenOf(this.#rollout);
    if (this.#isPauseAdded) return false;
    if (!autoPromotionEnabled) return this.#before.controllerPause === true && this.#pause === undefined;
    return autoPromotionSeconds === 0 || (this.#pause !== undefined && this.#services.clock.now() >= Date.parse(this.#pause.startTime) + autoPromotionSeconds * 1000);
  }

  /** `reconcileActiveService`. */
  #switchActive(): void {
    const { activeService } = blueGreenOf(this.#rollout);
    if (!this.#isReady || !isSaturated(this.#rollout, current(this.#services, this.#newSet))) return;
    const active = selectedHash(this.#service(activeService));
    const next = this.#isFastTracked(active) || this.#isPauseOver ? hashOf(this.#newSet) : active;
    this.#select(activeService, this.#before.abort === true ? (this.#before.stableRS ?? "") : next);
  }

  /** Counts of all ReplicaSets, or of the active one where the status counts only that. */
  #counted(active: KubeObject | undefined): RolloutStatus {
    const all = ownedBy(this.#services.store, "ReplicaSet", this.#rollout);
    const counts = active === undefined ? all : [active];
    const sum = (sets: readonly KubeObject[], field: "replicas" | "readyReplicas" | "availableReplicas"): number => sets.reduce((total, set) => total + (workloadStatusOf(set)[field] ?? 0), 0);
    return omitZero({
      HPAReplicas: sum(counts, "replicas"), availableReplicas: sum(counts, "availableReplicas"), readyReplicas: sum(counts, "readyReplicas"),
      replicas: sum(all, "replicas"), updatedReplicas: sum([current(this.#services, this.#newSet)], "replicas"),
    });
  }

  /** `syncRolloutStatusBlueGreen`, `persistRolloutStatus`. */
  #writeStatus(): void {
    const { activeService, previewService } = blueGreenOf(this.#rollout);
    const before = this.#before;
    const isReset = this.#isNewTemplate;
    if (isReset || before.promoteFull === true) {
      this.#isAbortRemoved = true;
      this.#arePausesCleared = true;
    }
    const activeSelector = selectedHash(this.#service(activeService));
    const previewSelector = previewService === undefined ? "" : selectedHash(this.#service(previewService));
    const active = this.#activeSet(activeSelector);
    const next: RolloutStatus = {
      ...this.#counted(active),
      blueGreen: { ...(activeSelector === "" ? {} : { activeSelector }), ...(previewSelector === "" ? {} : { previewSelector }) },
      canary: {},
      conditions: (before.conditions ?? []).filter(({ type }) => type !== "InvalidSpec"),
      currentPodHash: hashOf(this.#newSet),
      selector: selectorText(active ?? this.#rollout),
      ...(before.stableRS === undefined ? {} : { stableRS: before.stableRS }),
      ...(before.promoteFull === true && !isReset ? { promoteFull: true } : {}),
    };
    this.#promoteStable(next, activeSelector);
    next.conditions = this.#conditions(next, active);
    this.#abortOrPause(next);
    persistStatus(this.#services, this.#rollout, next);
    this.#tellPause(next);
    const ms = untilDeadline(this.#rollout, next, this.#services.clock.now());
    if (ms !== undefined) this.#again(ms);
  }

  /** `shouldFullPromote`, `promoteStable`: the newest ReplicaSet is the stable one once the active Service selects it. */
  #promoteStable(next: RolloutStatus, activeSelector: string): void {
    const isFirst = this.#stableSet === undefined || activeSelector === "";
    const isRequested = this.#before.promoteFull === true;
    if (!isFirst && (activeSelector !== next.currentPodHash || (!isRequested && this.#isAborted))) return;
    const reason = isFirst ? "Initial deploy" : isRequested ? "Full promotion requested" : "Completed blue-green update";
    this.#arePausesCleared = true;
    this.#isAbortRemoved = true;
    delete next.promoteFull;
    if (next.stableRS === next.currentPodHash) return;
    next.stableRS = next.currentPodHash ?? "";
    this.#report("Normal", "RolloutCompleted", `Rollout completed update to revision ${revisionOf(this.#newSet, MARKS)} (${next.stableRS}): ${reason}`);
  }

  #conditions(next: RolloutStatus, activeSet: KubeObject | undefined): Condition[] {
    return rolloutConditions(next, {
      rollout: this.#rollout, newSet: this.#newSet, activeSet, isAborted: this.#isAborted, revision: String(revisionOf(this.#newSet, MARKS)), now: this.#services.clock.now(),
      isScalingDown: idleSets(this.#sets()).some(hasDeadline),
      warn: (reason, message) => this.#report("Warning", reason, message), tell: (reason, message) => this.#report("Normal", reason, message),
    });
  }

  /** `CalculatePauseStatus`; a deadline that was missed aborts where the Rollout says so. */
  #abortOrPause(next: RolloutStatus): void {
    const now = timestamp(this.#services.clock.now());
    const isLate = rolloutSpecOf(this.#rollout).progressDeadlineAbort === true && next.conditions?.some(({ reason }) => reason === "ProgressDeadlineExceeded") === true;
    if (isLate && !this.#isAborted) this.#report("Warning", "RolloutAborted", timeoutMessage(this.#newSet));
    if (isLate || this.#isAborted) {
      next.abort = true;
      next.abortedAt = this.#before.abortedAt ?? now;
      return;
    }
    if (this.#arePausesCleared) return;
    const kept = (this.#before.pauseConditions ?? []).filter(({ reason }) => !(this.#isPauseRemoved && reason === BLUE_GREEN_PAUSE));
    const pauseConditions = this.#isPauseAdded ? [...kept, { reason: BLUE_GREEN_PAUSE, startTime: now }] : kept;
    if (pauseConditions.length === 0) return;
    next.pauseConditions = pauseConditions;
    next.controllerPause = this.#isPauseAdded || this.#before.controllerPause === true;
  }

  /** `sendStateChangeEvents`. */
  #tellPause(next: RolloutStatus): void {
    const [was, is] = [this.#before, next].map((status) => (status.pauseConditions ?? []).length > 0);
    if (is === true && was !== true) this.#report("Normal", "RolloutPaused", `Rollout is paused (${next.pauseConditions?.[0]?.reason ?? ""})`);
    if (was === true && is !== true && next.abortedAt === undefined) this.#report("Normal", "RolloutResumed", "Rollout is resumed");
  }
}

/** Go leaves counts of zero out. */
function omitZero(counts: RolloutStatus): RolloutStatus {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}
