import { readHealth } from "../core/health/readHealth.ts";
import type { Facts } from "../core/facts/facts.ts";
import { readAlerts } from "../core/health/alerts.ts";
import type { ToolPorts } from "../core/ports.ts";
import type { HealthReport } from "../core/protocol.ts";
import type { TargetSpec } from "../core/runbook/document.ts";

/** Newest backups older than this are a warning, milliseconds: a day and a bit, for daily ones. */
const BACKUP_MAX_AGE_MS = 26 * 3_600_000;

/** The health of a run's cluster and backups. A run without a cluster has a report that says so. */
export async function readRunHealth(targets: readonly TargetSpec[], facts: Facts | undefined, ports: ToolPorts, signal: AbortSignal): Promise<HealthReport> {
  const cluster = targets.find((target) => target.kind === "kubernetes");
  if (cluster === undefined) {
    return { state: "unreachable", detail: "The runbook names no Kubernetes target.", checkedAt: ports.clock.now(), changes: [], services: [], workloads: [], volumes: [], warnings: [], backups: [], alerts: [] };
  }
  const kubernetes = await ports.kubernetes(cluster.context);
  const backups = await Promise.all(targets.flatMap((target) => (target.kind === "aws" ? target.buckets.map(async (bucket) => ({ store: await ports.objectStore(target.profile, target.region), bucket, prefix: "", maxAgeMs: BACKUP_MAX_AGE_MS })) : [])));
  const [report, alerts] = await Promise.all([
    readHealth({ clock: ports.clock, kubernetes, backups, services: facts?.services ?? [], ...(cluster.namespace === undefined ? {} : { namespace: cluster.namespace }) }, signal),
    facts?.prometheus === undefined ? [] : readAlerts({ http: ports.http, clock: ports.clock, url: facts.prometheus }, signal),
  ]);
  return { ...report, alerts };
}
