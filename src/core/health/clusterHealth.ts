import { numberAt, textAt, type Json } from "../kubectl/json.ts";
import type { ClockPort, KubernetesPort } from "../ports.ts";
import type { ClusterHealth, HealthItem } from "../protocol.ts";
import { RuntimeError, messageOf } from "../runtimeError.ts";
import type { CriticalService } from "../facts/facts.ts";
import { shortAge } from "./age.ts";
import { recentChanges } from "./changes.ts";
import { REACH_LIMIT_MS, stateOf, withLimit } from "./reach.ts";
import { judgeServices } from "./services.ts";
import { type AskedList, listObjects, type ListObjects } from "./watchedLists.ts";
import { nodesWithClaims, type VolumeUses } from "./volumeUse.ts";
import { judgeClaim } from "./volumes.ts";
import { judgeWorkloads } from "./workloads.ts";

/** What a cluster's health is read from. */
export interface ClusterSources {
  readonly clock: ClockPort;
  readonly kubernetes: KubernetesPort;
  /** Namespace to look at; the port's own when left out. */
  readonly namespace?: string;
  readonly services: readonly CriticalService[];
  /** Whether it is another cluster than the one that the facts describe. Left out: it is that one. */
  readonly isStandIn?: boolean;
  /** How full volumes are, as far as it is known now; asked with the nodes that have volumes mounted. Left out: nobody asks. */
  readonly volumeUses?: (nodes: readonly string[]) => VolumeUses | undefined;
  /** Where lists come from; left out, each is asked for. */
  readonly lists?: ListObjects;
}

const WARNING_WINDOW_MS = 3_600_000;
const MAX_WARNINGS = 10;
/** A busy namespace has tens of thousands of events, of which nearly all are `Normal`. */
const WARNINGS_ONLY = "type=Warning";

const apps = (plural: string, kind: string): AskedList["resource"] => ({ group: "apps", version: "v1", plural, kind, namespaced: true });
const core = (plural: string, kind: string, namespaced = true): AskedList["resource"] => ({ group: "", version: "v1", plural, kind, namespaced });
const DEPLOYMENTS = apps("deployments", "Deployment");
const STATEFUL_SETS = apps("statefulsets", "StatefulSet");
const REPLICA_SETS = apps("replicasets", "ReplicaSet");
const ROLLOUTS: AskedList["resource"] = { group: "argoproj.io", version: "v1alpha1", plural: "rollouts", kind: "Rollout", namespaced: true };
const PODS = core("pods", "Pod");
const CLAIMS = core("persistentvolumeclaims", "PersistentVolumeClaim");
const EVENTS = core("events", "Event");
const CONFIG_MAPS = core("configmaps", "ConfigMap");
const SECRETS = core("secrets", "Secret");
const NODES = core("nodes", "Node", false);

/** Reads a cluster's state; never rejects for its failures, which are the report. Ends within 3 s of the run's clock. */
export async function readClusterHealth(sources: ClusterSources, signal: AbortSignal): Promise<Omit<ClusterHealth, "alias">> {
  const { kubernetes, clock } = sources;
  const namespace = sources.namespace ?? kubernetes.namespace;
  const { lists = async (asked, limited) => (await listObjects(kubernetes, asked, limited)).objects } = sources;
  const none = { changes: [], services: judgeServices(sources.services, []).map((service) => ({ ...service, verdict: "unknown" as const, reason: "the cluster does not say" })), workloads: [], volumes: [], warnings: [] };
  try {
    return await withLimit(clock, REACH_LIMIT_MS, signal, async (limited) => {
      const list = (resource: AskedList["resource"], more: Partial<AskedList> = {}): Promise<readonly Json[]> => lists({ resource, namespace, ...more }, limited);
      const [deployments, statefulSets, pods, claims, events, replicaSets, configMaps, secrets, nodes, rollouts] = await Promise.all([
        // One of the lists is always asked for: it tells whether the cluster answers.
        listObjects(kubernetes, { resource: DEPLOYMENTS, namespace }, limited).then(({ objects }) => objects),
        list(STATEFUL_SETS),
        list(PODS),
        list(CLAIMS),
        list(EVENTS, { fieldSelector: WARNINGS_ONLY }),
        unlessForbidden(list(REPLICA_SETS)),
        unlessForbidden(list(CONFIG_MAPS, { isMetadataOnly: true })),
        unlessForbidden(list(SECRETS, { isMetadataOnly: true })),
        unlessForbidden(list(NODES)),
        unlessForbidden(list(ROLLOUTS, { mayBeMissing: true })),
      ]);
      const uses = claims.length === 0 ? undefined : sources.volumeUses?.(nodesWithClaims(pods));
      const volumes = claims.map((claim) => judgeClaim(claim, uses));
      const workloads = judgeWorkloads({ deployments, statefulSets, rollouts, pods, volumes });
      return {
        state: "reachable", detail: `${kubernetes.context} at ${kubernetes.server}`,
        changes: recentChanges({ deployments, rollouts, statefulSets, replicaSets, configMaps, secrets, nodes }, clock.now()), services: judgeServices(sources.services, workloads, sources.isStandIn),
        workloads, volumes, warnings: recentWarnings(events, clock.now()),
      };
    });
  } catch (error) {
    signal.throwIfAborted();
    const state = stateOf(error);
    if (state === undefined) throw error;
    // The cure belongs to the state: where to sign in, which proxy to look at.
    const hint = error instanceof RuntimeError && error.hint !== "" ? ` ${error.hint}` : "";
    return { state, detail: `${messageOf(error)}${hint}`, ...none };
  }
}

/** What a role may not read is left out of the report: it does not make the cluster forbidden. */
async function unlessForbidden(listing: Promise<readonly Json[]>): Promise<readonly Json[]> {
  try {
    return await listing;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "forbidden") return [];
    throw error;
  }
}

function recentWarnings(events: readonly Json[], now: number): readonly HealthItem[] {
  const seenAt = (event: Json): number => Date.parse(textAt(event, "series", "lastObservedTime") || textAt(event, "lastTimestamp") || textAt(event, "eventTime") || textAt(event, "metadata", "creationTimestamp"));
  return events
    .filter((event) => textAt(event, "type") === "Warning" && now - seenAt(event) <= WARNING_WINDOW_MS)
    .sort((a, b) => seenAt(b) - seenAt(a))
    .slice(0, MAX_WARNINGS)
    .map((event) => {
      const count = Math.max(numberAt(event, "count"), numberAt(event, "series", "count"));
      const times = count > 1 ? ` (${count} times)` : "";
      return {
        name: `${textAt(event, "involvedObject", "kind").toLowerCase()}/${textAt(event, "involvedObject", "name")}`,
        verdict: "degraded",
        reason: `${textAt(event, "reason")}: ${textAt(event, "message").split("\n")[0] ?? ""}${times}, ${shortAge(now - seenAt(event))} ago`,
      };
    });
}
