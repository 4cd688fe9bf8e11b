import type { ImageBehaviour, KubeObject, WorldClock } from "../../contract.ts";
import { goDuration } from "../duration.ts";
import { behaviourOf } from "../images.ts";
import { timestamp } from "../json.ts";
import { vary, type KubeLatencies } from "../latencies.ts";
import { randomHex, type Random } from "../names.ts";
import { podSpecOf, type Container, type ContainerStatus } from "../objects.ts";
import type { ObjectStore } from "../store.ts";
import type { ContainerLogs } from "./containerLogs.ts";
import { environmentOf } from "./environment.ts";
import type { ContainerRuntime } from "./podRuntime.ts";

/** What the kubelet works with. */
export interface KubeletServices {
  readonly store: ObjectStore;
  readonly clock: WorldClock;
  readonly random: Random;
  readonly latencies: KubeLatencies;
  readonly images: ReadonlyMap<string, ImageBehaviour>;
  readonly logs: ContainerLogs;
  /** Minor version of the imitated Kubernetes: some texts changed over time. */
  readonly minor: number;
  /** Runs a finite container's command; resolves with its exit code. The container ends when it does. */
  runCommand(pod: KubeObject, container: Container): void;
}

/** One container of one pod in one step; the pod is the stored object. */
export interface ContainerStep {
  readonly pod: KubeObject;
  readonly container: Container;
  readonly runtime: ContainerRuntime;
  /** How the status stands, only to be read. */
  readonly shown: Readonly<ContainerStatus>;
  /** A copy that the step may change, made when it is first asked for. */
  readonly status: ContainerStatus;
}

const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** A container that ran this long has its crash back-off forgotten. */
const FORGIVEN_AFTER_MS = 600_000;

/** Moves one container on, as far as its time has come. */
export function stepContainer(services: KubeletServices, step: ContainerStep): void {
  const { runtime } = step;
  const now = services.clock.now();
  writeDueLines(services, step, now);
  if (runtime.dueAt === undefined || runtime.dueAt > now) return;
  switch (runtime.stage) {
    case "idle":
    case "imageBackOff":
      beginPull(services, step);
      return;
    case "pulling":
      finishPull(services, step);
      return;
    case "creating":
      create(services, step);
      return;
    case "running":
      probe(services, step, false);
      return;
    case "exiting":
      endContainer(services, step, runtime.ending?.exitCode ?? 1, runtime.ending?.reason ?? "Error");
      return;
    case "exited":
      afterEnd(services, step);
      return;
    case "backOff":
      beginPull(services, step);
      return;
    case "done":
      runtime.dueAt = undefined;
  }
}

function report(services: KubeletServices, step: ContainerStep, type: "Normal" | "Warning", reason: string, message: string): void {
  services.store.event(step.pod, type, reason, message, "kubelet");
}

function beginPull(services: KubeletServices, step: ContainerStep): void {
  const { runtime, container } = step;
  const now = services.clock.now();
  runtime.pullStartedAt = now;
  if (container.imagePullPolicy !== "Always" && isOnNode(services, step)) {
    report(services, step, "Normal", "Pulled", `Container image "${container.image}" already present on machine`);
    runtime.stage = "creating";
    runtime.dueAt = now + vary(services.latencies.createMs, services.random);
    return;
  }
  report(services, step, "Normal", "Pulling", `Pulling image "${container.image}"`);
  runtime.stage = "pulling";
  const isCached = isOnNode(services, step);
  runtime.dueAt = now + vary(isCached ? services.latencies.createMs : services.latencies.pullMs, services.random);
}

/** A node has an image when any pod on it runs or ran it. */
function isOnNode(services: KubeletServices, step: ContainerStep): boolean {
  const { nodeName } = podSpecOf(step.pod);
  return services.store.peekList("Pod").some((pod) => podSpecOf(pod).nodeName === nodeName && hasPulled(pod, step.container.image)) || nodeImages(services, nodeName).includes(step.container.image);
}

function hasPulled(pod: KubeObject, image: string): boolean {
  const status = pod.status as { containerStatuses?: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] } | undefined;
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some((entry) => entry.image === image && entry.imageID !== "");
}

function nodeImages(services: KubeletServices, nodeName: string | undefined): readonly string[] {
  const node = nodeName === undefined ? undefined : services.store.peek("Node", undefined, nodeName);
  const images = (node?.status as { images?: { names?: string[] }[] } | undefined)?.images ?? [];
  return images.flatMap((image) => image.names ?? []);
}

function rememberImage(services: KubeletServices, step: ContainerStep): void {
  const { nodeName } = podSpecOf(step.pod);
  const { image } = step.container;
  if (nodeName === undefined || nodeImages(services, nodeName).includes(image)) return;
  services.store.update("Node", undefined, nodeName, (node) => {
    const images = (node.status as { images?: unknown[] } | undefined)?.images ?? [];
    node.status = { ...node.status, images: [...images, { names: [image], sizeBytes: imageBytes(image) }] };
    return node;
  });
}

function imageBytes(image: string): number {
  return 40_000_000 + ([...image].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % 160_000_000);
}

function finishPull(services: KubeletServices, step: ContainerStep): void {
  const { runtime, container, status } = step;
  const now = services.clock.now();
  const behaviour = behaviourOf(services.images, container.image);
  if (behaviour === undefined || behaviour.isPublished?.(container.image) === false) {
    failPull(services, step, now);
    return;
  }
  const took = goDuration(Math.max(1, now - runtime.pullStartedAt));
  const size = services.minor >= 30 ? ` Image size: ${imageBytes(container.image)} bytes.` : "";
  report(services, step, "Normal", "Pulled", `Successfully pulled image "${container.image}" in ${took} (${took} including waiting)${size === "" ? "" : `.${size}`}`);
  rememberImage(services, step);
  if (status.state.waiting?.reason === "ImagePullBackOff" || status.state.waiting?.reason === "ErrImagePull") status.state = { waiting: { reason: "ContainerCreating" } };
  runtime.backOffMs = status.restartCount > 0 ? runtime.backOffMs : 0;
  runtime.stage = "creating";
  runtime.dueAt = now + vary(services.latencies.createMs, services.random);
}

function failPull(services: KubeletServices, step: ContainerStep, now: number): void {
  const { runtime, container, status } = step;
  const reference = container.image.includes(":") ? container.image : `${container.image}:latest`;
  const full = reference.split("/")[0]?.includes(".") === true ? reference : `docker.io/${reference.includes("/") ? "" : "library/"}${reference}`;
  const cause = `failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;
  if (status.state.waiting?.reason !== "ErrImagePull") {
    report(services, step, "Warning", "Failed", `Failed to pull image "${container.image}": rpc error: code = NotFound desc = ${cause}`);
    report(services, step, "Warning", "Failed", "Error: ErrImagePull");
    status.state = { waiting: { reason: "ErrImagePull", message: `rpc error: code = NotFound desc = ${cause}` } };
    runtime.dueAt = now + services.latencies.syncMs;
    return;
  }
  report(services, step, "Normal", "BackOff", `Back-off pulling image "${container.image}"`);
  report(services, step, "Warning", "Failed", "Error: ImagePullBackOff");
  status.state = { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${container.image}"` } };
  runtime.backOffMs = runtime.backOffMs === 0 ? FIRST_BACK_OFF_MS : Math.min(runtime.backOffMs * 2, LONGEST_BACK_OFF_MS);
  runtime.stage = "imageBackOff";
  runtime.dueAt = now + runtime.backOffMs;
}

function create(services: KubeletServices, step: ContainerStep): void {
  const { runtime, container, status, pod } = step;
  const now = services.clock.now();
  const environment = environmentOf(services.store, pod, container);
  if ("missing" in environment) {
    report(services, step, "Warning", "Failed", `Error: ${environment.missing}`);
    status.state = { waiting: { reason: "CreateContainerConfigError", message: environment.missing } };
    runtime.dueAt = now + 10_000;
    return;
  }
  const separator = services.minor >= 32 ? ": " : " ";
  report(services, step, "Normal", "Created", `Created container${separator}${container.name}`);
  report(services, step, "Normal", "Started", `Started container ${container.name}`);
  if (status.state.terminated !== undefined) status.lastState = { terminated: status.state.terminated };
  if (status.lastState.terminated !== undefined) status.restartCount += 1;
  const id = `containerd://${randomHex(services.random, 64)}`;
  status.containerID = id;
  if (status.imageID === "") status.imageID = `${container.image.replace(/:[^/:]*$/u, "")}@sha256:${digestOf(container.image)}`;
  status.state = { running: { startedAt: timestamp(now) } };
  status.started = true;
  services.logs.start(pod.metadata.uid ?? "", container.name, id);
  runtime.startedAt = now;
  runtime.isReady = false;
  runtime.failedProbes = 0;
  runtime.environment = environment.environment;
  startProcess(services, step);
}

/** A digest that is the same for the same image in every drill. */
function digestOf(image: string): string {
  let state = 17;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345 + image.length) >>> 0;
    return state / 2 ** 32;
  };
  for (const letter of image) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  return randomHex(next, 64);
}

function startProcess(services: KubeletServices, step: ContainerStep): void {
  const { runtime, container, pod } = step;
  const now = services.clock.now();
  const behaviour = behaviourOf(services.images, container.image);
  const crash = behaviour?.crash(pod);
  if (crash !== undefined) {
    const lifeMs = vary(services.latencies.crashRunMs, services.random);
    runtime.pendingLog = spread(crash.log, now, lifeMs);
    runtime.ending = crash;
    runtime.stage = "exiting";
    runtime.dueAt = now + lifeMs;
    return;
  }
  const startMs = vary(behaviour?.startMs ?? 0, services.random);
  const isFinite = podSpecOf(pod).restartPolicy !== "Always";
  runtime.readyAt = now + startMs;
  if (runtime.isInit) {
    runtime.ending = { exitCode: 0, reason: "Completed" };
    runtime.stage = "exiting";
    runtime.dueAt = runtime.readyAt;
    return;
  }
  runtime.pendingLog = spread(behaviour?.startLog(pod) ?? [], now, startMs);
  runtime.stage = "running";
  runtime.nextProbeAt = runtime.readyAt;
  runtime.dueAt = isFinite ? undefined : Math.min(runtime.readyAt, now + services.latencies.probeMs);
  behaviour?.started?.(pod);
  if (isFinite) services.runCommand(pod, container);
}

/** Spreads lines evenly over a process' start. */
function spread(lines: readonly string[], from: number, ms: number): { at: number; text: string }[] {
  return lines.map((text, index) => ({ at: from + Math.round((ms * (index + 1)) / (lines.length + 1)), text }));
}

function writeDueLines(services: KubeletServices, step: ContainerStep, now: number): void {
  const { runtime, pod, container } = step;
  while (runtime.pendingLog[0] !== undefined && runtime.pendingLog[0].at <= now) {
    const line = runtime.pendingLog.shift();
    if (line !== undefined) services.logs.append(pod.metadata.uid ?? "", container.name, line);
  }
}

/** Looks at a running container: does its process still run, is it ready? `isDemanded` asks now, without the probe's period and threshold. */
export function probe(services: KubeletServices, step: ContainerStep, isDemanded: boolean): void {
  const { runtime, container, pod } = step;
  const now = services.clock.now();
  const behaviour = behaviourOf(services.images, container.image);
  const crash = behaviour?.crash(pod);
  if (crash !== undefined) {
    for (const text of crash.log) services.logs.append(pod.metadata.uid ?? "", container.name, { at: now, text });
    endContainer(services, step, crash.exitCode, crash.reason);
    return;
  }
  runtime.dueAt = now + services.latencies.probeMs;
  if (now < runtime.readyAt) {
    runtime.dueAt = Math.min(runtime.dueAt, runtime.readyAt);
    return;
  }
  judgeReadiness(services, step, behaviour?.unready(pod), isDemanded);
  if (step.shown.ready !== runtime.isReady) step.status.ready = runtime.isReady;
}

/** A container that is not ready yet is looked at each time; a ready one, and complaints, keep to the probe's period and threshold. */
function judgeReadiness(services: KubeletServices, step: ContainerStep, complaint: string | undefined, isDemanded: boolean): void {
  const { runtime, container } = step;
  const now = services.clock.now();
  const periodMs = (container.readinessProbe?.periodSeconds ?? services.latencies.probeMs / 1000) * 1000;
  if (complaint === undefined) {
    runtime.failedProbes = 0;
    runtime.isReady = true;
    return;
  }
  if (!isDemanded && now < runtime.nextProbeAt) return;
  runtime.nextProbeAt = now + periodMs;
  report(services, step, "Warning", "Unhealthy", `Readiness probe failed: ${complaint}`);
  runtime.failedProbes += 1;
  if (isDemanded || runtime.failedProbes >= (container.readinessProbe?.failureThreshold ?? 1)) runtime.isReady = false;
}

/** The container's process has ended. */
export function endContainer(services: KubeletServices, step: ContainerStep, exitCode: number, reason: string): void {
  const { runtime, status, pod, container } = step;
  const now = services.clock.now();
  services.logs.end(pod.metadata.uid ?? "", container.name);
  behaviourOf(services.images, container.image)?.stopped?.(pod, "killed");
  const ranMs = now - runtime.startedAt;
  if (ranMs > FORGIVEN_AFTER_MS) runtime.backOffMs = 0;
  status.state = {
    terminated: { exitCode, reason, startedAt: timestamp(runtime.startedAt), finishedAt: timestamp(now), ...(status.containerID === undefined ? {} : { containerID: status.containerID }) },
  };
  status.ready = runtime.isInit && exitCode === 0;
  status.started = false;
  runtime.isReady = false;
  runtime.pendingLog = [];
  runtime.ending = undefined;
  runtime.stage = "exited";
  runtime.dueAt = now + vary(services.latencies.syncMs, services.random);
  if (isFinished(step, exitCode)) {
    runtime.stage = "done";
    runtime.dueAt = undefined;
  }
}

function isFinished(step: ContainerStep, exitCode: number): boolean {
  if (step.runtime.isInit && exitCode === 0) return true;
  const policy = podSpecOf(step.pod).restartPolicy;
  return policy === "Never" || (policy === "OnFailure" && exitCode === 0);
}

/** The first end is followed by a restart at once; each later one waits for a back-off that doubles from 10 s to 5 min. */
function afterEnd(services: KubeletServices, step: ContainerStep): void {
  const { runtime, status, pod, container } = step;
  const now = services.clock.now();
  if (runtime.backOffMs === 0) {
    runtime.backOffMs = FIRST_BACK_OFF_MS;
    beginPull(services, step);
    return;
  }
  const uid = pod.metadata.uid ?? "";
  const place = `${pod.metadata.name}_${pod.metadata.namespace ?? "default"}(${uid})`;
  report(services, step, "Warning", "BackOff", `Back-off restarting failed container ${container.name} in pod ${place}`);
  const words = runtime.backOffMs >= 60_000 ? `${Math.trunc(runtime.backOffMs / 60_000)}m${(runtime.backOffMs % 60_000) / 1000}s` : `${runtime.backOffMs / 1000}s`;
  if (status.state.terminated !== undefined) status.lastState = { terminated: status.state.terminated };
  status.state = { waiting: { reason: "CrashLoopBackOff", message: `back-off ${words} restarting failed container=${container.name} pod=${place}` } };
  runtime.stage = "backOff";
  runtime.dueAt = now + runtime.backOffMs;
  runtime.backOffMs = Math.min(runtime.backOffMs * 2, LONGEST_BACK_OFF_MS);
}
