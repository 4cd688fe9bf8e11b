import type { KubeObject } from "../../contract.ts";
import { copyJson, timestamp } from "../json.ts";
import { podSpecOf, podStatusOf, withCondition, type Condition, type ContainerStatus, type PodStatus } from "../objects.ts";
import type { PodRuntime } from "./podRuntime.ts";

/** The status a container has before anything happened to it. */
export function waitingStatus(name: string, image: string, reason: string): ContainerStatus {
  return { name, image, imageID: "", ready: false, started: false, restartCount: 0, state: { waiting: { reason } }, lastState: {} };
}

/** A pod's status during one look at its containers: most looks change nothing, and copy nothing. */
export class VisitedStatus {
  readonly #stored: PodStatus;
  #copy: PodStatus | undefined;

  constructor(stored: PodStatus) {
    this.#stored = stored;
  }

  /** Whether anybody has asked for the copy. */
  get isTouched(): boolean {
    return this.#copy !== undefined;
  }

  /** How it stands, only to be read. */
  get shown(): PodStatus {
    return this.#copy ?? this.#stored;
  }

  /** The copy, which may be changed. */
  get changeable(): PodStatus {
    this.#copy ??= copyJson(this.#stored);
    return this.#copy;
  }
}

/** The status of one container, by name. */
export function containerStatusIn(status: PodStatus, name: string): ContainerStatus | undefined {
  return (status.containerStatuses ?? []).find((entry) => entry.name === name) ?? (status.initContainerStatuses ?? []).find((entry) => entry.name === name);
}

/** The kubelet's order, by which `describe` shows them. */
const CONDITION_ORDER = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/** Phase and conditions, computed from the containers' statuses as the kubelet does. `now` is in world epoch milliseconds. */
export function summarize(pod: KubeObject, runtime: PodRuntime, status: PodStatus, now: number, minor: number): PodStatus {
  const inits = status.initContainerStatuses ?? [];
  const containers = status.containerStatuses ?? [];
  const phase = phaseOf(pod, status);
  const isOver = phase === "Succeeded" || phase === "Failed";
  const isInitialized = inits.every((init) => init.state.terminated?.exitCode === 0);
  const unready = containers.filter((container) => !container.ready).map((container) => container.name);
  const stamp = timestamp(now);
  let conditions = podStatusOf(pod).conditions ?? [];
  const set = (type: string, isTrue: boolean, reason?: string, message?: string): void => {
    const detail = reason === undefined ? {} : { reason, ...(message === undefined ? {} : { message }) };
    const condition: Condition = { type, status: isTrue ? "True" : "False", lastProbeTime: null, ...detail };
    conditions = withCondition(conditions, condition, stamp);
  };
  // A condition since 1.29.
  if (minor >= 29) set("PodReadyToStartContainers", runtime.stage !== "setup" && !isOver);
  const waitingInits = inits.filter((init) => init.state.terminated?.exitCode !== 0).map((init) => init.name);
  if (isInitialized) set("Initialized", true, ...(phase === "Succeeded" ? (["PodCompleted"] as const) : []));
  else set("Initialized", false, "ContainersNotInitialized", `containers with incomplete status: [${waitingInits.join(" ")}]`);
  for (const type of ["Ready", "ContainersReady"]) {
    if (phase === "Succeeded") set(type, false, "PodCompleted");
    else if (phase === "Failed") set(type, false, "PodFailed");
    else if (unready.length === 0 && isInitialized) set(type, true);
    else set(type, false, "ContainersNotReady", `containers with unready status: [${unready.join(" ")}]`);
  }
  set("PodScheduled", true);
  const rank = ({ type }: Condition): number => (CONDITION_ORDER.includes(type) ? CONDITION_ORDER.indexOf(type) : CONDITION_ORDER.length);
  return { ...status, phase, conditions: conditions.toSorted((left, right) => rank(left) - rank(right)) };
}

function phaseOf(pod: KubeObject, status: PodStatus): string {
  const policy = podSpecOf(pod).restartPolicy ?? "Always";
  const inits = status.initContainerStatuses ?? [];
  const containers = status.containerStatuses ?? [];
  if (policy === "Never" && inits.some((init) => init.state.terminated !== undefined && init.state.terminated.exitCode !== 0)) return "Failed";
  if (containers.length === 0 || inits.some((init) => init.state.terminated?.exitCode !== 0)) return "Pending";
  const ended = containers.filter((container) => container.state.terminated !== undefined);
  if (ended.length === containers.length && policy !== "Always") {
    const hasFailed = ended.some((container) => container.state.terminated?.exitCode !== 0);
    if (!hasFailed) return "Succeeded";
    if (policy === "Never") return "Failed";
  }
  const hasNeverRun = (container: ContainerStatus): boolean => container.state.waiting !== undefined && container.lastState.terminated === undefined;
  return containers.some(hasNeverRun) ? "Pending" : "Running";
}
