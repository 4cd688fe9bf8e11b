import type { KubeObject } from "../../contract.ts";
import { behaviourOf } from "../images.ts";
import { copyJson, isSameJson, timestamp } from "../json.ts";
import { vary } from "../latencies.ts";
import { podSpecOf, podStatusOf, withCondition, type Container, type ContainerStatus, type PodStatus } from "../objects.ts";
import type { Change } from "../store.ts";
import { endContainer, probe, stepContainer, type ContainerStep, type KubeletServices } from "./containerMachine.ts";
import { newContainerRuntime, type ContainerRuntime, type PodRuntime } from "./podRuntime.ts";
import { containerStatusIn, summarize, VisitedStatus, waitingStatus } from "./podStatus.ts";
import { choosePlacement } from "./scheduler.ts";

/** The kubelet's part of a snapshot. */
export type KubeletSnapshot = readonly PodRuntime[];

/** Runs a finite container's command; resolves with its exit code. */
export type MainRunner = (pod: KubeObject, container: Container, writeLine: (text: string) => void) => Promise<number>;

/** Schedules pods onto nodes and lives their lives: set-up, image, start, readiness, crashes and back-off, termination. */
export class Kubelet {
  readonly #services: KubeletServices;
  readonly #runtimes = new Map<string, PodRuntime>();
  readonly #wakeUps = new Map<string, () => void>();
  readonly #scheduling = new Set<string>();
  /** Stored pods whose status is known to say all that their containers do, and in which stage. */
  readonly #summarized = new WeakMap<KubeObject, PodRuntime["stage"]>();

  constructor(services: Omit<KubeletServices, "runCommand">, runMain: MainRunner) {
    this.#services = {
      ...services,
      runCommand: (pod, container) => {
        this.#runMain(runMain, pod, container);
      },
    };
    services.store.watch((change) => {
      this.#onChange(change);
    });
  }

  /** Looks at every running container now: crash and readiness are asked at once. */
  reconsider(): void {
    for (const runtime of this.#runtimes.values()) {
      if (runtime.stage === "running") this.#visit(runtime, (step) => {
        if (step.runtime.stage === "running") probe(this.#services, step, true);
      });
    }
  }

  /** Appends a line to a running container's log; nothing happens when it does not run. */
  log(namespace: string, podName: string, container: string, text: string): void {
    const pod = this.#services.store.peek("Pod", namespace, podName);
    if (pod?.metadata.uid !== undefined) this.#services.logs.append(pod.metadata.uid, container, { at: this.#services.clock.now(), text });
  }

  /** The environment that a container's process was started with; empty where it has not been. */
  environment(podUid: string, container: string): Readonly<Record<string, string>> {
    return this.#runtimes.get(podUid)?.containers.find((own) => own.name === container)?.environment ?? {};
  }

  snapshot(): KubeletSnapshot {
    return copyJson([...this.#runtimes.values()]);
  }

  /** Takes up pods from a snapshot: what was due meanwhile happens now. */
  restore(snapshot: KubeletSnapshot): void {
    for (const runtime of copyJson(snapshot)) {
      this.#runtimes.set(runtime.uid, runtime);
      this.#arm(runtime);
    }
    for (const pod of this.#services.store.peekList("Pod")) {
      if (podSpecOf(pod).nodeName === undefined) this.#scheduleSoon(pod);
      else this.#rerunFinite(pod);
    }
  }

  /** A command that ran when the world stopped is lost: it begins again. */
  #rerunFinite(pod: KubeObject): void {
    const runtime = this.#runtimes.get(pod.metadata.uid ?? "");
    if (runtime === undefined || podSpecOf(pod).restartPolicy === "Always") return;
    for (const container of podSpecOf(pod).containers) {
      if (runtime.containers.some((own) => own.name === container.name && own.stage === "running")) this.#services.runCommand(pod, container);
    }
  }

  #onChange(change: Change): void {
    const { object, type } = change;
    if (object.kind !== "Pod") return;
    const uid = object.metadata.uid ?? "";
    if (type === "DELETED") {
      this.#stopAll(object);
      this.#drop(uid);
      return;
    }
    if (podSpecOf(object).nodeName === undefined) {
      this.#scheduleSoon(object);
      return;
    }
    const runtime = this.#runtimes.get(uid) ?? this.#accept(object);
    if (object.metadata.deletionTimestamp !== undefined && runtime.stage !== "terminating") this.#terminate(runtime, object);
  }

  /** The pod is gone: its processes had their grace, or none where it was deleted by force. */
  #stopAll(pod: KubeObject): void {
    const runtime = this.#runtimes.get(pod.metadata.uid ?? "");
    if (runtime === undefined) return;
    for (const container of podSpecOf(pod).containers) {
      const stage = runtime.containers.find((own) => own.name === container.name)?.stage;
      if (stage === "running" || stage === "exiting") behaviourOf(this.#services.images, container.image)?.stopped?.(pod, runtime.stage === "terminating" ? "terminated" : "killed");
    }
  }

  #drop(uid: string): void {
    this.#wakeUps.get(uid)?.();
    this.#wakeUps.delete(uid);
    this.#runtimes.delete(uid);
    this.#services.logs.forget(uid);
  }

  #scheduleSoon(pod: KubeObject): void {
    const uid = pod.metadata.uid ?? "";
    if (this.#scheduling.has(uid)) return;
    this.#scheduling.add(uid);
    this.#services.clock.after(vary(this.#services.latencies.scheduleMs, this.#services.random), () => {
      this.#scheduling.delete(uid);
      this.#schedule(pod.metadata.namespace ?? "default", pod.metadata.name, uid);
    });
  }

  #schedule(namespace: string, name: string, uid: string): void {
    const { store, clock } = this.#services;
    const pod = store.peek("Pod", namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid || podSpecOf(pod).nodeName !== undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined) {
      store.remove("Pod", namespace, name);
      return;
    }
    const placement = choosePlacement(store, pod);
    const stamp = timestamp(clock.now());
    if ("message" in placement) {
      if (podStatusOf(pod).conditions?.[0]?.message !== placement.message) store.event(pod, "Warning", "FailedScheduling", placement.message, "default-scheduler");
      this.#scheduling.add(uid);
      store.update("Pod", namespace, name, (copy) => {
        const conditions = withCondition(podStatusOf(copy).conditions ?? [], { type: "PodScheduled", status: "False", reason: "Unschedulable", message: placement.message, lastProbeTime: null }, stamp);
        copy.status = { ...copy.status, phase: "Pending", conditions };
        return copy;
      });
      this.#scheduling.delete(uid);
      // A later change of a node or claim may help; looking again is cheap.
      clock.after(2000, () => {
        this.#schedule(namespace, name, uid);
      });
      return;
    }
    store.event(pod, "Normal", "Scheduled", `Successfully assigned ${namespace}/${name} to ${placement.node}`, "default-scheduler");
    store.update("Pod", namespace, name, (copy) => {
      copy.spec = { ...copy.spec, nodeName: placement.node };
      const conditions = withCondition([], { type: "PodScheduled", status: "True", lastProbeTime: null }, stamp);
      copy.status = { ...copy.status, phase: "Pending", conditions };
      return copy;
    });
  }

  #accept(pod: KubeObject): PodRuntime {
    const spec = podSpecOf(pod);
    const containers = [
      ...(spec.initContainers ?? []).map((container) => newContainerRuntime(container.name, true)),
      ...spec.containers.map((container) => newContainerRuntime(container.name, false)),
    ];
    const runtime: PodRuntime = {
      uid: pod.metadata.uid ?? "",
      namespace: pod.metadata.namespace ?? "default",
      name: pod.metadata.name,
      stage: "setup",
      dueAt: this.#services.clock.now() + vary(this.#services.latencies.setupMs, this.#services.random),
      complaint: undefined,
      containers,
    };
    this.#runtimes.set(runtime.uid, runtime);
    this.#writeStatus(runtime, this.#initialStatus(pod));
    this.#arm(runtime);
    return runtime;
  }

  #initialStatus(pod: KubeObject): PodStatus {
    const spec = podSpecOf(pod);
    const node = this.#services.store.peek("Node", undefined, spec.nodeName ?? "");
    const addresses = (node?.status as { addresses?: { type: string; address: string }[] } | undefined)?.addresses ?? [];
    const hostIP = addresses.find((entry) => entry.type === "InternalIP")?.address;
    const inits = (spec.initContainers ?? []).map((container) => waitingStatus(container.name, container.image, "PodInitializing"));
    const waiting = inits.length > 0 ? "PodInitializing" : "ContainerCreating";
    return {
      ...podStatusOf(pod),
      phase: "Pending",
      startTime: timestamp(this.#services.clock.now()),
      ...(hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }),
      ...(inits.length === 0 ? {} : { initContainerStatuses: inits }),
      containerStatuses: spec.containers.map((container) => waitingStatus(container.name, container.image, waiting)),
    };
  }

  #terminate(runtime: PodRuntime, pod: KubeObject): void {
    const { clock, latencies, random, store } = this.#services;
    const graceMs = Number(pod.metadata["deletionGracePeriodSeconds"] ?? 30) * 1000;
    const live = runtime.containers.filter((container) => container.stage === "running" || container.stage === "exiting");
    for (const container of live) store.event(pod, "Normal", "Killing", `Stopping container ${container.name}`, "kubelet");
    runtime.stage = "terminating";
    runtime.dueAt = clock.now() + (live.length === 0 ? latencies.controllerMs : Math.min(graceMs, vary(latencies.stopMs, random)));
    this.#arm(runtime);
  }

  #arm(runtime: PodRuntime): void {
    this.#wakeUps.get(runtime.uid)?.();
    const due = [runtime.dueAt, ...(runtime.stage === "running" ? runtime.containers.flatMap((container) => [container.dueAt, container.pendingLog[0]?.at]) : [])];
    const next = Math.min(...due.map((at) => at ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) {
      this.#wakeUps.delete(runtime.uid);
      return;
    }
    const cancel = this.#services.clock.after(Math.max(0, next - this.#services.clock.now()), () => {
      this.#advance(runtime);
    });
    this.#wakeUps.set(runtime.uid, cancel);
  }

  #advance(runtime: PodRuntime): void {
    if (this.#runtimes.get(runtime.uid) !== runtime) return;
    switch (runtime.stage) {
      case "setup":
        this.#finishSetup(runtime);
        break;
      case "running":
        this.#visit(runtime, (step) => {
          this.#startNext(runtime, step);
          stepContainer(this.#services, step);
        });
        return;
      case "terminating":
        this.#services.store.remove("Pod", runtime.namespace, runtime.name);
        return;
    }
    this.#arm(runtime);
  }

  /** Init containers go one after the other, then all others together. */
  #startNext(runtime: PodRuntime, step: ContainerStep): void {
    if (step.runtime.stage !== "idle") return;
    const index = runtime.containers.indexOf(step.runtime);
    const before = runtime.containers.slice(0, index).filter((container) => container.isInit);
    const hasFailed = before.some((container) => container.stage !== "done");
    if (!hasFailed) step.runtime.dueAt = this.#services.clock.now();
  }

  #finishSetup(runtime: PodRuntime): void {
    const { store, clock } = this.#services;
    const pod = store.peek("Pod", runtime.namespace, runtime.name);
    if (pod === undefined) return;
    const complaint = this.#volumeComplaint(pod);
    if (complaint !== undefined) {
      store.event(pod, "Warning", "FailedMount", complaint, "kubelet");
      runtime.complaint = complaint;
      runtime.dueAt = clock.now() + 4000;
      return;
    }
    runtime.stage = "running";
    runtime.dueAt = undefined;
    const ip = podAddress(runtime.uid);
    this.#writeStatus(runtime, { ...podStatusOf(pod), podIP: ip, podIPs: [{ ip }] });
    this.#advance(runtime);
  }

  #volumeComplaint(pod: KubeObject): string | undefined {
    const namespace = pod.metadata.namespace ?? "default";
    for (const volume of podSpecOf(pod).volumes ?? []) {
      const secret = volume.secret?.optional === true ? undefined : volume.secret?.secretName;
      const map = volume.configMap?.optional === true ? undefined : volume.configMap?.name;
      if (secret !== undefined && this.#services.store.peek("Secret", namespace, secret) === undefined) return `MountVolume.SetUp failed for volume "${volume.name}" : secret "${secret}" not found`;
      if (map !== undefined && this.#services.store.peek("ConfigMap", namespace, map) === undefined) return `MountVolume.SetUp failed for volume "${volume.name}" : configmap "${map}" not found`;
    }
    return undefined;
  }

  /** Runs `action` for each container, then writes the pod's status if it changed and sets the next wake-up. */
  #visit(runtime: PodRuntime, action: (step: ContainerStep) => void): void {
    const pod = this.#services.store.peek("Pod", runtime.namespace, runtime.name);
    if (pod === undefined || pod.metadata.uid !== runtime.uid) return;
    const visited = new VisitedStatus(podStatusOf(pod));
    const spec = podSpecOf(pod);
    for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
      const own = runtime.containers.find((entry) => entry.name === container.name);
      const step = own === undefined ? undefined : stepOf(pod, container, own, visited);
      if (step !== undefined) action(step);
    }
    // The image may be changed in place; the status follows at the next start.
    if (visited.isTouched || this.#summarized.get(pod) !== runtime.stage) this.#writeStatus(runtime, visited.shown);
    if (runtime.containers.some((container) => container.stage === "idle" && container.dueAt === undefined && this.#mayStart(runtime, container))) this.#advance(runtime);
    else this.#arm(runtime);
  }

  #mayStart(runtime: PodRuntime, container: ContainerRuntime): boolean {
    const before = runtime.containers.slice(0, runtime.containers.indexOf(container)).filter((entry) => entry.isInit);
    return before.every((entry) => entry.stage === "done");
  }

  #writeStatus(runtime: PodRuntime, status: PodStatus): void {
    const pod = this.#services.store.peek("Pod", runtime.namespace, runtime.name);
    if (pod === undefined) return;
    const summary = summarize(pod, runtime, status, this.#services.clock.now(), this.#services.minor);
    // Most looks at a container change nothing: neither copy nor compare the whole pod for them.
    if (isSameJson(pod.status, summary)) {
      this.#summarized.set(pod, runtime.stage);
      return;
    }
    this.#services.store.update("Pod", runtime.namespace, runtime.name, (copy) => ({ ...copy, status: { ...summary } }));
  }

  #runMain(runMain: MainRunner, pod: KubeObject, container: Container): void {
    const uid = pod.metadata.uid ?? "";
    const finish = (exitCode: number): void => {
      const runtime = this.#runtimes.get(uid);
      if (runtime === undefined || runtime.stage !== "running") return;
      this.#visit(runtime, (step) => {
        if (step.container.name === container.name && step.runtime.stage === "running") endContainer(this.#services, step, exitCode, exitCode === 0 ? "Completed" : "Error");
      });
    };
    const write = (text: string): void => {
      this.#services.logs.append(uid, container.name, { at: this.#services.clock.now(), text });
    };
    runMain(pod, container, write).then(finish, (error: unknown) => {
      write(String(error));
      finish(1);
    });
  }
}

/** A container's step; `undefined` where the status knows no such container. */
function stepOf(pod: KubeObject, container: Container, runtime: ContainerRuntime, visited: VisitedStatus): ContainerStep | undefined {
  const { name } = container;
  const shown = containerStatusIn(visited.shown, name);
  if (shown === undefined) return undefined;
  return {
    pod, container, runtime,
    get shown() {
      return containerStatusIn(visited.shown, name) ?? shown;
    },
    get status() {
      return containerStatusIn(visited.changeable, name) ?? shown;
    },
  };
}

/** Which container of a pod has a status, by name. */
export function containerStatusOf(pod: KubeObject, name: string): ContainerStatus | undefined {
  const status = podStatusOf(pod);
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find((entry) => entry.name === name);
}

/** An address in the pods' network, fixed by the pod's uid. */
export function podAddress(uid: string): string {
  const number = Number.parseInt(uid.replaceAll("-", "").slice(0, 6), 16);
  return `10.244.${(number >> 8) & 0x7f}.${(number & 0xff) % 253 + 1}`;
}
