import type { ImageBehaviour, KubeObject, WorldClock } from "../../../src/drill/contract.ts";
import { startDeploymentController } from "../../../src/drill/kube/controllers/deployment.ts";
import { startEndpointsController } from "../../../src/drill/kube/controllers/endpoints.ts";
import { startGarbageCollector } from "../../../src/drill/kube/controllers/garbage.ts";
import { startReplicaSetController } from "../../../src/drill/kube/controllers/replicaSet.ts";
import { startStatefulSetController } from "../../../src/drill/kube/controllers/statefulSet.ts";
import { startVolumeController } from "../../../src/drill/kube/controllers/volumes.ts";
import { ContainerLogs } from "../../../src/drill/kube/kubelet/containerLogs.ts";
import { Kubelet } from "../../../src/drill/kube/kubelet/kubelet.ts";
import { DEFAULT_LATENCIES } from "../../../src/drill/kube/latencies.ts";
import { ObjectStore } from "../../../src/drill/kube/store.ts";

/** A clock that moves only when told to. */
export class VirtualClock implements WorldClock {
  #now = Date.parse("2026-01-31T03:00:00Z");
  #order = 0;
  #timers: { at: number; order: number; action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    this.#order += 1;
    const timer = { at: this.#now + ms, order: this.#order, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs everything due in the next `ms`. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((left, right) => left.at - right.at || left.order - right.order)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = end;
  }
}

export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Store, controllers and kubelet without a server. */
export function virtualCluster(seed = 1) {
  const clock = new VirtualClock();
  const world = { crash: undefined as string | undefined, unready: undefined as string | undefined };
  const store = new ObjectStore(clock, seeded(seed));
  const logs = new ContainerLogs();
  const behaviour: ImageBehaviour = {
    programs: {},
    startMs: 2000,
    startLog: () => ["starting", "ready"],
    crash: () => (world.crash === undefined ? undefined : { log: [world.crash], exitCode: 1, reason: "Error" }),
    unready: () => world.unready,
  };
  const shared = { store, clock, random: seeded(seed + 1), latencies: DEFAULT_LATENCIES, minor: 30 };
  const kubelet = new Kubelet({ ...shared, images: new Map([["app", behaviour]]), logs }, () => Promise.resolve(0));
  startDeploymentController(shared);
  startReplicaSetController(shared);
  startStatefulSetController(shared);
  startEndpointsController(shared);
  startVolumeController(shared);
  startGarbageCollector(shared);
  store.put({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" }, spec: {}, status: { conditions: [{ type: "Ready", status: "True" }] } });
  return { clock, world, store, logs, kubelet };
}

export function deployment(replicas: number, image = "app:1"): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } } },
  };
}

export function statefulSet(): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop" },
    spec: { serviceName: "db", selector: { matchLabels: { app: "db" } }, template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", image: "app:1" }] } } },
  };
}
