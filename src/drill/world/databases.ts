import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { SqlError, type Cluster, type KubeObject, type SqlServer, type SqlSession, type WorldClock } from "../contract.ts";
import { createSqlServer } from "../sql/server.ts";
import { linkReplica } from "../sql/replication.ts";
import { readyAddresses, type DatabaseDirectory } from "../app/webApplication.ts";
import type { DatabaseDescription, WorldDescription } from "./description.ts";
import { claimsOf } from "./faults.ts";

/** A server's data in a snapshot. */
export interface SavedServer {
  readonly claimUid: string;
  readonly bytes: string;
}

/** The database servers of a world. Data belongs to a volume (the UID of its claim) and outlives the pods that open it. */
export class Databases implements DatabaseDirectory {
  readonly #description: WorldDescription;
  readonly #clock: WorldClock;
  readonly #cluster: () => Cluster;
  readonly #passwordOf: (pod: KubeObject) => { readonly password: string; readonly database: string };
  readonly #servers = new Map<string, SqlServer>();
  readonly #opening = new Map<string, Promise<SqlServer>>();
  readonly #filled = new Set<string>();

  constructor(parts: { description: WorldDescription; clock: WorldClock; cluster: () => Cluster; passwordOf: (pod: KubeObject) => { readonly password: string; readonly database: string } }) {
    this.#description = parts.description;
    this.#clock = parts.clock;
    this.#cluster = parts.cluster;
    this.#passwordOf = parts.passwordOf;
  }

  /** The server that a pod runs; `undefined` while its data is being opened or it mounts no volume. */
  serverOf(pod: KubeObject): SqlServer | undefined {
    const uid = this.#volumeOf(pod)?.uid;
    return uid === undefined ? undefined : this.#servers.get(uid);
  }

  /** How fast a pod's server takes a dump in, bytes per second of world time; `undefined` where the world does not say. */
  restoreSpeedOf(pod: KubeObject): number | undefined {
    const claim = this.#volumeOf(pod)?.claim;
    return this.#description.databases.find((database) => database.claim === claim && database.namespace === pod.metadata.namespace)?.restoreBytesPerSecond;
  }

  /** Opens the data of a pod's volume: what is there, else the described start of that claim, else an empty server. */
  open(pod: KubeObject): Promise<SqlServer | undefined> {
    const volume = this.#volumeOf(pod);
    if (volume === undefined) return Promise.resolve(undefined);
    const known = this.#opening.get(volume.uid) ?? this.#create(volume.claim, pod).then((server) => {
      this.#servers.set(volume.uid, server);
      return server;
    });
    this.#opening.set(volume.uid, known);
    return known;
  }

  connect(namespace: string, host: string, database: string): { readonly server: SqlServer; readonly session: SqlSession } {
    const service = host.split(".")[0] ?? host;
    const names = readyAddresses(this.#cluster(), namespace, service);
    const pod = names[0] === undefined ? undefined : this.#cluster().get("Pod", namespace, names[0]);
    const server = pod === undefined ? undefined : this.serverOf(pod);
    if (server === undefined || pod === undefined) throw new Error(`Communications link failure: could not connect to ${host}:3306, Connection refused`);
    return { server, session: server.openSession("root", this.#passwordOf(pod).password, database === "" ? undefined : database) };
  }

  /** Joins replicas to their sources, once both have been opened. */
  link(): void {
    for (const replica of this.#description.databases) {
      if (replica.replicaOf === undefined) continue;
      const [source, copy] = [this.#byClaim(replica.namespace, replica.replicaOf), this.#byClaim(replica.namespace, replica.claim)];
      if (source !== undefined && copy !== undefined) linkReplica(source, copy, { lagMs: replica.lagMs, clock: this.#clock });
    }
  }

  /** Everything on the volumes. */
  save(): readonly SavedServer[] {
    return [...this.#servers].map(([claimUid, server]) => ({ claimUid, bytes: Buffer.from(server.save()).toString("base64") }));
  }

  #byClaim(namespace: string, claim: string): SqlServer | undefined {
    const uid = this.#cluster().get("PersistentVolumeClaim", namespace, claim)?.metadata.uid;
    return uid === undefined ? undefined : this.#servers.get(uid);
  }

  #volumeOf(pod: KubeObject): { readonly claim: string; readonly uid: string } | undefined {
    for (const claim of claimsOf(pod)) {
      const uid = this.#cluster().get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid;
      if (uid !== undefined) return { claim, uid };
    }
    return undefined;
  }

  async #create(claim: string, pod: KubeObject): Promise<SqlServer> {
    const { password, database } = this.#passwordOf(pod);
    const image = this.#description.images.find((candidate) => candidate.behaviour === "database");
    const server = await createSqlServer({ clock: this.#clock, version: image?.version ?? "8.0.0", rootPassword: password });
    const start = this.#description.databases.find((candidate) => candidate.claim === claim && candidate.namespace === pod.metadata.namespace);
    const session = server.openSession("root", password, undefined);
    if (start === undefined || this.#filled.has(claim)) {
      if (database !== "") server.execute(session, `CREATE DATABASE IF NOT EXISTS \`${database}\``);
      return server;
    }
    this.#filled.add(claim);
    await this.#fill(server, session, start);
    return server;
  }

  async #fill(server: SqlServer, session: SqlSession, start: DatabaseDescription): Promise<void> {
    server.execute(session, `CREATE DATABASE IF NOT EXISTS \`${start.database}\``);
    session.database = start.database;
    await server.loadFrom(session, createReadStream(join(this.#description.folder, start.dump)).pipe(createGunzip()));
    for (const statement of start.since) server.execute(session, statement);
    if (start.replicaOf !== undefined) for (const variable of ["read_only", "super_read_only"]) server.execute(session, `SET GLOBAL ${variable} = ON`);
  }
}

/** Why a server refuses a connection of its own pod; `undefined` when it takes it. */
export function refusalOf(server: SqlServer | undefined): SqlError | undefined {
  return server === undefined ? new SqlError(2002, "HY000", "Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)") : undefined;
}
