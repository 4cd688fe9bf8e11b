import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImageBehaviour, KubeObject, WorldClock } from "../../../src/drill/contract.ts";
import { startKubernetes, type Kubernetes, type KubernetesOptions } from "../../../src/drill/kube/kubernetes.ts";

/** Real time, or faster. */
export function realClock(rate = 1): WorldClock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * rate,
    after: (ms, action) => {
      const timer = setTimeout(action, ms / rate);
      return () => clearTimeout(timer);
    },
  };
}

/** A small seeded generator (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a test may change about its world. */
export interface TestWorld {
  readonly kubernetes: Kubernetes;
  /** While true, the database's process crashes. */
  isCrashing: boolean;
  /** While set, the database is not ready. */
  unready: string | undefined;
  readonly folder: string;
  close(): Promise<void>;
}

export function node(name: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } },
    spec: {},
    status: {
      capacity: { cpu: "4", memory: "16Gi", pods: "110" },
      allocatable: { cpu: "4", memory: "16Gi", pods: "110" },
      addresses: [{ type: "InternalIP", address: "10.0.0.11" }, { type: "Hostname", address: name }],
      nodeInfo: { kubeletVersion: "v1.30.4", osImage: "Debian GNU/Linux 12 (bookworm)", kernelVersion: "6.1.0", containerRuntimeVersion: "containerd://1.7.20", operatingSystem: "linux", architecture: "amd64", machineID: "", systemUUID: "", bootID: "", kubeProxyVersion: "v1.30.4" },
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status", lastHeartbeatTime: "2026-01-01T00:00:00Z", lastTransitionTime: "2026-01-01T00:00:00Z" }],
    },
  };
}

const labels = { app: "db" };

export const MANIFESTS: readonly KubeObject[] = [
  node("node-a"),
  node("node-b"),
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "pd.csi.example.com" },
  { apiVersion: "v1", kind: "Secret", metadata: { name: "db-secret", namespace: "shop" }, stringData: { password: "hunter2" } },
  { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "db-data", namespace: "shop" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "20Gi" } }, storageClassName: "standard" } },
  { apiVersion: "v1", kind: "Service", metadata: { name: "db", namespace: "shop" }, spec: { selector: labels, ports: [{ port: 3306 }] } },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop", labels },
    spec: {
      replicas: 1,
      serviceName: "db",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "db",
              image: "mysql:8.0",
              ports: [{ containerPort: 3306, name: "mysql" }],
              env: [{ name: "ROOT_PASSWORD", valueFrom: { secretKeyRef: { name: "db-secret", key: "password" } } }],
              volumeMounts: [{ name: "data", mountPath: "/var/lib/mysql" }],
              resources: { requests: { cpu: "250m", memory: "512Mi" } },
            },
          ],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: "db-data" } }],
        },
      },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: { replicas: 3, selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "shop/web:1.0", env: [{ name: "A", value: "1" }] }] } } },
  },
];

/** What a test switches in the images of its cluster. */
export interface ImageSwitches {
  isCrashing: boolean;
  unready: string | undefined;
}

/** Behaviours of the images in `MANIFESTS`: a database that counts its input, others that only run, and one that does not. */
export function testImages(state: Readonly<ImageSwitches>): ReadonlyMap<string, ImageBehaviour> {
  const plain: ImageBehaviour = { programs: {}, startMs: 300, startLog: () => ["starting", "ready"], crash: () => undefined, unready: () => undefined };
  const database: ImageBehaviour = {
    ...plain,
    startLog: () => ["[Note] starting", "[Note] ready for connections."],
    crash: () => (state.isCrashing ? { log: ["[ERROR] tablespace corrupted", "[ERROR] Aborting"], exitCode: 1, reason: "Error" } : undefined),
    unready: () => state.unready,
    programs: {
      count: async (invocation) => {
        let bytes = 0;
        for await (const chunk of invocation.stdin) bytes += chunk.length;
        await invocation.stdout(Buffer.from(`${bytes}\n`));
        return 0;
      },
      fail: async (invocation) => {
        await invocation.stderr(Buffer.from("ERROR 1045 (28000): Access denied\n"));
        return 3;
      },
    },
  };
  const broken: ImageBehaviour = { ...plain, crash: () => ({ log: ["[ERROR] no configuration", "[ERROR] Exiting"], exitCode: 2, reason: "Error" }) };
  return new Map([["mysql", database], ["shop/", plain], ["busybox", plain], ["broken/", broken]]);
}

/** Starts a cluster with a database and a web deployment, `shop` its namespace. */
export async function startTestWorld(change: Partial<KubernetesOptions> = {}, rate = 1): Promise<TestWorld> {
  const folder = await mkdtemp(join(tmpdir(), "drill-kube-"));
  const state: ImageSwitches = { isCrashing: false, unready: undefined };
  const options: KubernetesOptions = {
    clock: realClock(rate),
    images: testImages(state),
    version: "v1.30.4",
    objects: MANIFESTS,
    users: [
      { name: "admin", token: "admin-token", roles: ["cluster-admin"] },
      { name: "viewer", token: "viewer-token", roles: ["view"] },
    ],
    contexts: [
      { name: "drill", user: "admin", namespace: "shop" },
      { name: "drill-view", user: "viewer", namespace: "shop", cluster: "drill" },
    ],
    random: seeded(7),
    stateFolder: folder,
    establishedMs: 12 * 24 * 3_600_000,
    ...change,
  };
  const kubernetes = await startKubernetes(options);
  const world: TestWorld = {
    kubernetes,
    folder,
    get isCrashing() {
      return state.isCrashing;
    },
    set isCrashing(value) {
      state.isCrashing = value;
    },
    get unready() {
      return state.unready;
    },
    set unready(value) {
      state.unready = value;
    },
    close: async () => {
      await kubernetes.close();
      if (change.stateFolder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}
