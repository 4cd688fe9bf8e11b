import type { Cluster, KubeObject, WorldClock } from "../contract.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { readyAddresses } from "../app/webApplication.ts";
import { isTrafficAllowed, portOf } from "../kube/networkPolicies.ts";
import { podSpecOf } from "../kube/objects.ts";
import { matchesMap } from "../kube/selectors.ts";
import { quantity } from "../kube/usage.ts";
import { wordsOf } from "../programs/redisPrograms.ts";
import type { RedisNetwork } from "../programs/redisConnection.ts";
import type { SavedDataset } from "../redis/dataset.ts";
import { RedisServer, type SavedProcess } from "../redis/server.ts";
import type { CacheDamage, CacheDescription } from "./description.ts";
import { BEGIN_ANEW } from "./faults.ts";
import { claimsOf } from "./faultSite.ts";
import { sleepWorldTime } from "./worldClock.ts";

/** The caches of a world in a snapshot: files by the UID of their claim, and processes by the UID of their pod. */
export interface SavedCaches {
  readonly files: readonly { readonly claimUid: string; readonly file: SavedDataset }[];
  readonly processes: readonly { readonly podUid: string; readonly process: SavedProcess }[];
}

const DEFAULT_PORT = 6379;

/** The cache servers of a world: a process a pod; its file belongs to the pod's volume, and to the container where it has none. */
export class Caches {
  readonly #descriptions: readonly CacheDescription[];
  readonly #clock: WorldClock;
  readonly #cluster: () => Cluster;
  readonly #random: () => number;
  readonly #files = new Map<string, SavedDataset>();
  readonly #processes = new Map<string, RedisServer>();
  readonly #saved: SavedCaches | undefined;
  /** Pods whose process of the snapshot has ended since. */
  readonly #stopped = new Set<string>();
  /** Called when a cache may have changed without the cluster doing so. */
  readonly #onUse: () => void;

  constructor(parts: { readonly descriptions: readonly CacheDescription[]; readonly clock: WorldClock; readonly cluster: () => Cluster; readonly random: () => number; readonly onUse: () => void }, saved: SavedCaches | undefined) {
    this.#descriptions = parts.descriptions;
    this.#clock = parts.clock;
    this.#cluster = parts.cluster;
    this.#random = parts.random;
    this.#onUse = parts.onUse;
    this.#saved = saved;
    for (const { claimUid, file } of saved?.files ?? []) this.#files.set(claimUid, file);
  }

  /** The process in a pod; `undefined` when none runs there. */
  serverOf(pod: KubeObject): RedisServer | undefined {
    const uid = pod.metadata.uid ?? "";
    const running = this.#processes.get(uid);
    if (running !== undefined) return running;
    const saved = this.#saved?.processes.find((entry) => entry.podUid === uid)?.process;
    return saved === undefined || this.#processes.has(uid) ? undefined : this.#start(pod, saved);
  }

  /** The pod's main process has started: it loads the file of its volume. */
  open(pod: KubeObject): void {
    this.#start(pod, undefined);
  }

  close(pod: KubeObject, how: "terminated" | "killed"): void {
    this.serverOf(pod)?.stop(how);
    this.#processes.delete(pod.metadata.uid ?? "");
    this.#stopped.add(pod.metadata.uid ?? "");
  }

  #start(pod: KubeObject, saved: SavedProcess | undefined): RedisServer | undefined {
    const uid = pod.metadata.uid ?? "";
    if (saved !== undefined && this.#stopped.has(uid)) return undefined;
    const description = this.#describe(pod);
    const claimUid = this.#claimOf(pod);
    const image = podSpecOf(pod).containers.map((container) => container.image).join(" ");
    const password = description?.password;
    const server = new RedisServer({
      now: () => this.#clock.now(), random: this.#random, version: /:v?(\d+\.\d+\.\d+)/u.exec(image)?.[1] ?? "7.0.15",
      config: new Map([...(description?.config ?? []), ...(password === undefined ? [] : [["requirepass", password] as const])]),
      file: claimUid === undefined ? undefined : this.#files.get(claimUid),
      onSave: (file) => {
        if (claimUid !== undefined) this.#files.set(claimUid, file);
      },
    }, saved);
    this.#processes.set(uid, server);
    return server;
  }

  /** Fills the servers with what is in them when the world begins. Throws for a command that they refuse. */
  fill(): void {
    for (const description of this.#descriptions) {
      for (const server of this.#behind(description.namespace, description.service)) runAll(server, description.commands, description.password);
    }
  }

  /** Damages the caches behind a service. Throws `notFound` where none runs. */
  damage(namespace: string, damage: CacheDamage): void {
    const servers = this.#behind(namespace, damage.service);
    if (servers.length === 0) throw new RuntimeError("notFound", `Damaging the cache ${damage.service}: no server of it runs now.`, { hint: BEGIN_ANEW });
    const password = this.#descriptions.find((description) => description.namespace === namespace && description.service === damage.service)?.password;
    for (const server of servers) {
      runAll(server, damage.commands, password);
      if (damage.client !== undefined) server.connect(damage.client.address, { name: damage.client.name, busyMs: damage.client.busyMs, lastCommand: damage.client.command });
    }
    this.#onUse();
  }

  /** Whether a damage's client is still connected to a cache behind its service. */
  isBusy(namespace: string, { service, client }: CacheDamage): boolean {
    return client !== undefined && this.#behind(namespace, service).some((server) => [...server.clients].some(({ name, address }) => name === client.name && address === client.address));
  }

  /** How clients reach the servers. */
  network(): RedisNetwork {
    return {
      local: (pod) => {
        this.#onUse();
        return this.serverOf(pod);
      },
      remote: (pod, host) => this.connect(pod, host)?.server,
      sleep: (ms, signal) => sleepWorldTime(this.#clock, ms, signal),
    };
  }

  /** The ready server that a host name means for a client's pod, with the password its clients know; `undefined` when nothing listens or the network lets nothing through. */
  connect(client: KubeObject, host: string): { readonly server: RedisServer; readonly password: string | undefined } | undefined {
    const service = host.split(".")[0] ?? host;
    const { namespace = "" } = client.metadata;
    const [name] = readyAddresses(this.#cluster(), namespace, service);
    const pod = name === undefined ? undefined : this.#cluster().get("Pod", namespace, name);
    const isOpen = pod !== undefined && isTrafficAllowed(this.#cluster(), { kind: "pod", pod: client }, { kind: "pod", pod }, portOf(pod, DEFAULT_PORT));
    const server = isOpen ? this.serverOf(pod) : undefined;
    this.#onUse();
    return server === undefined || pod === undefined ? undefined : { server, password: this.#describe(pod)?.password };
  }

  /** Connections that a pod holds open: its own end and the server's. */
  connectionsOf(client: KubeObject): readonly { readonly local: string; readonly remote: string }[] {
    const own = `${String(client.status?.["podIP"] ?? "")}:`;
    return this.#cluster().list("Pod").flatMap((pod) => [...(this.serverOf(pod)?.clients ?? [])].filter(({ address }) => address.startsWith(own)).map(({ address }) => ({ local: address, remote: `${String(pod.status?.["podIP"] ?? "")}:${portOf(pod, DEFAULT_PORT)}` })));
  }

  #reach(namespace: string, service: string): { readonly server: RedisServer; readonly password: string | undefined } | undefined {
    const [name] = readyAddresses(this.#cluster(), namespace, service);
    const pod = name === undefined ? undefined : this.#cluster().get("Pod", namespace, name);
    const server = pod === undefined ? undefined : this.serverOf(pod);
    return server === undefined || pod === undefined ? undefined : { server, password: this.#describe(pod)?.password };
  }

  /** What an exporter reads of the cache behind a service: INFO; `undefined` where nothing answers. */
  info(namespace: string, service: string): string | undefined {
    const found = this.#reach(namespace, service);
    if (found === undefined) return undefined;
    const client = found.server.connect("127.0.0.1:40001");
    if (found.password !== undefined) found.server.run(client, ["AUTH", found.password]);
    const { reply } = found.server.run(client, ["INFO"]);
    found.server.disconnect(client);
    return reply.kind === "bulk" ? reply.text : undefined;
  }

  /** Whether a pod's cache uses more memory than its container may: the kernel ends it. */
  isOutOfMemory(pod: KubeObject): boolean {
    const server = this.serverOf(pod);
    const limit = Math.max(...podSpecOf(pod).containers.map((container) => quantity(container.resources?.limits?.["memory"], "memory")));
    return server !== undefined && limit > 0 && server.usedBytes > limit;
  }

  save(): SavedCaches {
    return {
      files: [...this.#files].map(([claimUid, file]) => ({ claimUid, file })),
      processes: this.#cluster().list("Pod").flatMap((pod) => {
        const process = this.serverOf(pod)?.snapshot();
        return process === undefined ? [] : [{ podUid: pod.metadata.uid ?? "", process }];
      }),
    };
  }

  #behind(namespace: string, service: string): readonly RedisServer[] {
    const selector = this.#cluster().get("Service", namespace, service)?.spec?.["selector"];
    return this.#cluster().list("Pod", namespace).filter((pod) => matchesMap(selector, pod.metadata.labels)).flatMap((pod) => this.serverOf(pod) ?? []);
  }

  #describe(pod: KubeObject): CacheDescription | undefined {
    return this.#descriptions.find(({ namespace, service }) => namespace === pod.metadata.namespace && matchesMap(this.#cluster().get("Service", namespace, service)?.spec?.["selector"], pod.metadata.labels));
  }

  #claimOf(pod: KubeObject): string | undefined {
    return claimsOf(pod).flatMap((claim) => this.#cluster().get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid ?? [])[0];
  }
}

function runAll(server: RedisServer, commands: readonly string[], password: string | undefined): void {
  const client = server.connect("127.0.0.1:40000");
  if (password !== undefined) server.run(client, ["AUTH", password]);
  for (const line of commands) {
    const { reply } = server.run(client, wordsOf(line) ?? []);
    if (reply.kind === "error") throw new Error(`The cache refuses ${line}: ${reply.text}`);
  }
  server.disconnect(client);
}
