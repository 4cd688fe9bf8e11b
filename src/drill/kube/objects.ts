import type { KubeObject } from "../contract.ts";

/*
 * Typed views of the objects the controllers work on. The API server's validation (`api/validate.ts`) refuses objects without the fields
 * that are required here, which is what makes the views sound.
 */

/** A condition of a status. */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
  lastProbeTime?: string | null;
}

export interface KeyReference {
  name?: string;
  key?: string;
  optional?: boolean;
}

export interface EnvironmentVariable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: KeyReference; configMapKeyRef?: KeyReference; fieldRef?: { fieldPath: string } };
}

export interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  env?: EnvironmentVariable[];
  envFrom?: { prefix?: string; secretRef?: KeyReference; configMapRef?: KeyReference }[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  readinessProbe?: { periodSeconds?: number; failureThreshold?: number; initialDelaySeconds?: number };
}

export interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  configMap?: KeyReference;
  secret?: { secretName?: string; optional?: boolean };
  [source: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  restartPolicy?: string;
  terminationGracePeriodSeconds?: number;
  hostname?: string;
  tolerations?: { key?: string; operator?: string; value?: string; effect?: string }[];
  [field: string]: unknown;
}

export interface TerminatedState {
  exitCode: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  containerID?: string;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt: string };
  terminated?: TerminatedState;
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  message?: string;
  hostIP?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  qosClass?: string;
  conditions?: Condition[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; [field: string]: unknown };
  spec: PodSpec;
}

/** Deployment, ReplicaSet, StatefulSet and Job specs, as far as the controllers read them. */
export interface WorkloadSpec {
  replicas?: number;
  selector?: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  template: PodTemplate;
  strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } };
  updateStrategy?: { type?: string };
  podManagementPolicy?: string;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  paused?: boolean;
  serviceName?: string;
  volumeClaimTemplates?: KubeObject[];
  completions?: number;
  parallelism?: number;
  backoffLimit?: number;
  suspend?: boolean;
}

export interface WorkloadStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  fullyLabeledReplicas?: number;
  currentReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  collisionCount?: number;
  conditions?: Condition[];
  active?: number;
  ready?: number;
  succeeded?: number;
  failed?: number;
  startTime?: string;
  completionTime?: string;
}

/** An owner's or any object's labels. */
export function labelsOf(object: KubeObject): Record<string, string> {
  return object.metadata.labels ?? {};
}

export function podSpecOf(pod: KubeObject): PodSpec {
  return pod.spec as unknown as PodSpec;
}

/** A pod's status; empty before the first one is written. */
export function podStatusOf(pod: KubeObject): PodStatus {
  return pod.status ?? {};
}

export function workloadSpecOf(object: KubeObject): WorkloadSpec {
  return object.spec as unknown as WorkloadSpec;
}

export function workloadStatusOf(object: KubeObject): WorkloadStatus {
  return object.status ?? {};
}

/** The condition of a type, if the status has one. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return (object.status as { conditions?: Condition[] } | undefined)?.conditions?.find((condition) => condition.type === type);
}

/** Whether a pod's Ready condition is true. */
export function isPodReady(pod: KubeObject): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

/** Whether a pod is over (Succeeded or Failed). */
export function isPodOver(pod: KubeObject): boolean {
  const phase = podStatusOf(pod).phase;
  return phase === "Succeeded" || phase === "Failed";
}

/** The owner that controls an object. */
export function controllerOf(object: KubeObject): { apiVersion: string; kind: string; name: string; uid: string } | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** An owner reference that makes `owner` the controller. */
export function controlledBy(owner: KubeObject): { apiVersion: string; kind: string; name: string; uid: string; controller: boolean; blockOwnerDeletion: boolean } {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** `conditions` with one set: its transition time moves only when its status changes. */
export function withCondition(conditions: readonly Condition[], next: Condition, now: string): Condition[] {
  const old = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime = old !== undefined && old.status === next.status ? (old.lastTransitionTime ?? now) : now;
  const merged: Condition = { ...next, lastTransitionTime };
  return old === undefined ? [...conditions, merged] : conditions.map((condition) => (condition === old ? merged : condition));
}

/** The same, but one that is new or whose status or reason changes goes to the end, as the deployment controller has it. */
export function withLatestCondition(conditions: readonly Condition[], next: Condition, now: string): Condition[] {
  const old = conditions.find((condition) => condition.type === next.type);
  if (old === undefined || (old.status === next.status && old.reason === next.reason)) return withCondition(conditions, next, now);
  return [...conditions.filter((condition) => condition !== old), ...withCondition([old], next, now)];
}
