import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorldState } from "../../core/protocol.ts";
import { serveApplication } from "../app/httpServer.ts";
import { connectionOf, WebApplication, type ApplicationParts } from "../app/webApplication.ts";
import type { Cluster, KubeObject } from "../contract.ts";
import { startKubernetes, type Kubernetes } from "../kube/kubernetes.ts";
import { changeAs } from "../kube/laterState.ts";
import { podSpecOf } from "../kube/objects.ts";
import { createMysqlPrograms } from "../programs/mysqlPrograms.ts";
import { createRedisPrograms } from "../programs/redisPrograms.ts";
import { startS3Server, type S3Server } from "../s3/s3Server.ts";
import { Caches } from "./caches.ts";
import { serveControl } from "./control.ts";
import { Databases } from "./databases.ts";
import type { WorldDescription } from "./description.ts";
import { Faults } from "./faults.ts";
import { flawsOf, imageBehaviours } from "./images.ts";
import { seededRandom } from "./random.ts";
import { readSnapshot, writeSnapshot, type WorldSnapshot } from "./snapshot.ts";
import { ScaledClock } from "./worldClock.ts";

/** First byte of an S3 answer, world milliseconds. */
const S3_LATENCY_MS = 30;
/** A snapshot follows the first change since the last one after this, real milliseconds. */
const SNAPSHOT_DELAY_MS = 500;

/** How to start a world. */
export interface WorldOptions {
  /** Where state file, kubeconfig, certificates and snapshot are kept. */
  readonly folder: string;
  /** World time per real time; a snapshot's own rate goes before it. */
  readonly rate: number;
  /** Absolute path of the description, for whoever has to start this world again. */
  readonly descriptionPath: string;
  /** Called when the control endpoint is asked to end the world. */
  readonly onShutdown: () => void;
}

/** A running rehearsal world. */
export interface World {
  /** Path of its `WorldState` file. */
  readonly statePath: string;
  close(): Promise<void>;
}

/** The parts that know of each other; those that come up later are filled in. */
interface Parts {
  readonly clock: ScaledClock;
  readonly databases: Databases;
  readonly caches: Caches;
  readonly credentials: WorldSnapshot["credentials"];
  readonly tokens: WorldSnapshot["tokens"];
  cluster: Cluster | undefined;
  faults: Faults | undefined;
}

/** Starts a world on 127.0.0.1, or brings back the one that the snapshot in `folder` holds. */
export async function startWorld(description: WorldDescription, options: WorldOptions): Promise<World> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const saved = readSnapshot(options.folder);
  let save = (): void => undefined;
  const parts = await prepareParts(description, options, saved, () => saveSoon());
  const { soon: saveSoon, stop: stopSaving } = savingSoon(() => save());
  const s3 = await openBuckets(description, parts, saved);
  const kubernetes = await openCluster(description, parts, options.folder, saved);
  if (saved === undefined) parts.caches.fill();
  const faults = required(parts.faults);
  const inside = applicationParts(description, parts, kubernetes);
  const applications = await Promise.all(description.applications.map(async (application) => {
    const server = await serveApplication(new WebApplication(application, inside), saved?.ports.hosts[application.host] ?? 0, parts.clock, () => save());
    return { host: application.host, server };
  }));
  const control = await serveControl(
    {
      inject: async ({ fault }) => {
        faults.inject(fault);
        kubernetes.reconsider();
        save();
        return { injected: fault };
      },
      faults: async () => ({ active: faults.active.map((fault) => fault.name) }),
      shutdown: async () => {
        setImmediate(options.onShutdown);
        return {};
      },
    },
    saved?.control,
  );
  save = () => {
    writeSnapshot(options.folder, {
      clock: parts.clock.line, credentials: parts.credentials, tokens: parts.tokens, control: { port: control.port, token: control.token },
      ports: { kubernetes: kubernetes.port, s3: Number(new URL(s3.endpoint).port), hosts: Object.fromEntries(applications.map(({ host, server }) => [host, server.port])) },
      kubernetes: kubernetes.snapshot(), s3: s3.snapshot(), volumes: parts.databases.save(), caches: parts.caches.save(), faults: faults.active,
    });
  };
  const unsubscribe = kubernetes.cluster.subscribe(saveSoon);
  kubernetes.cluster.onAnswer(save);
  save();
  const hosts = Object.fromEntries(applications.map(({ host, server }) => [host, `http://127.0.0.1:${server.port}`]));
  const statePath = writeState(options, description, { parts, kubernetes, s3, hosts, control });
  return {
    statePath,
    close: async () => {
      unsubscribe();
      stopSaving();
      parts.clock.stop();
      control.close();
      for (const { server } of applications) server.close();
      await Promise.all([kubernetes.close(), s3.close()]);
      rmSync(statePath, { force: true });
    },
  };
}

async function prepareParts(description: WorldDescription, options: WorldOptions, saved: WorldSnapshot | undefined, onUse: () => void): Promise<Parts> {
  const now = Date.now();
  const clock = new ScaledClock(saved?.clock ?? { realEpochMs: now, worldEpochMs: now, rate: options.rate });
  const cluster = (): Cluster => required(parts.cluster);
  const parts: Parts = {
    clock,
    databases: new Databases(description, clock, cluster),
    caches: new Caches({ descriptions: description.caches, clock, cluster, random: seededRandom(description.seed + 1), onUse }, saved?.caches),
    credentials: saved?.credentials ?? { accessKeyId: `DRILL${randomBytes(8).toString("hex").toUpperCase()}`, secretAccessKey: randomBytes(24).toString("base64url") },
    tokens: saved?.tokens ?? Object.fromEntries(description.users.map((user) => [user.name, randomBytes(24).toString("base64url")])),
    cluster: undefined,
    faults: undefined,
  };
  if (saved === undefined) await parts.databases.prepare();
  else await parts.databases.restore(saved.volumes);
  return parts;
}

function openBuckets(description: WorldDescription, { clock, credentials }: Parts, saved: WorldSnapshot | undefined): Promise<S3Server> {
  const buckets = description.buckets.map(({ name, objects }) => ({
    name, createdAt: clock.now() - description.establishedMs,
    objects: objects.map(({ key, file, ageMs }) => ({ key, content: { kind: "file" as const, path: join(description.folder, file) }, modifiedAt: clock.now() - ageMs })),
  }));
  return startS3Server({
    clock, buckets, credentials, region: description.s3.region, latencyMs: S3_LATENCY_MS, bytesPerSecond: description.s3.bytesPerSecond,
    ...(saved === undefined ? {} : { port: saved.ports.s3, state: saved.s3 }),
  });
}

async function openCluster(description: WorldDescription, parts: Parts, folder: string, saved: WorldSnapshot | undefined): Promise<Kubernetes> {
  const { clock, databases, caches } = parts;
  let kubernetes: Kubernetes | undefined;
  const images = imageBehaviours(description.images, {
    now: () => clock.now(),
    databases,
    caches,
    faults: () => required(parts.faults),
    databasePrograms: createMysqlPrograms(databases.network()),
    cachePrograms: createRedisPrograms(caches.network()),
    databaseOf: (pod) => connectionOf(pod, description.applications, databases),
    onDatabaseOpen: () => kubernetes?.reconsider(),
  });
  kubernetes = await startKubernetes({
    clock, images, version: description.kubernetesVersion, objects: description.objects, contexts: description.contexts, random: seededRandom(description.seed), stateFolder: folder,
    users: description.users.map((user) => ({ ...user, token: parts.tokens[user.name] ?? "" })),
    onCluster: (cluster) => {
      parts.cluster = cluster;
      const change = (manager: string, object: KubeObject): void => void changeAs(cluster, manager, object, clock.now());
      parts.faults = new Faults(description.faults, { cluster, change, damageCache: (namespace, damage) => caches.damage(namespace, damage) }, saved?.faults ?? []);
    },
    ...(saved === undefined ? { establishedMs: description.establishedMs, later: description.later } : { port: saved.ports.kubernetes, snapshot: saved.kubernetes }),
  });
  return kubernetes;
}

/** What the applications reach of the world. */
function applicationParts(description: WorldDescription, parts: Parts, kubernetes: Kubernetes): ApplicationParts {
  const faults = required(parts.faults);
  return {
    cluster: kubernetes.cluster, databases: parts.databases, caches: parts.caches, now: () => parts.clock.now(), signingKey: parts.credentials.secretAccessKey,
    flawsOf: (pod) => flawsOf(description.images, faults, pod),
    log: (pod, line) => kubernetes.log(pod.metadata.namespace ?? "", pod.metadata.name, podSpecOf(pod).containers[0]?.name ?? "", line),
  };
}

/** Saves a while after the first change that nobody asked for since the last time, however many follow; what a crash of the world can lose is that while. */
function savingSoon(save: () => void): { readonly soon: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    soon: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        save();
      }, SNAPSHOT_DELAY_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

function writeState({ folder, descriptionPath }: WorldOptions, description: WorldDescription, up: { parts: Parts; kubernetes: Kubernetes; s3: S3Server; hosts: Readonly<Record<string, string>>; control: { readonly port: number; readonly token: string } }): string {
  const state: WorldState = {
    pid: process.pid, description: descriptionPath, kubeconfig: up.kubernetes.kubeconfigPath, context: description.contexts[0]?.name ?? "", kubernetes: up.kubernetes.url,
    s3: { endpoint: up.s3.endpoint, region: description.s3.region, ...up.parts.credentials },
    hosts: up.hosts, control: { url: `http://127.0.0.1:${up.control.port}`, token: up.control.token }, clock: up.parts.clock.line,
    faults: description.faults.map(({ name, title, description: text }) => ({ name, title, description: text })),
  };
  const path = join(folder, "world.json");
  writeFileSync(path, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  return path;
}

function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("A part of the world was used before it was up.");
  return part;
}
