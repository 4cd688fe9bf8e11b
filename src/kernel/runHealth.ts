import type { BackupSource } from "../core/health/backups.ts";
import { readHealth } from "../core/health/readHealth.ts";
import type { Facts } from "../core/facts/facts.ts";
import { readAlerts } from "../core/health/alerts.ts";
import type { ToolPorts } from "../core/ports.ts";
import type { HealthReport } from "../core/protocol.ts";
import type { TargetSpec } from "../core/runbook/document.ts";

/** How often a bucket of which the facts say nothing should have a new backup, milliseconds. */
const DAILY_MS = 86_400_000;

/** The health of a run's cluster and backups; `rpoMs` is its recovery point objective. A run without a cluster has a report that says so. */
export async function readRunHealth(targets: readonly TargetSpec[], facts: Facts | undefined, rpoMs: number | undefined, ports: ToolPorts, signal: AbortSignal): Promise<HealthReport> {
  const cluster = targets.find((target) => target.kind === "kubernetes");
  if (cluster === undefined) {
    return { state: "unreachable", detail: "The runbook names no Kubernetes target.", checkedAt: ports.clock.now(), changes: [], services: [], workloads: [], volumes: [], warnings: [], backups: [], recoveryPoint: undefined, alerts: [] };
  }
  const kubernetes = await ports.kubernetes(cluster.context);
  const backups = await Promise.all(targets.flatMap((target) => (target.kind === "aws" ? target.buckets.map((bucket) => backupSources(target, bucket, facts, ports)) : [])));
  const [report, alerts] = await Promise.all([
    readHealth({ clock: ports.clock, kubernetes, backups: backups.flat(), services: facts?.services ?? [], ...(rpoMs === undefined ? {} : { rpoMs }), ...(cluster.namespace === undefined ? {} : { namespace: cluster.namespace }) }, signal),
    facts?.prometheus === undefined ? [] : readAlerts({ http: ports.http, clock: ports.clock, url: facts.prometheus }, signal),
  ]);
  return { ...report, alerts };
}

/** A bucket's backups as the facts list them; one that they do not name is looked at folder by folder. */
async function backupSources(target: Extract<TargetSpec, { kind: "aws" }>, bucket: string, facts: Facts | undefined, ports: ToolPorts): Promise<readonly BackupSource[]> {
  const store = await ports.objectStore(target.profile, target.region);
  const listed = facts?.backups.filter((backup) => backup.bucket === bucket) ?? [];
  if (listed.length === 0) return [{ store, bucket, prefix: "", everyMs: DAILY_MS }];
  return listed.map(({ prefix, everyMs, recoversData }) => ({ store, bucket, prefix, recoversData, ...(everyMs === undefined ? {} : { everyMs }) }));
}
