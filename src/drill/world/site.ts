import { join } from "node:path";
import { serveApplication } from "../app/httpServer.ts";
import { connectionOf, type Connection } from "../app/datasource.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import type { WebApplication } from "../app/webApplication.ts";
import type { Cluster, KubeObject, SqlResult, WorldClock } from "../contract.ts";
import { serviceBehind } from "../kube/controllers/ingresses.ts";
import { startKubernetes, type Kubernetes } from "../kube/kubernetes.ts";
import { changeAs } from "../kube/laterState.ts";
import { podSpecOf } from "../kube/objects.ts";
import type { WorldControl } from "../../core/protocol.ts";
import type { Engines } from "../engines/openEngines.ts";
import type { Prometheus, SavedPrometheus } from "../monitoring/prometheus.ts";
import type { Door } from "../net/door.ts";
import { Attacks, type SavedAttack } from "./attacks.ts";
import { Caches, type SavedCaches } from "./caches.ts";
import { Customers, type SavedCustomers } from "./customers.ts";
import { Databases, type SavedVolume } from "./databases.ts";
import type { ApplicationDescription, ClusterDescription, Flaws, Outage, WorldDescription } from "./description.ts";
import type { Faults, FlawSource } from "./faults.ts";
import type { FaultSite } from "./faultSite.ts";
import { crashOf } from "./flaws.ts";
import { flawsOf, imageBehaviours } from "./images.ts";
import { openPrometheus } from "./openPrometheus.ts";
import { seededRandom } from "./random.ts";
import type { KeepBytes } from "./snapshot.ts";
import { WebServices, type Entrance } from "./webServices.ts";

/** A cluster of a world in a snapshot. */
export interface SavedSite {
  readonly port: number;
  /** `undefined` where it has none. */
  readonly prometheus: SavedPrometheus | undefined;
  /** Ports of what answers HTTP, by host. */
  readonly hosts: Readonly<Record<string, number>>;
  readonly kubernetes: unknown;
  readonly volumes: readonly SavedVolume[];
  readonly caches: SavedCaches;
  readonly attacks: readonly SavedAttack[];
  readonly customers: readonly SavedCustomers[];
  /** How it can be reached, and until when (world epoch milliseconds). */
  readonly outage: { readonly what: Outage; readonly until: number | undefined } | undefined;
}

/** What the clusters of a world share. */
export interface SiteParts {
  readonly clock: WorldClock;
  /** Bearer tokens by user. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly signingKey: string;
  readonly faults: () => Faults;
  /** Another cluster of the world by its name. */
  readonly site: (name: string) => Site | undefined;
  /** Called when something may have changed that no client is told of. */
  readonly onChange: () => void;
  /** Called when its Prometheus has scraped. */
  readonly onScrape: () => void;
  /** Where the world's DNS leads a host name. */
  readonly leadsTo: (host: string) => WorldControl["resolve"]["result"];
  /** Called before a client is told that its change was made. */
  readonly beforeAnswer: () => void;
  /** What a file beside the snapshot holds. */
  readonly readKept: (file: string) => Uint8Array;
  readonly folder: string;
  /** What runs its databases and caches. */
  readonly engines: Engines;
  /** Told, in a sentence, what goes wrong in a world that goes on all the same. */
  readonly report: (text: string) => void;
  /** The cluster's place among the world's, from 0: keeps its random numbers and server ids apart. */
  readonly place: number;
}

const EVERYTHING_OPEN: Outage = { apiServer: "open", network: "open", lastsMs: undefined };
/** Random numbers of different clusters are drawn this far apart. */
const SEED_STEP = 1000;

/** One cluster of a world: its Kubernetes, the servers in it, and the applications that it serves. */
export class Site implements FaultSite {
  readonly description: WorldDescription;
  readonly databases: Databases;
  readonly #parts: SiteParts;
  readonly #caches: Caches;
  readonly #saved: SavedSite | undefined;
  #cluster: Cluster | undefined;
  #kubernetes: Kubernetes | undefined;
  #attacks: Attacks | undefined;
  #customers: Customers | undefined;
  #web: WebServices | undefined;
  #prometheus: Prometheus | undefined;
  #entrances: readonly (Entrance & { readonly door: Door })[] = [];
  #outage: SavedSite["outage"];

  /** `world` gives what all clusters have in common, `own` what this one has for itself. */
  constructor(world: WorldDescription, own: ClusterDescription, parts: SiteParts, saved: SavedSite | undefined) {
    this.description = { ...world, ...own, users: own.users ?? world.users, seed: world.seed + parts.place * SEED_STEP };
    this.#parts = parts;
    this.#saved = saved;
    this.#outage = saved?.outage;
    const cluster = (): Cluster => this.cluster;
    this.databases = new Databases(this.description, {
      clock: parts.clock, cluster, engine: parts.engines.databases, report: parts.report, firstServerId: parts.place * SEED_STEP, isReachable: () => this.outage.network === "open", isThere: () => this.#cluster !== undefined, elsewhere: (name) => parts.site(name)?.databases,
    });
    this.#caches = new Caches({ descriptions: own.caches, clock: parts.clock, cluster, random: seededRandom(this.description.seed + 1), engine: parts.engines.caches, report: parts.report, onUse: () => this.#onCacheUse() }, saved?.caches);
  }

  get name(): string {
    return this.description.name;
  }

  get cluster(): Cluster {
    return required(this.#cluster);
  }

  get kubernetes(): Kubernetes {
    return required(this.#kubernetes);
  }

  /** How it can be reached now. */
  get outage(): Outage {
    return this.#outage?.what ?? EVERYTHING_OPEN;
  }

  /** Loopback base address of each application and of Prometheus, by its host. */
  get hosts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entrances.map(({ host, door }) => [host, `http://127.0.0.1:${door.port}`]));
  }

  /** Fills the servers or takes over their saved data. Clusters that replicate another come after it. */
  async prepare(): Promise<void> {
    if (this.#saved === undefined) await this.databases.prepare();
    else await this.databases.restore(this.#saved.volumes, this.#parts.readKept);
    await this.#caches.prepare();
  }

  /** Brings the cluster up, and the applications in it. Rejects when a port is taken. */
  async open(): Promise<void> {
    await this.#openCluster();
    if (this.#saved === undefined) this.#caches.fill();
    const { clock, signingKey } = this.#parts;
    this.#web = new WebServices(this.description, {
      cluster: this.cluster, databases: this.databases, caches: this.#caches, now: () => clock.now(), signingKey,
      environment: (pod) => this.kubernetes.environment(pod),
      flawsOf: (pod) => this.#flawsOf(pod),
      log: (pod, line) => this.kubernetes.log(pod.metadata.namespace ?? "", pod.metadata.name, podSpecOf(pod).containers[0]?.name ?? "", line),
    });
    for (const entrance of this.#web.entrances) await this.#openDoor(entrance);
    this.#attacks = this.#openAttacks();
    this.#customers = this.#openCustomers();
    this.cluster.subscribe(this.#parts.onChange);
    this.cluster.onAnswer(this.#parts.beforeAnswer);
    if (this.#outage !== undefined) await this.#setDoors();
  }

  /** Lets its Prometheus scrape from now on. Comes after all clusters are up: customers go where DNS leads them. */
  async watch(): Promise<void> {
    const web = required(this.#web);
    this.#prometheus = openPrometheus(this.description, { cluster: this.cluster, databases: this.databases, caches: this.#caches, web, clock: this.#parts.clock, hasCustomers: (host) => this.#hasCustomers(host) }, this.#saved?.prometheus);
    const entrance = this.#prometheus === undefined ? undefined : web.addPrometheus(this.#prometheus);
    if (entrance !== undefined) await this.#openDoor(entrance);
    this.#prometheus?.start(this.#parts.clock, this.#parts.onScrape);
  }

  /** Base address of the application behind a load balancer's name; `undefined` where this cluster has none of that name, or it leads to no application. */
  behind(loadBalancer: string): string | undefined {
    const backend = serviceBehind(this.cluster, loadBalancer);
    if (backend === undefined) return undefined;
    const entrance = this.#entrances.find(({ namespace, services }) => namespace === backend.namespace && services.includes(backend.service));
    return entrance === undefined ? undefined : `http://127.0.0.1:${entrance.door.port}`;
  }

  change(manager: string, object: KubeObject): void {
    changeAs(this.cluster, manager, object, this.#parts.clock.now());
  }

  damageCache: FaultSite["damageCache"] = (namespace, damage) => this.#caches.damage(namespace, damage);

  attack: FaultSite["attack"] = (fault, values, namespace) => required(this.#attacks).start(fault, values, namespace);

  sendCustomers: FaultSite["sendCustomers"] = (fault, values) => required(this.#customers).start(fault, values);

  occupyDatabase: FaultSite["occupyDatabase"] = (held) => this.databases.occupy(held);

  delayReplica: FaultSite["delayReplica"] = (claim, lagMs) => this.databases.delayReplica(claim, lagMs);

  fillVolume: FaultSite["fillVolume"] = (namespace, file) => this.databases.fill(namespace, file);

  isCacheBusy: FaultSite["isCacheBusy"] = (namespace, damage) => this.#caches.isBusy(namespace, damage);

  isDatabaseFull: FaultSite["isDatabaseFull"] = (held) => this.databases.isOccupied(held);

  isVolumeFilled: FaultSite["isVolumeFilled"] = (namespace, file) => this.databases.isFilled(namespace, file);

  standingAttack: FaultSite["standingAttack"] = (fault) => required(this.#attacks).standing(fault);

  get hasUsers(): boolean {
    const { applications } = this.description;
    return applications.length === 0 || applications.some(({ host }) => this.#isLedTo(host));
  }

  async cut(outage: Outage): Promise<void> {
    this.#outage = { what: outage, until: outage.lastsMs === undefined ? undefined : this.#parts.clock.now() + outage.lastsMs };
    await this.#setDoors();
  }

  /** `keep` puts bytes into a file beside the snapshot and gives its name. */
  save(keep: KeepBytes): SavedSite {
    return {
      port: this.kubernetes.port, hosts: Object.fromEntries(this.#entrances.map(({ host, door }) => [host, door.port])), prometheus: this.#prometheus?.save(),
      kubernetes: this.kubernetes.snapshot(), volumes: this.databases.save(keep), caches: this.#caches.save(), attacks: required(this.#attacks).save(), customers: required(this.#customers).save(), outage: this.#outage,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#kubernetes?.close(), ...this.#entrances.map(({ door }) => door.close())]);
  }

  async #setDoors(): Promise<void> {
    const { apiServer, network } = this.outage;
    await Promise.all([this.kubernetes.door.set(apiServer), ...this.#entrances.map(({ door }) => door.set(network))]);
    const until = this.#outage?.until;
    if (until === undefined) return;
    this.#parts.clock.after(Math.max(0, until - this.#parts.clock.now()), () => {
      if (this.#outage?.until !== until) return;
      this.#outage = undefined;
      this.#parts.onChange();
      void this.#setDoors();
    });
  }

  async #openCluster(): Promise<void> {
    const { description } = this;
    const { clock, tokens, folder } = this.#parts;
    const images = imageBehaviours(description.images, {
      now: () => clock.now(),
      databases: this.databases,
      caches: this.#caches,
      faults: () => this.#flaws(),
      databasePrograms: this.#parts.engines.databases.programs(this.#asProcessesRun(this.databases.network())),
      cachePrograms: this.#parts.engines.caches.programs(this.#asProcessesRun(this.#caches.network())),
      databaseOf: (pod) => this.#databaseOf(pod),
      onOpen: () => this.#kubernetes?.reconsider(),
      tools: {
        clock, cluster: () => this.cluster, intrusionsOf: (pod) => this.#attacks?.intrusionsOf(pod) ?? [],
        connectionsOf: (pod) => [...this.databases.connectionsOf(pod), ...this.#caches.connectionsOf(pod)],
      },
    });
    this.#kubernetes = await startKubernetes({
      clock, images, version: description.kubernetesVersion, objects: description.objects, contexts: description.contexts, random: seededRandom(description.seed), stateFolder: this.#parts.place === 0 ? folder : join(folder, "clusters", description.name),
      users: description.users.map((user) => ({ ...user, token: tokens[user.name] ?? "" })),
      onCluster: (cluster) => {
        this.#cluster = cluster;
      },
      web: (namespace, service) => this.#web?.service(namespace, service),
      volumeUsage: (claim) => this.databases.usageOf(claim),
      ...(description.loadBalancers === undefined ? {} : { loadBalancers: description.loadBalancers }),
      ...(this.#saved === undefined ? { establishedMs: description.establishedMs, later: description.later } : { port: this.#saved.port, snapshot: this.#saved.kubernetes }),
    });
  }

  async #openDoor(entrance: Entrance): Promise<void> {
    const door = await serveApplication(entrance.web, this.#saved?.hosts[entrance.host] ?? 0, this.#parts.clock, this.#parts.beforeAnswer);
    this.#entrances = [...this.#entrances, { ...entrance, door }];
    await door.set(this.outage.network);
  }

  /** What the modelled traffic does to caches is no reason to save: it comes all the time. */
  #onCacheUse(): void {
    if (this.#prometheus?.isScraping !== true) this.#parts.onChange();
  }

  #openAttacks(): Attacks {
    const application = (host: string): WebApplication | undefined => this.#web?.application(host);
    return new Attacks({
      clock: this.#parts.clock, cluster: this.cluster, application, keyOf: (host) => application(host)?.servingKey,
      described: (name, values) => this.description.faults.find((fault) => fault.name === name)?.recipe(values).attack,
      databaseOf: (pod) => this.#databaseOf(pod),
    }, this.#saved?.attacks ?? []);
  }

  /** Whether people who look for a host come here now. */
  #hasCustomers(host: string): boolean {
    return this.outage.network === "open" && this.#isLedTo(host);
  }

  /** Asks the database of an application here as its first ready pod does. Throws where that cannot be. */
  askDatabase({ namespace, service }: ApplicationDescription, statement: string): SqlResult {
    const [name] = readyAddresses(this.cluster, namespace, service);
    const pod = name === undefined ? undefined : this.cluster.get("Pod", namespace, name);
    if (pod === undefined) throw new Error(`no pod of ${service} is ready.`);
    using connection = this.#databaseOf(pod);
    return connection.execute(statement);
  }

  /** A name that leads to nothing would lead here. */
  #isLedTo(host: string): boolean {
    const end = this.#parts.leadsTo(host);
    return end.kind !== "found" || end.base === this.hosts[host];
  }

  #openCustomers(): Customers {
    return new Customers({
      clock: this.#parts.clock, application: (host) => (this.#hasCustomers(host) ? this.#web?.application(host) : undefined),
      described: (name, values) => this.description.faults.find((fault) => fault.name === name)?.recipe(values).customers,
    }, this.#saved?.customers ?? []);
  }

  #databaseOf(pod: KubeObject): Connection {
    return connectionOf(pod, this.description.applications, { databases: this.databases, environment: (each) => this.kubernetes.environment(each) });
  }

  /** A container whose process ends as it starts is seen running for a moment: nothing in it takes connections. */
  #asProcessesRun<Network extends { local(pod: KubeObject): unknown }>(network: Network): Network {
    const isEnding = (pod: KubeObject): boolean => crashOf(this.#flawsOf(pod), pod, this.#parts.clock.now()) !== undefined;
    return { ...network, local: (pod: KubeObject) => (isEnding(pod) ? undefined : network.local(pod)) };
  }

  /** What is wrong with a pod's processes now. */
  #flawsOf(pod: KubeObject): readonly Flaws[] {
    return flawsOf(this.description.images, this.#flaws(), pod);
  }

  #flaws(): FlawSource {
    return { flawsOf: (pod) => this.#parts.faults().flawsOf(this.cluster, pod) };
  }
}

/** A part of the world that must be up by now. */
function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("A part of the world was used before it was up.");
  return part;
}
