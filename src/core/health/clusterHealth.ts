import { queryText } from "../kubectl/fetch.ts";
import { isObject, listAt, numberAt, parseJson, textAt, type Json } from "../kubectl/json.ts";
import type { ClockPort, KubernetesPort, KubernetesResponse } from "../ports.ts";
import type { ClusterHealth, HealthItem } from "../protocol.ts";
import { RuntimeError, messageOf } from "../runtimeError.ts";
import type { CriticalService } from "../facts/facts.ts";
import { shortAge } from "./age.ts";
import { recentChanges } from "./changes.ts";
import { REACH_LIMIT_MS, stateOf, withLimit } from "./reach.ts";
import { judgeServices } from "./services.ts";
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
}

const WARNING_WINDOW_MS = 3_600_000;
const MAX_WARNINGS = 10;
/** Objects a page of the cluster's lists. */
const PAGE = "500";
/** A busy namespace has tens of thousands of events, of which nearly all are `Normal`. */
const WARNINGS_ONLY = "type=Warning";
/** Who changed a Secret and when, without what is in it. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

/** Reads a cluster's state; never rejects for its failures, which are the report. Ends within 3 s of the run's clock. */
export async function readClusterHealth(sources: ClusterSources, signal: AbortSignal): Promise<Omit<ClusterHealth, "alias">> {
  const { kubernetes, clock } = sources;
  const namespace = encodeURIComponent(sources.namespace ?? kubernetes.namespace);
  const none = { changes: [], services: judgeServices(sources.services, []).map((service) => ({ ...service, verdict: "unknown" as const, reason: "the cluster does not say" })), workloads: [], volumes: [], warnings: [] };
  try {
    return await withLimit(clock, REACH_LIMIT_MS, signal, async (limited) => {
      const list = (path: string, fieldSelector?: string): Promise<readonly Json[]> => listItems(kubernetes, { path, fieldSelector }, limited);
      const optional = (path: string, accept?: string): Promise<readonly Json[]> => listIfAllowed(kubernetes, { path, accept }, limited);
      const [deployments, statefulSets, pods, claims, events, replicaSets, configMaps, secrets, nodes] = await Promise.all([
        list(`/apis/apps/v1/namespaces/${namespace}/deployments`),
        list(`/apis/apps/v1/namespaces/${namespace}/statefulsets`),
        list(`/api/v1/namespaces/${namespace}/pods`),
        list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
        list(`/api/v1/namespaces/${namespace}/events`, WARNINGS_ONLY),
        optional(`/apis/apps/v1/namespaces/${namespace}/replicasets`),
        optional(`/api/v1/namespaces/${namespace}/configmaps`, METADATA_ONLY),
        optional(`/api/v1/namespaces/${namespace}/secrets`, METADATA_ONLY),
        optional("/api/v1/nodes"),
      ]);
      const workloads = judgeWorkloads(deployments, statefulSets, pods);
      return {
        state: "reachable", detail: `${kubernetes.context} at ${kubernetes.server}`,
        changes: recentChanges({ deployments, statefulSets, replicaSets, configMaps, secrets, nodes }, clock.now()), services: judgeServices(sources.services, workloads, sources.isStandIn),
        workloads, volumes: claims.map(judgeClaim), warnings: recentWarnings(events, clock.now()),
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

interface AskedList {
  readonly path: string;
  readonly fieldSelector?: string | undefined;
  /** Its representation; `undefined` for whole objects as JSON. */
  readonly accept?: string | undefined;
}

/** What a role may not read is left out of the report: it does not make the cluster forbidden. */
async function listIfAllowed(kubernetes: KubernetesPort, asked: AskedList, signal: AbortSignal): Promise<readonly Json[]> {
  try {
    return await listItems(kubernetes, asked, signal);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "forbidden") return [];
    throw error;
  }
}

/** Every page of a list. A list that the server forgets on the way (410) is asked for once more, in one piece, which cannot be forgotten. */
async function listItems(kubernetes: KubernetesPort, { path, fieldSelector, accept = "application/json" }: AskedList, signal: AbortSignal): Promise<readonly Json[]> {
  const ask = async (limit: string | undefined, token: string | undefined): Promise<KubernetesResponse> =>
    await kubernetes.request({ method: "GET", path: path + queryText([["continue", token], ["fieldSelector", fieldSelector], ["limit", limit]]), accept }, signal);
  const items: Json[] = [];
  let next: string | undefined;
  do {
    const response = await ask(PAGE, next);
    if (response.status === 410 && next !== undefined) return listAt(listBody(kubernetes, await ask(undefined, undefined)), "items");
    const body = listBody(kubernetes, response);
    items.push(...listAt(body, "items"));
    next = textAt(body, "metadata", "continue") || undefined;
  } while (next !== undefined);
  return items;
}

function listBody(kubernetes: KubernetesPort, response: KubernetesResponse): Json {
  const body = parseJson(response.text);
  if (response.status === 401) throw new RuntimeError("signInNeeded", `Reading ${kubernetes.context}: the server wants you to sign in`);
  if (response.status === 403) throw new RuntimeError("forbidden", `Reading ${kubernetes.context}: ${textAt(body, "message") || "forbidden"}`);
  if (response.status !== 200 || !isObject(body)) throw new RuntimeError("apiStatus", `Reading ${kubernetes.context}: the server answered ${response.status} ${textAt(body, "message")}`.trimEnd());
  return body;
}

function judgeClaim(claim: Json): HealthItem {
  const phase = textAt(claim, "status", "phase");
  const size = textAt(claim, "status", "capacity", "storage");
  const isLeaving = textAt(claim, "metadata", "deletionTimestamp") !== "";
  const verdict = isLeaving ? "degraded" : phase === "Bound" ? "ok" : phase === "Lost" ? "down" : phase === "Pending" ? "degraded" : "unknown";
  return { name: `pvc/${textAt(claim, "metadata", "name")}`, verdict, reason: [isLeaving ? "Terminating" : phase || "no phase", size].filter((part) => part !== "").join(", ") };
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
