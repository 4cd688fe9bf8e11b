import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";
import type { Cluster, WorldClock } from "../contract.ts";
import { Prometheus, type SavedPrometheus } from "../monitoring/prometheus.ts";
import { readRules } from "../monitoring/rules.ts";
import type { Caches } from "./caches.ts";
import type { Databases } from "./databases.ts";
import type { WorldDescription } from "./description.ts";
import type { WebServices } from "./webServices.ts";

/** What a cluster's Prometheus sees of it. */
export interface WatchedSite {
  readonly cluster: Cluster;
  readonly databases: Databases;
  readonly caches: Caches;
  readonly web: WebServices;
  readonly clock: WorldClock;
  /** Whether customers of a host come to this cluster now. */
  readonly hasCustomers: (host: string) => boolean;
}

/** A cluster's Prometheus; `undefined` where the world describes none or the cluster has no service of it. Throws for a rules file that cannot be read. */
export function openPrometheus({ monitoring, folder, applications }: WorldDescription, site: WatchedSite, saved: SavedPrometheus | undefined): Prometheus | undefined {
  if (monitoring === undefined || site.cluster.get("Service", monitoring.namespace, monitoring.service) === undefined) return undefined;
  const groups = monitoring.rules === undefined ? [] : readRules(rulesIn(join(folder, monitoring.rules)));
  const { cluster, databases, caches, web, clock, hasCustomers } = site;
  const scraped = { namespace: monitoring.namespace, cluster, applications: web.applications, databases, caches, web, now: () => clock.now() };
  return new Prometheus(monitoring, groups, scraped, applications.map(({ host, traffic: kinds }) => ({ host, kinds, isComing: () => hasCustomers(host) })), saved);
}

function rulesIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new RuntimeError("notFound", `Reading the rules of the world's Prometheus: ${messageOf(cause)}.`, { hint: "Correct monitoring.rules in the world's file, which is relative to it, or bring the file back.", cause });
  }
}
