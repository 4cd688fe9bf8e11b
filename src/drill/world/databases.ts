import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import type { Cluster, KubeObject, SqlServer, SqlSession, WorldClock } from "../contract.ts";
import { linkReplica } from "../sql/replication.ts";
import { createSqlServer } from "../sql/server.ts";
import { readyAddresses, type DatabaseDirectory } from "../app/webApplication.ts";
import type { DatabaseDescription, WorldDescription } from "./description.ts";
import { claimsOf } from "./faults.ts";

/** A volume's data in a snapshot. */
export interface SavedVolume {
  readonly claimUid: string;
  readonly claim: string;
  /** The server's data, base64. */
  readonly bytes: string;
}

interface Volume {
  readonly claim: string;
  readonly server: SqlServer;
}

/** The database servers of a world. Data belongs to a volume (the UID of its claim) and outlives the pods that open it. */
export class Databases implements DatabaseDirectory {
  readonly #description: WorldDescription;
  readonly #clock: WorldClock;
  readonly #cluster: () => Cluster;
  readonly #version: string;
  /** By claim UID. */
  readonly #volumes = new Map<string, Volume>();
  readonly #opening = new Map<string, Promise<void>>();
  /** Servers filled before the cluster was up, by claim name: the first volume of that claim takes them. */
  readonly #prepared = new Map<string, SqlServer>();

  constructor(description: WorldDescription, clock: WorldClock, cluster: () => Cluster) {
    this.#description = description;
    this.#clock = clock;
    this.#cluster = cluster;
    this.#version = description.images.find((image) => image.behaviour === "database")?.version ?? "8.4.0";
  }

  /** Fills the described servers from their dumps and joins replicas to their sources, before any pod starts. */
  async prepare(): Promise<void> {
    for (const database of this.#description.databases) this.#prepared.set(database.claim, await this.#filled(database));
    this.#link((claim) => this.#prepared.get(claim));
  }

  /** Takes over the volumes of a snapshot instead. */
  async restore(saved: readonly SavedVolume[]): Promise<void> {
    for (const { claimUid, claim, bytes } of saved) {
      const server = await this.#empty(this.#describe(claim));
      server.load(Buffer.from(bytes, "base64"));
      this.#volumes.set(claimUid, { claim, server });
    }
    this.#link((claim) => [...this.#volumes.values()].find((volume) => volume.claim === claim)?.server);
  }

  /** Everything on the volumes. */
  save(): readonly SavedVolume[] {
    return [...this.#volumes].map(([claimUid, { claim, server }]) => ({ claimUid, claim, bytes: Buffer.from(server.save()).toString("base64") }));
  }

  /** The server that a pod's main process runs; `undefined` while its data is being opened or it mounts no volume. */
  serverOf(pod: KubeObject): SqlServer | undefined {
    const uid = this.#volumeOf(pod)?.uid;
    return uid === undefined ? undefined : this.#volumes.get(uid)?.server;
  }

  /** How fast a pod's server takes a dump in, bytes per second of world time. */
  restoreSpeedOf(pod: KubeObject): number | undefined {
    return this.#describe(this.#volumeOf(pod)?.claim)?.restoreBytesPerSecond;
  }

  /**
   * Opens the data of a pod's volume: what is there, else the prepared server of that claim, else a new one with an empty database, as
   * the image's entry point makes it. `whenOpen` is called once the server listens, and at once where it does already.
   */
  open(pod: KubeObject, whenOpen: () => void): void {
    const volume = this.#volumeOf(pod);
    if (volume === undefined) return;
    const prepared = this.#prepared.get(volume.claim);
    if (!this.#volumes.has(volume.uid) && prepared !== undefined) {
      this.#volumes.set(volume.uid, { claim: volume.claim, server: prepared });
      this.#prepared.delete(volume.claim);
    }
    if (this.#volumes.has(volume.uid)) {
      whenOpen();
      return;
    }
    const opening = this.#opening.get(volume.uid) ?? this.#empty(this.#describe(volume.claim)).then((server) => void this.#volumes.set(volume.uid, { claim: volume.claim, server }));
    this.#opening.set(volume.uid, opening);
    void opening.then(whenOpen);
  }

  connect(namespace: string, host: string, database: string): { readonly server: SqlServer; readonly session: SqlSession } {
    const service = host.split(".")[0] ?? host;
    const [name] = readyAddresses(this.#cluster(), namespace, service);
    const pod = name === undefined ? undefined : this.#cluster().get("Pod", namespace, name);
    const server = pod === undefined ? undefined : this.serverOf(pod);
    if (server === undefined || pod === undefined) throw new Error(`Communications link failure: could not connect to ${host}:3306, Connection refused`);
    const password = this.#describe(this.#volumeOf(pod)?.claim)?.password ?? "";
    return { server, session: server.openSession("root", password, database === "" ? undefined : database) };
  }

  #describe(claim: string | undefined): DatabaseDescription | undefined {
    return this.#description.databases.find((database) => database.claim === claim);
  }

  #volumeOf(pod: KubeObject): { readonly claim: string; readonly uid: string } | undefined {
    for (const claim of claimsOf(pod)) {
      const uid = this.#cluster().get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid;
      if (uid !== undefined) return { claim, uid };
    }
    return undefined;
  }

  #link(find: (claim: string) => SqlServer | undefined): void {
    for (const replica of this.#description.databases) {
      const [source, copy] = [find(replica.replicaOf ?? ""), find(replica.claim)];
      if (source !== undefined && copy !== undefined) linkReplica(source, copy, { lagMs: replica.lagMs, clock: this.#clock });
    }
  }

  async #empty(description: DatabaseDescription | undefined): Promise<SqlServer> {
    const password = description?.password ?? "";
    const server = await createSqlServer({ clock: this.#clock, version: this.#version, rootPassword: password });
    if (description !== undefined) server.execute(server.openSession("root", password, undefined), `CREATE DATABASE \`${description.database}\``);
    return server;
  }

  async #filled(description: DatabaseDescription): Promise<SqlServer> {
    const server = await this.#empty(description);
    const session = server.openSession("root", description.password, description.database);
    await server.loadFrom(session, createReadStream(join(this.#description.folder, description.dump)).pipe(createGunzip()));
    for (const statement of description.since) server.execute(session, statement);
    if (description.replicaOf !== undefined) for (const variable of ["read_only", "super_read_only"]) server.execute(session, `SET GLOBAL ${variable} = ON`);
    return server;
  }
}
