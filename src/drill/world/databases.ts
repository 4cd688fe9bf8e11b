import { join } from "node:path";
import { SqlError, type Cluster, type KubeObject, type SqlResult, type WorldClock } from "../contract.ts";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";
import { isTrafficAllowed, portOf } from "../kube/networkPolicies.ts";
import type { MysqlEndpoint, MysqlNetwork } from "../programs/mysqlConnection.ts";
import type { DatabaseEngine, DatabaseServer, ServerOptions } from "../engines/databaseEngine.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import type { Connection, DatabaseDirectory } from "../app/datasource.ts";
import type { VolumeUsage } from "../monitoring/clusterMetrics.ts";
import { DatabaseVolumes, type DatabaseVolume } from "./databaseVolumes.ts";
import type { Ask } from "./dataLoss.ts";
import type { DatabaseDescription, FillingFile, HeldConnections, RowTimes, WorldDescription } from "./description.ts";
import type { KeepBytes } from "./snapshot.ts";
import type { MountedVolume } from "./volumeTools.ts";
import { sleepWorldTime } from "./worldClock.ts";
import { BEGIN_ANEW } from "./faults.ts";

/** A volume's data in a snapshot. */
export interface SavedVolume {
  readonly claimUid: string;
  readonly claim: string;
  /** Name of the file with the server's data, beside the snapshot. */
  readonly dataFile: string;
  /** Connections that a fault holds open. */
  readonly held: readonly HeldConnection[];
  /** Files beside the server's data, bytes by path. */
  readonly files: Readonly<Record<string, number>>;
}

/** A connection that nobody uses and nobody closes. */
interface HeldConnection {
  readonly user: string;
  readonly address: string;
}

const DEFAULT_PORT = 3306;
/** MySQL's `ER_CON_COUNT_ERROR`. */
const TOO_MANY_CONNECTIONS = 1040;
/** Ports that clients connect from. */
const FIRST_PORT = 34_000;
const PORTS = 20_000;

/** The database servers of a world. Data belongs to a volume (the UID of its claim) and outlives the pods that open it. */
export class Databases implements DatabaseDirectory {
  readonly #description: WorldDescription;
  readonly #clock: WorldClock;
  readonly #cluster: () => Cluster;
  readonly #version: string;
  readonly #engine: DatabaseEngine;
  readonly #report: (text: string) => void;
  readonly #elsewhere: (cluster: string) => Databases | undefined;
  readonly #volumes: DatabaseVolumes;
  /** By claim UID. */
  readonly #opening = new Map<string, Promise<void>>();
  readonly #isReachable: () => boolean;
  readonly #isThere: () => boolean;
  #nextServerId: number;
  #connections = 0;
  /** Servers filled before the cluster was up, by claim name: the first volume of that claim takes them. */
  readonly #prepared = new Map<string, DatabaseServer>();

  /** `elsewhere` finds the databases of another cluster, which must be prepared or restored before these; `isReachable` says whether others get to these now, and `isThere` whether the cluster is up at all; `report` is told what goes wrong with a real server. */
  constructor(description: WorldDescription, parts: { readonly clock: WorldClock; readonly cluster: () => Cluster; readonly elsewhere: (cluster: string) => Databases | undefined; readonly isReachable: () => boolean; readonly isThere: () => boolean; readonly firstServerId: number; readonly engine: DatabaseEngine; readonly report: (text: string) => void }) {
    this.#description = description;
    this.#clock = parts.clock;
    this.#engine = parts.engine;
    this.#report = parts.report;
    this.#cluster = parts.cluster;
    this.#elsewhere = parts.elsewhere;
    this.#isReachable = parts.isReachable;
    this.#isThere = parts.isThere;
    this.#nextServerId = parts.firstServerId;
    this.#volumes = new DatabaseVolumes(parts.cluster, (claim) => this.#describe(claim));
    this.#version = description.images.find((image) => image.behaviour === "database")?.version ?? "8.4.0";
  }

  /** Fills the described servers from their dumps and joins replicas to their sources, before any pod starts. */
  async prepare(): Promise<void> {
    for (const database of this.#description.databases) {
      const source = this.#sourceOf(database)?.server;
      this.#prepared.set(database.claim, source === undefined ? await this.#filled(database) : await this.#copied(database, source));
    }
    await this.#link();
  }

  /** Takes over the volumes of a snapshot instead; `read` gives what is in a file beside it. */
  async restore(saved: readonly SavedVolume[], read: (file: string) => Uint8Array): Promise<void> {
    for (const { claimUid, claim, dataFile, held, files } of saved) {
      const server = await this.#engine.create(this.#options(this.#describe(claim)), read(dataFile));
      const volume = this.#volumes.mount(claimUid, claim, server, new Map(Object.entries(files)));
      for (const { user, address } of held) this.#hold(volume, user, address);
    }
    await this.#link();
  }

  /** Everything on the volumes; `keep` puts bytes into a file beside the snapshot and gives its name. */
  save(keep: KeepBytes): readonly SavedVolume[] {
    return [...this.#volumes.all].map(([claimUid, { claim, server, held, files }]) => ({
      claimUid, claim, dataFile: keep(server.save()),
      held: [...held].filter((session) => server.isConnected(session)).map(({ user, address }) => ({ user, address: address ?? "" })),
      files: Object.fromEntries(files),
    }));
  }

  /** The server that a pod's main process runs; `undefined` while its data is being opened or it mounts no volume. */
  serverOf(pod: KubeObject): DatabaseServer | undefined {
    const uid = this.#volumes.claimOf(pod)?.uid;
    const server = uid === undefined ? undefined : this.#volumes.all.get(uid)?.server;
    return server?.process?.isUp === false ? undefined : server;
  }

  /** Why the real server of a pod has ended by itself; `undefined` where it has not. */
  failureOf(pod: KubeObject): { readonly log: readonly string[]; readonly exitCode: number } | undefined {
    return this.#volumes.all.get(this.#volumes.claimOf(pod)?.uid ?? "")?.server.process?.failure;
  }

  /** How full the volume of a claim is; `undefined` for one that holds no database. */
  usageOf(claim: KubeObject): VolumeUsage | undefined {
    return this.#volumes.usageOf(claim);
  }

  /** What a pod sees of its volume; `undefined` where no server has its data there. */
  mounted(pod: KubeObject): MountedVolume | undefined {
    return this.#volumes.mounted(pod);
  }

  /** Puts a file onto the volume of a claim. Throws `notFound` where no server has its data there. */
  fill(namespace: string, file: FillingFile): void {
    this.#volumes.fill(namespace, file);
  }

  /** The table whose rows tell what was lost, and how to ask the server for them that the world began with, whatever became of its pod or claim since; `undefined` where none is described. */
  get original(): { readonly rowTimes: RowTimes; readonly ask: Ask } | undefined {
    const description = this.#description.databases.find(({ rowTimes }) => rowTimes !== undefined);
    const first = [...this.#volumes.all.values()].find(({ claim }) => claim === description?.claim);
    if (description?.rowTimes === undefined || first === undefined) return undefined;
    return {
      rowTimes: description.rowTimes,
      ask: (statement) => {
        const session = first.server.openOwnSession("exporter", description.database);
        try {
          return first.server.execute(session, statement);
        } finally {
          first.server.closeSession(session);
        }
      },
    };
  }

  /** How the client programs in pods reach the servers. */
  network(): MysqlNetwork {
    const endpointOf = (pod: KubeObject | undefined): MysqlEndpoint | undefined => {
      const server = pod === undefined ? undefined : this.serverOf(pod);
      return server === undefined ? undefined : { server, accept: () => undefined };
    };
    const bytesPerSecond = this.#description.databases[0]?.restoreBytesPerSecond;
    return {
      local: endpointOf,
      remote: (pod, host) => {
        const endpoint = endpointOf(this.#reachable(pod, host));
        return endpoint === undefined ? undefined : { ...endpoint, address: this.#addressOf(pod) };
      },
      sleep: (ms, signal) => sleepWorldTime(this.#clock, ms, signal),
      ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    };
  }

  /**
   * Opens the data of a pod's volume: what is there, else the prepared server of that claim, else a new one with an empty database, as
   * the image's entry point makes it. `whenOpen` is called once the server listens, and at once where it does already.
   */
  open(pod: KubeObject, whenOpen: () => void): void {
    const volume = this.#volumes.claimOf(pod);
    if (volume === undefined) return;
    const prepared = this.#prepared.get(volume.claim);
    if (!this.#volumes.all.has(volume.uid) && prepared !== undefined) {
      this.#volumes.mount(volume.uid, volume.claim, prepared);
      this.#prepared.delete(volume.claim);
    }
    const there = this.#volumes.all.get(volume.uid)?.server;
    if (there !== undefined) {
      if (there.process === undefined || there.process.isUp) whenOpen();
      else this.#told(there.process.start(), whenOpen);
      return;
    }
    const opening = this.#opening.get(volume.uid) ?? this.#empty(this.#describe(volume.claim)).then((server) => void this.#volumes.mount(volume.uid, volume.claim, server));
    this.#opening.set(volume.uid, opening);
    this.#told(opening, whenOpen);
  }

  #told(opening: Promise<void>, whenOpen: () => void): void {
    opening.then(whenOpen, (error: unknown) => this.#report(`Opening a database: ${messageOf(error)}`));
  }

  /** A pod's main process has ended, and with it every connection. */
  close(pod: KubeObject, how: "terminated" | "killed"): void {
    const server = this.#volumes.all.get(this.#volumes.claimOf(pod)?.uid ?? "")?.server;
    server?.disconnectAll();
    server?.process?.stop(how);
  }

  /** Lets a client that is gone hold connections to the server on a claim, as many as it takes. Throws `notFound` where none runs. */
  occupy({ claim, account, address, count }: HeldConnections): void {
    const volume = this.#volumes.latest(claim);
    if (volume === undefined) throw new RuntimeError("notFound", `Occupying the database on ${claim}: no server runs there now.`, { hint: BEGIN_ANEW });
    for (let index = 0; index < count && this.#hold(volume, account, `${address}:${FIRST_PORT + index}`); index += 1);
  }

  /** Whether the server on a claim refuses an account for its many connections while some of a fault's are open. */
  isOccupied({ claim, account, address }: HeldConnections): boolean {
    const volume = this.#volumes.latest(claim);
    if (volume === undefined || ![...volume.held].some((session) => session.address?.startsWith(`${address}:`) === true && volume.server.isConnected(session))) return false;
    try {
      volume.server.closeSession(volume.server.openSessionAs(account, undefined, `${address}:${FIRST_PORT + PORTS}`));
      return false;
    } catch (error) {
      if (error instanceof SqlError) return error.errno === TOO_MANY_CONNECTIONS;
      throw error;
    }
  }

  /** Whether a file still keeps the volume of a claim as full as it made it. */
  isFilled(namespace: string, file: FillingFile): boolean {
    return this.#volumes.isFilled(namespace, file);
  }

  /** Whether the server took one more. */
  #hold(volume: DatabaseVolume, user: string, address: string): boolean {
    try {
      volume.held.add(volume.server.openSessionAs(user, undefined, address));
      return true;
    } catch (error) {
      if (error instanceof SqlError) return false;
      throw error;
    }
  }

  /** Connections that a pod holds open: its own end and the server's. */
  connectionsOf(client: KubeObject): readonly { readonly local: string; readonly remote: string }[] {
    const own = `${String(client.status?.["podIP"] ?? "")}:`;
    return this.#cluster().list("Pod").flatMap((pod) => (this.serverOf(pod)?.clientAddresses ?? []).filter((address) => address.startsWith(own)).map((local) => ({ local, remote: `${String(pod.status?.["podIP"] ?? "")}:${portOf(pod, DEFAULT_PORT)}` })));
  }

  /** Where a new connection of a pod comes from. */
  #addressOf(client: KubeObject): string {
    return `${String(client.status?.["podIP"] ?? "10.0.0.1")}:${FIRST_PORT + (this.#connections++ % PORTS)}`;
  }

  connect(client: KubeObject, host: string, database: string, account: string, password: string | undefined): Connection {
    const pod = this.#reachable(client, host);
    const server = pod === undefined ? undefined : this.serverOf(pod);
    if (server === undefined || pod === undefined) throw new Error(`Communications link failure: could not connect to ${host}:3306, Connection refused`);
    const address = this.#addressOf(client);
    const chosen = database === "" ? undefined : database;
    const session = password === undefined ? server.openSessionAs(account, chosen, address) : server.openSession(account, password, chosen, address);
    return { execute: (statement, busyMs = 0) => server.execute(session, statement, busyMs), [Symbol.dispose]: () => server.closeSession(session) };
  }

  /**
   * What an exporter reads: the answers of the server behind a service, `undefined` for a statement that it refuses. `undefined` as a whole
   * where the server cannot be reached or takes no more connections.
   */
  question(namespace: string, service: string, statements: readonly string[]): readonly (SqlResult | undefined)[] | undefined {
    const [name] = readyAddresses(this.#cluster(), namespace, service);
    const pod = name === undefined ? undefined : this.#cluster().get("Pod", namespace, name);
    const server = pod === undefined ? undefined : this.serverOf(pod);
    if (server === undefined) return undefined;
    try {
      const session = server.openOwnSession("exporter", undefined);
      const answers = statements.map((statement) => refusable(() => server.execute(session, statement)));
      server.closeSession(session);
      return answers;
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  }

  /** The first ready pod of the service that a host name means for a client's pod, where the network lets the client through. */
  #reachable(client: KubeObject, host: string): KubeObject | undefined {
    const { namespace = "" } = client.metadata;
    const [name] = readyAddresses(this.#cluster(), namespace, host.split(".")[0] ?? host);
    const pod = name === undefined ? undefined : this.#cluster().get("Pod", namespace, name);
    return pod !== undefined && isTrafficAllowed(this.#cluster(), { kind: "pod", pod: client }, { kind: "pod", pod }, portOf(pod, DEFAULT_PORT)) ? pod : undefined;
  }

  #describe(claim: string | undefined): DatabaseDescription | undefined {
    return this.#description.databases.find((database) => database.claim === claim);
  }

  /** Delays what the replica on a claim applies from now on. Throws `notFound` where there is no such replica. */
  delayReplica(claim: string, lagMs: number): void {
    if (this.#serverOn(claim)?.delayReplication(lagMs) !== true) throw new RuntimeError("notFound", `Delaying the replica on ${claim}: it replicates nothing now.`, { hint: BEGIN_ANEW });
  }

  #serverOn(claim: string): DatabaseServer | undefined {
    return this.#prepared.get(claim) ?? this.#volumes.latest(claim)?.server;
  }

  #sourceOf({ replicaOf, sourceCluster, namespace, sourceHost }: DatabaseDescription): { readonly server: DatabaseServer; readonly isReachable: () => boolean } | undefined {
    const place = sourceCluster === undefined ? this : this.#elsewhere(sourceCluster);
    if (place === undefined || replicaOf === undefined) return undefined;
    const server = place.#serverOn(replicaOf);
    if (server === undefined) return undefined;
    const isUp = (): boolean => place.#isThere() && readyAddresses(place.#cluster(), namespace, sourceHost.split(".")[0] ?? sourceHost).length > 0;
    return { server, isReachable: () => isUp() && (place === this || (place.#isReachable() && this.#isReachable())) };
  }

  async #link(): Promise<void> {
    for (const database of this.#description.databases) {
      const [source, copy] = [this.#sourceOf(database), this.#serverOn(database.claim)];
      if (source === undefined || copy === undefined) continue;
      await this.#engine.follow(source.server, copy, { lagMs: database.lagMs, host: database.sourceHost, user: "replication", isReachable: source.isReachable });
    }
  }

  async #empty(description: DatabaseDescription | undefined): Promise<DatabaseServer> {
    const server = await this.#engine.create(this.#options(description));
    if (description !== undefined) server.createDatabase(description.database);
    return server;
  }

  #options(description: DatabaseDescription | undefined): ServerOptions {
    this.#nextServerId += 1;
    return {
      // The cluster's name belongs to it: a server that loads the data of one of the same name takes it for its own.
      clock: this.#clock, version: this.#version, hostname: `${description?.claim ?? "mysql"}.${this.#description.name}`, serverId: this.#nextServerId, binaryLogFile: "binlog.000001", isReadOnly: description?.replicaOf !== undefined,
      users: (description?.accounts ?? []).map((account) => ({ ...account, ...(description === undefined || account.isSuper ? {} : { database: description.database }) })),
    };
  }

  async #filled(description: DatabaseDescription): Promise<DatabaseServer> {
    const server = await this.#empty(description);
    const { dump, database, since } = description;
    await this.#engine.fill(server, { dump: dump === undefined ? undefined : join(this.#description.folder, dump), database, since });
    return server;
  }

  /** A replica begins with its source's data, read-only. */
  async #copied(description: DatabaseDescription, source: DatabaseServer): Promise<DatabaseServer> {
    const server = await this.#empty(description);
    await this.#engine.copy(source, server, description.database);
    return server;
  }
}

/** `undefined` for a statement that the server refuses: an account may not see everything. */
function refusable(ask: () => SqlResult): SqlResult | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
