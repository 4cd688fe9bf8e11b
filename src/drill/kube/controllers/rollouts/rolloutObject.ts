import type { KubeObject } from "../../../contract.ts";
import { recordOf, stringsOf, valueAt } from "../../json.ts";
import type { Condition, WorkloadSpec, WorkloadStatus } from "../../objects.ts";
import type { SetMarks } from "../templateSets.ts";

/** The blue-green strategy of a Rollout, as far as it is played here. */
export interface BlueGreen {
  readonly activeService: string;
  readonly previewService?: string;
  readonly autoPromotionEnabled?: boolean;
  readonly autoPromotionSeconds?: number;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
}

/** A pause that waits for somebody, or for its time. */
export interface PauseCondition {
  readonly reason: string;
  readonly startTime: string;
}

/** `RolloutStatus` of argo-rollouts' v1alpha1. */
export interface RolloutStatus {
  HPAReplicas?: number;
  abort?: boolean;
  abortedAt?: string;
  availableReplicas?: number;
  blueGreen?: { activeSelector?: string; previewSelector?: string };
  canary?: Record<string, never>;
  conditions?: Condition[];
  controllerPause?: boolean;
  currentPodHash?: string;
  message?: string;
  observedGeneration?: string;
  pauseConditions?: readonly PauseCondition[] | null;
  phase?: string;
  promoteFull?: boolean;
  readyReplicas?: number;
  replicas?: number;
  selector?: string;
  stableRS?: string;
  updatedReplicas?: number;
}

/** How Rollouts mark their ReplicaSets (`annotations.go`). */
export const MARKS: SetMarks = { hashLabel: "rollouts-pod-template-hash", prefix: "rollout.argoproj.io", ownAnnotations: ["kubectl.kubernetes.io/last-applied-configuration", "notified.notifications.argoproj.io"] };

/** Who its events are from. */
export const COMPONENT = "rollouts-controller";

/** The reason of the pause before a promotion by hand or by time. */
export const BLUE_GREEN_PAUSE = "BlueGreenPause";

const SPEC_FIELDS = ["replicas", "selector", "template", "minReadySeconds", "revisionHistoryLimit", "paused", "progressDeadlineSeconds", "progressDeadlineAbort", "strategy"];
const STRATEGY_FIELDS = ["activeService", "previewService", "autoPromotionEnabled", "autoPromotionSeconds", "scaleDownDelaySeconds", "scaleDownDelayRevisionLimit", "abortScaleDownDelaySeconds"];

/** Fields of a Rollout that no controller here acts on (`spec.strategy.canary`): to store them would promise what does not happen. */
export function unplayedFields(rollout: KubeObject): readonly string[] {
  const strange = (value: unknown, path: string, known: readonly string[]): string[] => Object.keys(recordOf(value)).filter((field) => !known.includes(field)).map((field) => `${path}.${field}`);
  return [
    ...strange(rollout.spec, "spec", SPEC_FIELDS),
    ...strange(valueAt(rollout.spec, "strategy"), "spec.strategy", ["blueGreen"]),
    ...strange(valueAt(rollout.spec, "strategy", "blueGreen"), "spec.strategy.blueGreen", STRATEGY_FIELDS),
  ];
}

export function rolloutSpecOf(rollout: KubeObject): WorkloadSpec & { readonly progressDeadlineAbort?: boolean } {
  return rollout.spec as unknown as WorkloadSpec;
}

export function blueGreenOf(rollout: KubeObject): BlueGreen {
  return { activeService: "", ...recordOf(valueAt(rollout.spec, "strategy", "blueGreen")) };
}

/** A Rollout's status; empty before the first one is written. */
export function rolloutStatusOf(rollout: KubeObject): RolloutStatus {
  const status: Omit<WorkloadStatus, "observedGeneration"> & { observedGeneration?: unknown } = rollout.status ?? {};
  return status as RolloutStatus;
}

/** The template hash of a ReplicaSet's pods. */
export function hashOf(set: KubeObject): string {
  return set.metadata.labels?.[MARKS.hashLabel] ?? "";
}

/** The template hash that a Service selects; empty where it selects none (`GetRolloutSelectorLabel`). */
export function selectedHash(service: KubeObject | undefined): string {
  return stringsOf(valueAt(service?.spec, "selector"))[MARKS.hashLabel] ?? "";
}
