import { readAlerts } from "../core/health/alerts.ts";
import { readBackupHealth, type BackupSource } from "../core/health/backups.ts";
import { readClusterHealth, type ClusterSources } from "../core/health/clusterHealth.ts";
import { VolumeUseBeat } from "../core/health/volumeUse.ts";
import { WatchedLists } from "../core/health/watchedLists.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { KubernetesPort, ToolPorts } from "../core/ports.ts";
import type { ClusterHealth, HealthReport } from "../core/protocol.ts";
import type { RecoveryPointEvidence } from "../core/run/recoveryPoint.ts";
import type { TargetSpec } from "../core/runbook/document.ts";
import { RuntimeError } from "../core/runtimeError.ts";

/** How often a bucket of which the facts say nothing should have a new backup, milliseconds. */
const DAILY_MS = 86_400_000;
/** When nobody has looked for so long, the watches end, milliseconds. */
const UNSEEN_MS = 120_000;

/** What the health of a run is read from. */
export interface HealthSources {
  readonly targets: readonly TargetSpec[];
  readonly facts: Facts | undefined;
  readonly ports: ToolPorts;
  /** Told once when something in a cluster has changed since the last look. */
  readonly onChange: () => void;
}

type OtherHealth = Omit<HealthReport, "checkedAt" | "clusters">;

interface WatchedCluster {
  readonly kubernetes: KubernetesPort;
  readonly lists: WatchedLists;
  readonly uses: VolumeUseBeat;
}

/** The health of a run's clusters, by watches, and of its backups and alerts, at each look. */
export class RunHealth {
  readonly #sources: HealthSources;
  readonly #clusters = new Map<string, WatchedCluster>();
  #others: OtherHealth | undefined;
  #seenAt = 0;
  #isTold = false;

  constructor(sources: HealthSources) {
    this.#sources = sources;
  }

  /** Reads everything, or only the clusters, with backups and alerts as they were; `rpoMs` is the run's recovery point objective. */
  async read(of: "everything" | "clusters", rpoMs: number | undefined, signal: AbortSignal): Promise<HealthReport> {
    const { targets, facts, ports } = this.#sources;
    this.#seenAt = ports.clock.now();
    this.#isTold = false;
    const [clusters, others] = await Promise.all([
      Promise.all(targets.filter((target) => target.kind === "kubernetes").map((target, index) => this.#readCluster(target, { services: facts?.services ?? [], isStandIn: index > 0 }, signal))),
      of === "clusters" && this.#others !== undefined ? this.#others : this.#readOthers(rpoMs, signal),
    ]);
    this.#others = others;
    return { checkedAt: ports.clock.now(), clusters, ...others };
  }

  /** True where backups bring data back, by what the facts say: then there are recovery points to look for. */
  get hasRecoveryPoints(): boolean {
    return this.#sources.facts?.backups.some(({ recoversData }) => recoversData) === true;
  }

  /** The newest recovery point that the backups show now; `undefined` where none can be read. */
  async recoveryPoint(signal: AbortSignal): Promise<RecoveryPointEvidence | undefined> {
    return (await this.#readBackups(undefined, signal)).recoveryPoint;
  }

  /** Ends all watches. */
  stop(): void {
    for (const { lists } of this.#clusters.values()) lists.stop();
    this.#clusters.clear();
  }

  async #readOthers(rpoMs: number | undefined, signal: AbortSignal): Promise<OtherHealth> {
    const { facts, ports } = this.#sources;
    const [backups, alerts] = await Promise.all([
      this.#readBackups(rpoMs, signal),
      facts?.prometheus === undefined ? [] : readAlerts({ http: ports.http, clock: ports.clock, url: facts.prometheus }, signal),
    ]);
    return { ...backups, alerts };
  }

  async #readBackups(rpoMs: number | undefined, signal: AbortSignal): ReturnType<typeof readBackupHealth> {
    const { targets, facts, ports } = this.#sources;
    const sources = await Promise.all(targets.flatMap((target) => (target.kind === "aws" ? target.buckets.map((bucket) => backupSources(target, bucket, facts, ports)) : [])));
    return readBackupHealth(sources.flat(), rpoMs, ports.clock, signal);
  }

  /** The runbook's first cluster is the one that the facts describe. One that the kubeconfig does not have (yet, where the runbook builds it) has a report that says so. */
  async #readCluster({ alias, context, namespace }: Extract<TargetSpec, { kind: "kubernetes" }>, wanted: Pick<ClusterSources, "services" | "isStandIn">, signal: AbortSignal): Promise<ClusterHealth> {
    const { ports } = this.#sources;
    let kubernetes: KubernetesPort;
    try {
      kubernetes = await ports.kubernetes(context);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      return { alias, state: "unreachable", detail: error.message, changes: [], services: [], workloads: [], volumes: [], warnings: [] };
    }
    const { lists, uses } = this.#watched(alias, kubernetes, namespace ?? kubernetes.namespace, wanted.isStandIn === true);
    const health = await readClusterHealth({ clock: ports.clock, kubernetes, ...wanted, lists: (asked, limited) => lists.list(asked, limited), volumeUses: (nodes) => uses.look(nodes, signal), ...(namespace === undefined ? {} : { namespace }) }, signal);
    // What was known of a cluster that does not answer is not to be believed once it does again.
    if (health.state !== "reachable") lists.stop();
    return { alias, ...health };
  }

  /** The facts' Prometheus watches the cluster that they describe, and not a stand-in. */
  #watched(alias: string, kubernetes: KubernetesPort, namespace: string, isStandIn: boolean): WatchedCluster {
    const known = this.#clusters.get(alias);
    if (known?.kubernetes === kubernetes) return known;
    known?.lists.stop();
    const { ports, facts } = this.#sources;
    const onChange = (): void => this.#changed();
    const watched = {
      kubernetes, lists: new WatchedLists(kubernetes, ports.clock, onChange),
      uses: new VolumeUseBeat({ kubernetes, namespace, http: ports.http, clock: ports.clock, prometheus: isStandIn ? undefined : facts?.prometheus }, onChange),
    };
    this.#clusters.set(alias, watched);
    return watched;
  }

  #changed(): void {
    if (this.#sources.ports.clock.now() - this.#seenAt > UNSEEN_MS) this.stop();
    else if (!this.#isTold) {
      this.#isTold = true;
      this.#sources.onChange();
    }
  }
}

/** A bucket's backups as the facts list them; one that they do not name is looked at folder by folder. */
async function backupSources(target: Extract<TargetSpec, { kind: "aws" }>, bucket: string, facts: Facts | undefined, ports: ToolPorts): Promise<readonly BackupSource[]> {
  const store = await ports.objectStore(target.profile, target.region);
  const listed = facts?.backups.filter((backup) => backup.bucket === bucket) ?? [];
  if (listed.length === 0) return [{ store, bucket, prefix: "", everyMs: DAILY_MS }];
  return listed.map(({ prefix, everyMs, keepMs, recoversData }) => ({ store, bucket, prefix, recoversData, ...(everyMs === undefined ? {} : { everyMs }), ...(keepMs === undefined ? {} : { keepMs }) }));
}
