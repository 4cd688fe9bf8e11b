import { readBackupHealth, type BackupSource } from "../core/health/backups.ts";
import { readClusterHealth, type ClusterSources } from "../core/health/clusterHealth.ts";
import type { Facts } from "../core/facts/facts.ts";
import { readAlerts } from "../core/health/alerts.ts";
import type { KubernetesPort, ToolPorts } from "../core/ports.ts";
import type { ClusterHealth, HealthReport } from "../core/protocol.ts";
import type { TargetSpec } from "../core/runbook/document.ts";
import { RuntimeError } from "../core/runtimeError.ts";

/** How often a bucket of which the facts say nothing should have a new backup, milliseconds. */
const DAILY_MS = 86_400_000;

/** The health of a run's clusters and backups; `rpoMs` is its recovery point objective. */
export async function readRunHealth(targets: readonly TargetSpec[], facts: Facts | undefined, rpoMs: number | undefined, ports: ToolPorts, signal: AbortSignal): Promise<HealthReport> {
  const sources = await Promise.all(targets.flatMap((target) => (target.kind === "aws" ? target.buckets.map((bucket) => backupSources(target, bucket, facts, ports)) : [])));
  const [clusters, backups, alerts] = await Promise.all([
    Promise.all(targets.filter((target) => target.kind === "kubernetes").map((target, index) => readCluster(target, { services: facts?.services ?? [], isStandIn: index > 0 }, ports, signal))),
    readBackupHealth(sources.flat(), rpoMs, ports.clock, signal),
    facts?.prometheus === undefined ? [] : readAlerts({ http: ports.http, clock: ports.clock, url: facts.prometheus }, signal),
  ]);
  return { checkedAt: ports.clock.now(), clusters, alerts, ...backups };
}

/** The runbook's first cluster is the one that the facts describe. One that the kubeconfig does not have (yet, where the runbook builds it) has a report that says so. */
async function readCluster({ alias, context, namespace }: Extract<TargetSpec, { kind: "kubernetes" }>, wanted: Pick<ClusterSources, "services" | "isStandIn">, ports: ToolPorts, signal: AbortSignal): Promise<ClusterHealth> {
  let kubernetes: KubernetesPort;
  try {
    kubernetes = await ports.kubernetes(context);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { alias, state: "unreachable", detail: error.message, changes: [], services: [], workloads: [], volumes: [], warnings: [] };
  }
  return { alias, ...(await readClusterHealth({ clock: ports.clock, kubernetes, ...wanted, ...(namespace === undefined ? {} : { namespace }) }, signal)) };
}

/** A bucket's backups as the facts list them; one that they do not name is looked at folder by folder. */
async function backupSources(target: Extract<TargetSpec, { kind: "aws" }>, bucket: string, facts: Facts | undefined, ports: ToolPorts): Promise<readonly BackupSource[]> {
  const store = await ports.objectStore(target.profile, target.region);
  const listed = facts?.backups.filter((backup) => backup.bucket === bucket) ?? [];
  if (listed.length === 0) return [{ store, bucket, prefix: "", everyMs: DAILY_MS }];
  return listed.map(({ prefix, everyMs, recoversData }) => ({ store, bucket, prefix, recoversData, ...(everyMs === undefined ? {} : { everyMs }) }));
}
