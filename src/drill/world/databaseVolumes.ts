import type { Cluster, KubeObject, SqlSession } from "../contract.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { podSpecOf } from "../kube/objects.ts";
import { quantity } from "../kube/usage.ts";
import type { VolumeUsage } from "../monitoring/clusterMetrics.ts";
import type { DatabaseServer } from "../engines/databaseEngine.ts";
import type { DatabaseDescription, FillingFile } from "./description.ts";
import { BEGIN_ANEW } from "./faults.ts";
import { claimsOf } from "./faultSite.ts";
import type { MountedVolume } from "./volumeTools.ts";

/** A volume with a database's data on it. */
export interface DatabaseVolume {
  /** Name of its claim. */
  readonly claim: string;
  readonly server: DatabaseServer;
  /** Connections that a fault holds. Those that were ended meanwhile are none any more. */
  readonly held: Set<SqlSession>;
  /** Files beside the server's data, bytes by path. */
  readonly files: Map<string, number>;
}

/** The volumes that the databases of a cluster have their data on, by the UID of their claims: what is on them, and how much room there is. */
export class DatabaseVolumes {
  readonly #cluster: () => Cluster;
  readonly #describe: (claim: string) => DatabaseDescription | undefined;
  readonly #volumes = new Map<string, DatabaseVolume>();

  /** `describe` finds the database that belongs on the volume of a claim. */
  constructor(cluster: () => Cluster, describe: (claim: string) => DatabaseDescription | undefined) {
    this.#cluster = cluster;
    this.#describe = describe;
  }

  get all(): ReadonlyMap<string, DatabaseVolume> {
    return this.#volumes;
  }

  /** Puts a server's data onto a volume; from then on it writes only while there is room. */
  mount(claimUid: string, claim: string, server: DatabaseServer, files = new Map<string, number>()): DatabaseVolume {
    const volume = { claim, server, held: new Set<SqlSession>(), files };
    this.#volumes.set(claimUid, volume);
    server.livesOn({ isFull: () => this.#isFull(claimUid) });
    return volume;
  }

  /** The claim that a pod mounts, with its UID; the volume may have no data yet. `undefined` for none. */
  claimOf(pod: KubeObject | undefined): { readonly claim: string; readonly uid: string } | undefined {
    if (pod === undefined) return undefined;
    for (const claim of claimsOf(pod)) {
      const uid = this.#claim(pod.metadata.namespace, claim)?.metadata.uid;
      if (uid !== undefined) return { claim, uid };
    }
    return undefined;
  }

  /** The volume of a claim that was made last; an older one of that name is gone. */
  latest(claim: string): DatabaseVolume | undefined {
    return [...this.#volumes.values()].findLast((volume) => volume.claim === claim);
  }

  /** How full the volume of a claim is; `undefined` for one that holds no database. */
  usageOf(claim: KubeObject): VolumeUsage | undefined {
    const volume = this.#volumes.get(claim.metadata.uid ?? "");
    const data = volume === undefined ? undefined : this.#dataBytes(volume);
    if (volume === undefined || data === undefined) return undefined;
    const capacity = (claim.status as { readonly capacity?: { readonly storage?: string } } | undefined)?.capacity?.storage;
    return { usedBytes: [...volume.files.values()].reduce((sum, bytes) => sum + bytes, data), capacityBytes: quantity(capacity, "memory") };
  }

  /** What a pod sees of its volume; `undefined` where no server has its data there. */
  mounted(pod: KubeObject): MountedVolume | undefined {
    const { uid = "", claim: name = "" } = this.claimOf(pod) ?? {};
    const [volume, description, claim] = [this.#volumes.get(uid), this.#describe(name), this.#claim(pod.metadata.namespace, name)];
    const usage = claim === undefined ? undefined : this.usageOf(claim);
    const data = volume === undefined ? undefined : this.#dataBytes(volume);
    const { volumes = [], containers } = podSpecOf(pod);
    const mount = volumes.find((entry) => entry.persistentVolumeClaim?.claimName === name)?.name;
    const mountPath = containers[0]?.volumeMounts?.find((entry) => entry.name === mount)?.mountPath;
    if (volume === undefined || description === undefined || usage === undefined || data === undefined || mountPath === undefined) return undefined;
    return { mountPath, capacityBytes: usage.capacityBytes, contents: new Map([[`${mountPath}/${description.database}`, data], ...volume.files]), remove: (path) => volume.files.delete(path) };
  }

  /** Puts a file onto the volume of a claim. Throws `notFound` where no server has its data there. */
  fill(namespace: string, { claim: name, file, share }: FillingFile): void {
    const claim = this.#claim(namespace, name);
    const usage = claim === undefined ? undefined : this.usageOf(claim);
    if (usage === undefined) throw new RuntimeError("notFound", `Filling the volume of ${name}: no database has its data there now.`, { hint: BEGIN_ANEW });
    const volume = this.#volumes.get(claim?.metadata.uid ?? "");
    if (volume?.server.process !== undefined) throw new RuntimeError("invalidInput", `Filling the volume of ${name}: a real server writes to this machine's disk, which a drill does not fill.`, { hint: "Drill a full volume on embedded engines." });
    volume?.files.set(file, Math.max(0, Math.ceil(usage.capacityBytes * share) - usage.usedBytes));
  }

  /** Whether a file is still on a volume that it made as full as this. */
  isFilled(namespace: string, { claim: name, file, share }: FillingFile): boolean {
    const claim = this.#claim(namespace, name);
    const usage = claim === undefined ? undefined : this.usageOf(claim);
    return usage !== undefined && usage.usedBytes >= usage.capacityBytes * share && this.#volumes.get(claim?.metadata.uid ?? "")?.files.has(file) === true;
  }

  /** What is described, and what the server has written on top of that. */
  #dataBytes({ claim, server }: DatabaseVolume): number | undefined {
    const description = this.#describe(claim);
    return description === undefined ? undefined : description.usedBytes + server.dataBytes;
  }

  #isFull(claimUid: string): boolean {
    const claim = this.#cluster().list("PersistentVolumeClaim").find(({ metadata }) => metadata.uid === claimUid);
    const usage = claim === undefined ? undefined : this.usageOf(claim);
    return usage !== undefined && usage.capacityBytes > 0 && usage.usedBytes >= usage.capacityBytes;
  }

  #claim(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#cluster().get("PersistentVolumeClaim", namespace ?? "", name);
  }
}
