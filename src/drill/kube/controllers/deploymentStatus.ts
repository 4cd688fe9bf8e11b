import type { KubeObject } from "../../contract.ts";
import { timestamp } from "../json.ts";
import { withLatestCondition, workloadSpecOf, workloadStatusOf, type Condition, type WorkloadStatus } from "../objects.ts";
import { ownedBy, putStatus, type ControllerServices } from "./pods.ts";

/** Computes and writes a Deployment's status; the result is when its progress deadline must be looked at, in milliseconds. */
export function writeDeploymentStatus(services: ControllerServices, deployment: KubeObject, newSet: KubeObject | undefined): number | undefined {
  const current = services.store.peek("Deployment", deployment.metadata.namespace, deployment.metadata.name) ?? deployment;
  const spec = workloadSpecOf(current);
  const wanted = spec.replicas ?? 1;
  const sets = ownedBy(services.store, "ReplicaSet", current);
  const sum = (field: "replicas" | "readyReplicas" | "availableReplicas"): number => sets.reduce((total, set) => total + (workloadStatusOf(set)[field] ?? 0), 0);
  const updated = newSet === undefined ? 0 : (workloadStatusOf(newSet).replicas ?? 0);
  const available = sum("availableReplicas");
  const before = workloadStatusOf(current);
  const status: WorkloadStatus = {
    observedGeneration: current.metadata.generation ?? 1,
    ...counted("replicas", sum("replicas")),
    ...counted("updatedReplicas", updated),
    ...counted("readyReplicas", sum("readyReplicas")),
    ...counted("availableReplicas", available),
    ...counted("unavailableReplicas", Math.max(0, Math.max(wanted, sum("replicas")) - available)),
  };
  const now = services.clock.now();
  const unavailableAllowed = allowedUnavailable(spec.strategy?.rollingUpdate?.maxUnavailable, wanted, spec.strategy?.type === "Recreate");
  const isAvailable = available >= wanted - unavailableAllowed;
  const conditions = withLatestCondition(before.conditions ?? [], { ...availability(isAvailable), lastUpdateTime: stampOf(before, "Available", isAvailable, now) }, timestamp(now));
  const isComplete = updated === wanted && sum("replicas") === wanted && available === wanted;
  const progress = progressing(before, status, newSet, { isComplete, now, deadlineMs: (spec.progressDeadlineSeconds ?? 600) * 1000, isPaused: spec.paused === true });
  status.conditions = progress === undefined ? conditions : withLatestCondition(conditions, progress, timestamp(now));
  putStatus(services.store, current, status);
  if (isComplete || progress === undefined || progress.status === "False") return undefined;
  return Math.max(1000, Date.parse(progress.lastUpdateTime ?? "") + (spec.progressDeadlineSeconds ?? 600) * 1000 - now + 1000);
}

function counted(name: keyof WorkloadStatus, value: number): WorkloadStatus {
  return value === 0 ? {} : { [name]: value };
}

function allowedUnavailable(value: number | string | undefined, wanted: number, isRecreate: boolean): number {
  if (isRecreate) return 0;
  return typeof value === "number" ? value : Math.floor((wanted * Number.parseFloat(value ?? "25%")) / 100);
}

function availability(isAvailable: boolean): Condition {
  return isAvailable
    ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
    : { type: "Available", status: "False", reason: "MinimumReplicasUnavailable", message: "Deployment does not have minimum availability." };
}

function stampOf(before: WorkloadStatus, type: string, isTrue: boolean, now: number): string {
  const old = before.conditions?.find((condition) => condition.type === type);
  return old !== undefined && (old.status === "True") === isTrue ? (old.lastUpdateTime ?? timestamp(now)) : timestamp(now);
}

interface ProgressFacts {
  readonly isComplete: boolean;
  readonly now: number;
  readonly deadlineMs: number;
  readonly isPaused: boolean;
}

function progressing(before: WorkloadStatus, after: WorkloadStatus, newSet: KubeObject | undefined, facts: ProgressFacts): Condition | undefined {
  const old = before.conditions?.find((condition) => condition.type === "Progressing");
  const name = newSet?.metadata.name ?? "";
  const stamp = timestamp(facts.now);
  if (facts.isPaused) return { type: "Progressing", status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused", lastUpdateTime: old?.reason === "DeploymentPaused" ? (old.lastUpdateTime ?? stamp) : stamp };
  if (newSet === undefined) return old;
  if (facts.isComplete) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    const isSame = old?.reason === "NewReplicaSetAvailable" && old.message === message;
    return { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message, lastUpdateTime: isSame ? (old.lastUpdateTime ?? stamp) : stamp };
  }
  const hasMoved = (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
  const isOther = old !== undefined && !(old.message ?? "").includes(`"${name}"`);
  if (old === undefined || hasMoved || isOther) return { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: `ReplicaSet "${name}" is progressing.`, lastUpdateTime: stamp };
  // A rollout that was complete once does not time out because a pod fails later.
  const isTimed = old.reason !== "NewReplicaSetAvailable" && old.status === "True";
  if (isTimed && facts.now - Date.parse(old.lastUpdateTime ?? "") > facts.deadlineMs) {
    return { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: `ReplicaSet "${name}" has timed out progressing.`, lastUpdateTime: stamp };
  }
  return old;
}
