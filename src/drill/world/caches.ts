import type { Cluster, KubeObject, WorldClock } from "../contract.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import { isTrafficAllowed, portOf } from "../kube/networkPolicies.ts";
import { podSpecOf } from "../kube/objects.ts";
import { matchesMap } from "../kube/selectors.ts";
import { quantity } from "../kube/usage.ts";
import { wordsOf } from "../programs/redisPrograms.ts";
import type { RedisNetwork } from "../programs/redisConnection.ts";
import type { CacheEngine, CacheOptions, CacheServer } from "../engines/cacheEngine.ts";
import type { CacheDamage, CacheDescription } from "./description.ts";
import { BEGIN_ANEW } from "./faults.ts";
import { claimsOf } from "./faultSite.ts";
import { sleepWorldTime } from "./worldClock.ts";

/** The caches of a world in a snapshot: files by the UID of their claim, and processes by the UID of their pod. */
export interface SavedCaches {
  readonly files: readonly { readonly claimUid: string; readonly file: unknown }[];
  readonly processes: readonly { readonly podUid: string; readonly process: unknown }[];
}

const DEFAULT_PORT = 6379;
/** Of servers whose image does not say it. */
const USUAL_VERSION = "7.0.15";

/** A server without a pod yet, and what its volume will hold. */
interface StartedAhead {
  readonly server: CacheServer;
  readonly file: unknown;
}

/** The cache servers of a world: a process a pod; its file belongs to the pod's volume, and to the container where it has none. */
export class Caches {
  readonly #descriptions: readonly CacheDescription[];
  readonly #clock: WorldClock;
  readonly #cluster: () => Cluster;
  readonly #random: () => number;
  readonly #engine: CacheEngine;
  readonly #report: (text: string) => void;
  /** By the UID of their claim. */
  readonly #files = new Map<string, unknown>();
  /** By the UID of their pod. */
  readonly #processes = new Map<string, CacheServer>();
  /** Servers that were started before the cluster was up: the first pod of their description takes them. */
  readonly #ahead = new Map<CacheDescription, StartedAhead>();
  readonly #saved: SavedCaches | undefined;
  /** Pods whose process of the snapshot has ended since. */
  readonly #stopped = new Set<string>();
  /** Called when a cache may have changed without the cluster doing so. */
  readonly #onUse: () => void;

  constructor(parts: { readonly descriptions: readonly CacheDescription[]; readonly clock: WorldClock; readonly cluster: () => Cluster; readonly random: () => number; readonly engine: CacheEngine; readonly report: (text: string) => void; readonly onUse: () => void }, saved: SavedCaches | undefined) {
    this.#descriptions = parts.descriptions;
    this.#clock = parts.clock;
    this.#cluster = parts.cluster;
    this.#random = parts.random;
    this.#engine = parts.engine;
    this.#report = parts.report;
    this.#onUse = parts.onUse;
    this.#saved = saved;
    for (const { claimUid, file } of saved?.files ?? []) this.#files.set(claimUid, file);
  }

  /** Starts, before any pod does, the servers that take real time for it: those that the world begins with, or had. */
  async prepare(): Promise<void> {
    if (!this.#engine.startsAhead) return;
    if (this.#saved === undefined) {
      for (const description of this.#descriptions) this.#ahead.set(description, await this.#startAhead(description));
    }
    for (const { podUid, process } of this.#saved?.processes ?? []) {
      // Which description it is of, its pod will say; what it was started with, it has saved.
      const server = this.#engine.create(this.#options({ config: new Map() }), process);
      await server.process?.start();
      this.#processes.set(podUid, server);
    }
  }

  async #startAhead(description: CacheDescription): Promise<StartedAhead> {
    let file: unknown;
    const server = this.#engine.create(this.#options({ config: configOf(description), onSave: (saved) => (file = saved) }));
    await server.process?.start();
    if (server.process?.isUp === false) throw new RuntimeError("internal", `Starting a real cache server for the world: ${server.process.failure?.log.at(-1) ?? "it does not listen"}.`, { hint: "Its log is in the world's folder under caches; or drill on embedded engines." });
    return { server, file };
  }

  /** The process in a pod; `undefined` when none runs there, or a real one is not up. */
  serverOf(pod: KubeObject): CacheServer | undefined {
    const server = this.#processOf(pod);
    return server?.process?.isUp === false ? undefined : server;
  }

  /** Whether the pod's process is there and takes no connections. */
  isDown(pod: KubeObject): boolean {
    return this.#processOf(pod)?.process?.isUp === false;
  }

  /** Why the real server of a pod has ended by itself; `undefined` where it has not. */
  failureOf(pod: KubeObject): { readonly log: readonly string[]; readonly exitCode: number } | undefined {
    return this.#processes.get(pod.metadata.uid ?? "")?.process?.failure;
  }

  #processOf(pod: KubeObject): CacheServer | undefined {
    const uid = pod.metadata.uid ?? "";
    const running = this.#processes.get(uid);
    if (running !== undefined) return running;
    const saved = this.#saved?.processes.find((entry) => entry.podUid === uid)?.process;
    return saved === undefined ? undefined : this.#start(pod, saved);
  }

  /** The pod's main process has started: it loads the file of its volume. `whenOpen` is called once it listens, and at once where it does already. */
  open(pod: KubeObject, whenOpen: () => void): void {
    const server = this.#start(pod, undefined);
    if (server?.process === undefined || server.process.isUp) whenOpen();
    else server.process.start().then(whenOpen, (error: unknown) => this.#report(`Starting a cache: ${messageOf(error)}`));
  }

  close(pod: KubeObject, how: "terminated" | "killed"): void {
    this.#processOf(pod)?.stop(how);
    this.#processes.delete(pod.metadata.uid ?? "");
    this.#stopped.add(pod.metadata.uid ?? "");
  }

  #start(pod: KubeObject, saved: unknown): CacheServer | undefined {
    const uid = pod.metadata.uid ?? "";
    if (saved !== undefined && this.#stopped.has(uid)) return undefined;
    const description = this.#describe(pod);
    const claimUid = this.#claimOf(pod);
    const image = podSpecOf(pod).containers.map((container) => container.image).join(" ");
    const options = this.#options({
      version: /:v?(\d+\.\d+\.\d+)/u.exec(image)?.[1] ?? USUAL_VERSION, config: configOf(description), file: claimUid === undefined ? undefined : this.#files.get(claimUid),
      onSave: (file) => {
        if (claimUid !== undefined) this.#files.set(claimUid, file);
      },
    });
    const server = this.#takeAhead(description, options) ?? this.#engine.create(options, saved);
    this.#processes.set(uid, server);
    return server;
  }

  #options(own: Partial<CacheOptions> & Pick<CacheOptions, "config">): CacheOptions {
    return { now: () => this.#clock.now(), random: this.#random, version: USUAL_VERSION, file: undefined, onSave: () => undefined, ...own };
  }

  /** The server that was started ahead for a description, once. */
  #takeAhead(description: CacheDescription | undefined, { onSave }: CacheOptions): CacheServer | undefined {
    const ahead = description === undefined ? undefined : this.#ahead.get(description);
    if (ahead === undefined || description === undefined) return undefined;
    this.#ahead.delete(description);
    onSave(ahead.file);
    return ahead.server;
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
      if (damage.client !== undefined) server.keepBusy({ address: damage.client.address, name: damage.client.name, busyMs: damage.client.busyMs, lastCommand: damage.client.command });
    }
    this.#onUse();
  }

  /** Whether a damage's client is still connected to a cache behind its service. */
  isBusy(namespace: string, { service, client }: CacheDamage): boolean {
    return client !== undefined && this.#behind(namespace, service).some((server) => server.isKeptBusyBy(client));
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
  connect(client: KubeObject, host: string): { readonly server: CacheServer; readonly password: string | undefined } | undefined {
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
    return this.#cluster().list("Pod").flatMap((pod) => (this.serverOf(pod)?.clientAddresses ?? []).filter((address) => address.startsWith(own)).map((address) => ({ local: address, remote: `${String(pod.status?.["podIP"] ?? "")}:${portOf(pod, DEFAULT_PORT)}` })));
  }

  #reach(namespace: string, service: string): { readonly server: CacheServer; readonly password: string | undefined } | undefined {
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
        const process = this.#processOf(pod)?.snapshot();
        return process === undefined ? [] : [{ podUid: pod.metadata.uid ?? "", process }];
      }),
    };
  }

  #behind(namespace: string, service: string): readonly CacheServer[] {
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

/** What a server is started with, its password among it. */
function configOf(description: CacheDescription | undefined): ReadonlyMap<string, string> {
  const { config = new Map<string, string>(), password } = description ?? {};
  return new Map([...config, ...(password === undefined ? [] : [["requirepass", password] as const])]);
}

function runAll(server: CacheServer, commands: readonly string[], password: string | undefined): void {
  const client = server.connect("127.0.0.1:40000");
  if (password !== undefined) server.run(client, ["AUTH", password]);
  for (const line of commands) {
    const { reply } = server.run(client, wordsOf(line) ?? []);
    if (reply.kind === "error") throw new Error(`The cache refuses ${line}: ${reply.text}`);
  }
  server.disconnect(client);
}
