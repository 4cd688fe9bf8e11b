import { join } from "node:path";
import type { WebService } from "../app/webService.ts";
import type { Cluster, ImageBehaviour, KubeObject, WorldClock } from "../contract.ts";
import type { VolumeUsage } from "../monitoring/clusterMetrics.ts";
import { openDoor, type Door } from "../net/door.ts";
import type { ApiServices, ContainerUsage } from "./api/context.ts";
import { createApiServer } from "./api/server.ts";
import type { KubeUser } from "./api/users.ts";
import { loadCertificates } from "./certificates.ts";
import { startDaemonSetController } from "./controllers/daemonSet.ts";
import { skipSchedules, startCronJobController } from "./controllers/cronJob.ts";
import { startDeploymentController } from "./controllers/deployment.ts";
import { startEndpointsController } from "./controllers/endpoints.ts";
import { startGarbageCollector } from "./controllers/garbage.ts";
import { startIngressController, type LoadBalancers } from "./controllers/ingresses.ts";
import { startJobController } from "./controllers/job.ts";
import type { ControllerServices } from "./controllers/pods.ts";
import { startNamespaceController } from "./controllers/namespaces.ts";
import { startNodeController } from "./controllers/nodes.ts";
import { startRolloutController } from "./controllers/rollouts/rolloutController.ts";
import { startReplicaSetController } from "./controllers/replicaSet.ts";
import { startStatefulSetController } from "./controllers/statefulSet.ts";
import { startVolumeController } from "./controllers/volumes.ts";
import { SpdyExec } from "./exec/spdyExec.ts";
import { WebSocketExec } from "./exec/webSocketExec.ts";
import { writeKubeconfigFile, type KubeContext, type KubeServer } from "./kubeconfig.ts";
import { ContainerLogs } from "./kubelet/containerLogs.ts";
import { Kubelet } from "./kubelet/kubelet.ts";
import { DEFAULT_LATENCIES, type KubeLatencies } from "./latencies.ts";
import { Collector, noInput } from "./pod/streams.ts";
import { mainCommand, runProcess } from "./pod/process.ts";
import type { Random } from "./names.ts";
import { podSpecOf } from "./objects.ts";
import { SettlingClock } from "./settlingClock.ts";
import { isKubernetesSnapshot, type KubernetesSnapshot } from "./snapshot.ts";
import { changeAs, FIRST_MANAGER } from "./laterState.ts";
import { ObjectStore } from "./store.ts";
import { defaultUsage } from "./usage.ts";

/** How to start the drill world's Kubernetes. */
export interface KubernetesOptions {
  readonly clock: WorldClock;
  /** Behaviours by image prefix; images without one cannot be pulled. */
  readonly images: ReadonlyMap<string, ImageBehaviour>;
  /** The Kubernetes version to imitate: `v1.30.4`. */
  readonly version: string;
  /** Manifests that the cluster begins with; ignored when a snapshot is given. Namespaces they use are made. */
  readonly objects: readonly KubeObject[];
  readonly users: readonly KubeUser[];
  /** Contexts of the kubeconfig that is written at the start; the first is the current one. */
  readonly contexts: readonly KubeContext[];
  readonly latencies?: Partial<KubeLatencies>;
  /** Seeded by the world. */
  readonly random: Random;
  /** Where certificates and kubeconfig are kept. */
  readonly stateFolder: string;
  /** Fixed port, e.g. the one before a restart; `undefined` takes a free one. */
  readonly port?: number;
  /** From `snapshot()`; everything goes on from there. */
  readonly snapshot?: unknown;
  /** How long ago, in milliseconds, the manifests were applied: the cluster comes up settled and that old. `undefined` applies them now. */
  readonly establishedMs?: number;
  /** What was applied to the cluster since, in any order; ignored as `objects` is. */
  readonly later?: readonly LaterState[];
  /** Given the cluster before any of its objects exists: images are asked about pods while the cluster still comes up. */
  readonly onCluster?: (cluster: Cluster) => void;
  /** What gives Ingresses their addresses; `undefined` gives them none. */
  readonly loadBalancers?: LoadBalancers;
  /** What answers HTTP behind the services of the cluster, for the API server's proxy. */
  readonly web?: (namespace: string, service: string) => WebService | undefined;
  /** How full the volume of a claim is, for what the kubelets tell of it. */
  readonly volumeUsage?: (claim: KubeObject) => VolumeUsage | undefined;
  /** Usage of a running container for `kubectl top`; `undefined` derives it from its requests. */
  readonly usage?: (namespace: string, pod: string, container: string) => ContainerUsage;
}

/** A later state of an object: a whole manifest, or only what changed, as a strategic merge patch. */
export interface LaterState {
  /** How long before the start it was applied, in milliseconds. */
  readonly agoMs: number;
  readonly object: KubeObject;
}

/** A running drill cluster. */
export interface Kubernetes {
  readonly cluster: Cluster;
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly kubeconfigPath: string;
  /** What a kubeconfig needs of it. */
  readonly server: KubeServer;
  /** The API server's listener: whether clients get to it. */
  readonly door: Door;
  /** Writes a further kubeconfig and resolves with its path; `path` defaults to the one in the state folder. */
  writeKubeconfig(contexts: readonly KubeContext[], path?: string): Promise<string>;
  /** What a pod's processes were started with, all containers together. */
  environment(pod: KubeObject): Readonly<Record<string, string>>;
  /** Appends a line to a running container's log. */
  log(namespace: string, pod: string, container: string, line: string): void;
  /** Asks every running container's image now whether it crashes or is ready, e.g. after a fault was injected or cured. */
  reconsider(): void;
  /** Everything needed to come back after a crash, as JSON. */
  snapshot(): KubernetesSnapshot;
  close(): Promise<void>;
}

/** Virtual time that a cluster gets at most to settle in after each state of its past. */
const SETTLE_MS = 5 * 60_000;
/** A cluster in which nothing has happened for so long has settled: longer than a Rollout leaves its old version running. */
const QUIET_MS = 150_000;
/** What happens in a settled cluster as well. */
const HEARTBEATS = new Set(["Node", "Lease"]);
/** How often it is looked at meanwhile. */
const LOOK_EVERY_MS = 10_000;
/** The last stretch before the start runs for itself, so that leases and heartbeats are fresh. */
const FRESH_MS = 60_000;
/** How often old events are forgotten. */
const EXPIRE_EVERY_MS = 60_000;

/** Starts the cluster and its API server on 127.0.0.1. Rejects when the port is taken or the snapshot is not one. */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { snapshot } = options;
  if (snapshot !== undefined && !isKubernetesSnapshot(snapshot)) throw new Error("The cluster's snapshot cannot be read: it is not one of this version. Start a new world.");
  const minor = Number(/^v?\d+\.(\d+)/u.exec(options.version)?.[1] ?? 30);
  const startAt = snapshot === undefined && options.establishedMs !== undefined ? options.clock.now() - options.establishedMs : undefined;
  const clock = new SettlingClock(options.clock, startAt);
  const store = new ObjectStore(clock, options.random);
  options.onCluster?.(store);
  const logs = new ContainerLogs();
  const latencies = { ...DEFAULT_LATENCIES, ...options.latencies };
  const processes = { store, clock, images: options.images, environment: (podUid: string, container: string): Readonly<Record<string, string>> => kubelet.environment(podUid, container) };
  if (snapshot !== undefined) {
    store.restore(snapshot.store);
    logs.restore(snapshot.logs);
  }
  const kubelet: Kubelet = new Kubelet({ store, clock, random: options.random, latencies, images: options.images, logs, minor }, async (pod, container, writeLine) => {
    const argv = mainCommand(container);
    if (argv === undefined) return 0;
    const output = new Collector();
    const code = await runProcess(processes, { pod, container, argv, stdin: noInput(), stdout: output.write, stderr: output.write, signal: new AbortController().signal });
    for (const line of output.text.split("\n").filter((text) => text !== "")) writeLine(line);
    return code;
  });
  const certificates = await loadCertificates(options.stateFolder);
  const controllers = { store, clock, random: options.random, latencies, minor };
  startControllers(controllers);
  startNamespaceController(controllers, certificates.ca);
  if (options.loadBalancers !== undefined) startIngressController(controllers, options.loadBalancers);
  if (snapshot !== undefined) kubelet.restore(snapshot.kubelet);
  else liveThePast(options, store, clock);
  expireEvents(store, clock);
  const webSocket = new WebSocketExec(processes, minor);
  const spdy = new SpdyExec(processes);
  const services: ApiServices = { store, clock, logs, random: options.random, latencies, users: options.users, version: options.version, minor, web: options.web, volumeUsage: options.volumeUsage, usage: options.usage ?? defaultUsage(store, clock) };
  const door = await openDoor(createApiServer(services, certificates, { webSocket, spdy }), options.port ?? 0);
  const url = `https://127.0.0.1:${door.port}`;
  const server = { url, ca: certificates.ca };
  const tokens = new Map(options.users.map((user) => [user.name, user.token]));
  const kubeconfigPath = join(options.stateFolder, "kubeconfig");
  const writeKubeconfig = async (contexts: readonly KubeContext[], path = kubeconfigPath): Promise<string> => {
    await writeKubeconfigFile(path, [{ server, contexts }], tokens);
    return path;
  };
  await writeKubeconfig(options.contexts);
  return {
    cluster: store,
    url,
    port: door.port,
    kubeconfigPath,
    server,
    door,
    writeKubeconfig,
    environment: (pod) => Object.assign({}, ...podSpecOf(pod).containers.map(({ name }) => kubelet.environment(pod.metadata.uid ?? "", name))) as Record<string, string>,
    log: (namespace, pod, container, line) => kubelet.log(namespace, pod, container, line),
    reconsider: () => kubelet.reconsider(),
    snapshot: () => ({ kind: "kubernetes", version: 1, store: store.snapshot(), logs: logs.snapshot(), kubelet: kubelet.snapshot() }),
    close: () => {
      clock.close();
      webSocket.close();
      return door.close();
    },
  };
}

function expireEvents(store: ObjectStore, clock: WorldClock): void {
  store.expireEvents();
  clock.after(EXPIRE_EVERY_MS, () => {
    expireEvents(store, clock);
  });
}

function startControllers(services: ControllerServices): void {
  startDeploymentController(services);
  startReplicaSetController(services);
  startRolloutController(services);
  startStatefulSetController(services);
  startDaemonSetController(services);
  startJobController(services);
  startCronJobController(services);
  startEndpointsController(services);
  startVolumeController(services);
  startGarbageCollector(services);
  startNodeController(services);
}

/** Applies the manifests and each later state of them at its time, lets the cluster settle in between, and arrives at the present. */
function liveThePast(options: KubernetesOptions, store: ObjectStore, clock: SettlingClock): void {
  const present = options.clock.now();
  let changedAt = clock.now();
  const stopWatching = store.watch(({ object: { kind } }) => {
    if (!HEARTBEATS.has(kind)) changedAt = clock.now();
  });
  const settle = (): void => {
    const end = Math.min(clock.now() + SETTLE_MS, present);
    changedAt = clock.now();
    while (clock.now() < end && clock.now() - changedAt < QUIET_MS) clock.settle(Math.min(LOOK_EVERY_MS, end - clock.now()));
  };
  applyManifests(store, options.objects, clock);
  settle();
  for (const { agoMs, object } of [...(options.later ?? [])].sort((left, right) => right.agoMs - left.agoMs)) {
    clock.jumpTo(present - agoMs);
    skipSchedules({ store, clock });
    changeAs(store, FIRST_MANAGER, object, clock.now());
    settle();
  }
  clock.jumpTo(present - FRESH_MS);
  skipSchedules({ store, clock });
  clock.settle(Math.max(0, present - clock.now()));
  stopWatching();
  clock.handOver();
}

/** Namespaces first, then the rest in the order given. */
function applyManifests(store: ObjectStore, objects: readonly KubeObject[], clock: WorldClock): void {
  const used = new Set(["default", "kube-system", "kube-public", "kube-node-lease", ...objects.flatMap((object) => (object.metadata.namespace === undefined ? [] : [object.metadata.namespace]))]);
  const given = new Set(objects.filter((object) => object.kind === "Namespace").map((object) => object.metadata.name));
  for (const name of used) if (!given.has(name)) store.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  for (const object of [...objects].sort((left, right) => Number(right.kind === "Namespace") - Number(left.kind === "Namespace"))) changeAs(store, FIRST_MANAGER, object, clock.now());
}
