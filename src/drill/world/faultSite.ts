import type { Cluster, KubeObject } from "../contract.ts";
import type { CacheDamage, DnsRecord, FillingFile, HeldConnections, Outage } from "./description.ts";

/** One cluster as faults change it, and as it says what of that still holds. */
export interface FaultSite {
  readonly cluster: Cluster;
  /** Whether the names of its applications lead people here. */
  readonly hasUsers: boolean;
  /** How it can be reached now. */
  readonly outage: Outage;
  /** Gives an object a later state under a field manager's name. */
  change(manager: string, object: KubeObject): void;
  /** Damages the caches behind a service. Throws `notFound` where none runs. */
  damageCache(namespace: string, damage: CacheDamage): void;
  /** Delays the replica on a claim. Throws `notFound` where it replicates nothing. */
  delayReplica(claim: string, lagMs: number): void;
  /** Sets a fault's attacker to work, with these values of its parameters. Throws `notFound` where there is nothing to attack. */
  attack(fault: string, values: Readonly<Record<string, string>>, namespace: string): void;
  /** Sends a fault's customers, with these values of its parameters. */
  sendCustomers(fault: string, values: Readonly<Record<string, string>>): void;
  /** Lets a client hold connections to a database. Throws `notFound` where none runs. */
  occupyDatabase(held: HeldConnections): void;
  /** Puts a file onto a database's volume. Throws `notFound` where there is no such volume. */
  fillVolume(namespace: string, file: FillingFile): void;
  /** Decides how the cluster can be reached. Resolves once clients meet it so. */
  cut(outage: Outage): Promise<void>;
  /** Whether the client of a damage still keeps a cache busy. */
  isCacheBusy(namespace: string, damage: CacheDamage): boolean;
  /** Whether a database takes nobody more while a fault's connections are open. */
  isDatabaseFull(held: HeldConnections): boolean;
  /** Whether a volume is as full as a file made it, which is still there. */
  isVolumeFilled(namespace: string, file: FillingFile): boolean;
  /** What a fault's attacker still gets, in words; `undefined` for nothing. */
  standingAttack(fault: string): string | undefined;
}

/** How faults reach what they change. */
export interface FaultTools {
  /** A cluster by its name, `undefined` meaning the world's own. Throws `notFound` for one that is not there. */
  readonly site: (name: string | undefined) => FaultSite;
  /** Changes records on all name servers and resolvers at once. */
  readonly changeDns: (zone: string, records: readonly DnsRecord[]) => void;
  /** Whether people on the way to an application are led by these records. */
  readonly isMisled: (records: readonly DnsRecord[]) => boolean;
}

/** Names of the volume claims that a pod mounts. */
export function claimsOf(pod: KubeObject): readonly string[] {
  const volumes = pod.spec?.["volumes"];
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume: { persistentVolumeClaim?: { claimName?: string } }) => volume.persistentVolumeClaim?.claimName ?? []);
}
