import { isObject, listAt, numberAt, parseJson, textAt, type Json } from "../kubectl/json.ts";
import type { ClockPort, KubernetesPort, ObjectEntry, ObjectStorePort } from "../ports.ts";
import type { HealthItem, HealthReport } from "../protocol.ts";
import { RuntimeError, messageOf } from "../runtimeError.ts";
import { humanSize } from "../aws/list.ts";
import type { CriticalService } from "../facts/facts.ts";
import { shortAge } from "./age.ts";
import { recentChanges } from "./changes.ts";
import { REACH_LIMIT_MS, stateOf, withLimit } from "./reach.ts";
import { judgeServices } from "./services.ts";
import { judgeWorkloads } from "./workloads.ts";

/** What a report is read from. */
export interface HealthSources {
  readonly clock: ClockPort;
  readonly kubernetes: KubernetesPort;
  /** Namespace to look at; the port's own when left out. */
  readonly namespace?: string;
  readonly backups: readonly BackupSource[];
  readonly services: readonly CriticalService[];
}

/** A bucket, or a prefix of it, whose newest object is the newest backup. */
export interface BackupSource {
  readonly store: ObjectStorePort;
  readonly bucket: string;
  /** `""` reports each first-level folder of the bucket by itself. */
  readonly prefix: string;
  /** Age from which the newest object is too old, milliseconds; `undefined` sets no limit. */
  readonly maxAgeMs?: number;
}

const WARNING_WINDOW_MS = 3_600_000;
const MAX_WARNINGS = 10;
const MAX_PAGES = 20;
/** Who changed a Secret and when, without what is in it. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

/** Reads the cluster's and the backups' state; never rejects for their failures, which are the report. Ends within 3 s of the run's clock. */
export async function readHealth(sources: HealthSources, signal: AbortSignal): Promise<Omit<HealthReport, "alerts">> {
  const [cluster, backups] = await Promise.all([readCluster(sources, signal), Promise.all(sources.backups.map((source) => readBackups(source, sources.clock, signal)))]);
  return { ...cluster, checkedAt: sources.clock.now(), backups: backups.flat() };
}

type ClusterReport = Omit<HealthReport, "checkedAt" | "backups" | "alerts">;

async function readCluster(sources: HealthSources, signal: AbortSignal): Promise<ClusterReport> {
  const { kubernetes, clock } = sources;
  const namespace = encodeURIComponent(sources.namespace ?? kubernetes.namespace);
  const none = { changes: [], services: judgeServices(sources.services, []).map((service) => ({ ...service, verdict: "unknown" as const, reason: "the cluster does not say" })), workloads: [], volumes: [], warnings: [] };
  try {
    return await withLimit(clock, REACH_LIMIT_MS, signal, async (limited) => {
      const list = (path: string): Promise<readonly Json[]> => listItems(kubernetes, path, limited);
      const optional = (path: string, accept?: string): Promise<readonly Json[]> => listIfAllowed(kubernetes, path, limited, accept);
      const [deployments, statefulSets, pods, claims, events, replicaSets, configMaps, secrets, nodes] = await Promise.all([
        list(`/apis/apps/v1/namespaces/${namespace}/deployments`),
        list(`/apis/apps/v1/namespaces/${namespace}/statefulsets`),
        list(`/api/v1/namespaces/${namespace}/pods`),
        list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
        list(`/api/v1/namespaces/${namespace}/events`),
        optional(`/apis/apps/v1/namespaces/${namespace}/replicasets`),
        optional(`/api/v1/namespaces/${namespace}/configmaps`, METADATA_ONLY),
        optional(`/api/v1/namespaces/${namespace}/secrets`, METADATA_ONLY),
        optional("/api/v1/nodes"),
      ]);
      const workloads = judgeWorkloads(deployments, statefulSets, pods);
      return {
        state: "reachable", detail: `${kubernetes.context} at ${kubernetes.server}`,
        changes: recentChanges({ deployments, statefulSets, replicaSets, configMaps, secrets, nodes }, clock.now()), services: judgeServices(sources.services, workloads),
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

/** What a role may not read is left out of the report: it does not make the cluster forbidden. */
async function listIfAllowed(kubernetes: KubernetesPort, path: string, signal: AbortSignal, accept?: string): Promise<readonly Json[]> {
  try {
    return await listItems(kubernetes, path, signal, accept);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "forbidden") return [];
    throw error;
  }
}

async function listItems(kubernetes: KubernetesPort, path: string, signal: AbortSignal, accept = "application/json"): Promise<readonly Json[]> {
  const response = await kubernetes.request({ method: "GET", path: `${path}?limit=500`, accept }, signal);
  const body = parseJson(response.text);
  if (response.status === 401) throw new RuntimeError("signInNeeded", `Reading ${kubernetes.context}: the server wants you to sign in`);
  if (response.status === 403) throw new RuntimeError("forbidden", `Reading ${kubernetes.context}: ${textAt(body, "message") || "forbidden"}`);
  if (response.status !== 200 || !isObject(body)) throw new RuntimeError("apiStatus", `Reading ${kubernetes.context}: the server answered ${response.status} ${textAt(body, "message")}`.trimEnd());
  return listAt(body, "items");
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

async function readBackups(source: BackupSource, clock: ClockPort, signal: AbortSignal): Promise<readonly HealthItem[]> {
  const address = `s3://${source.bucket}/${source.prefix}`;
  try {
    const { newest, isWhole } = await withLimit(clock, REACH_LIMIT_MS, signal, (limited) => newestByFolder(source, limited));
    if (newest.size === 0) return [{ name: address, verdict: "down", reason: "no backup" }];
    return [...newest].map(([folder, entry]) => {
      const ageMs = clock.now() - entry.modifiedAt;
      const isTooOld = source.maxAgeMs !== undefined && ageMs > source.maxAgeMs;
      const partly = isWhole ? "" : `; only the first ${MAX_PAGES * 1000} objects were read`;
      return {
        name: `s3://${source.bucket}/${folder}`, verdict: isWhole ? (isTooOld || entry.size === 0 ? "degraded" : "ok") : "unknown",
        reason: `${entry.key.slice(folder.length)}, ${shortAge(ageMs)} old, ${humanSize(entry.size)}${partly}`,
      };
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RuntimeError)) throw error;
    return [{ name: address, verdict: error.facts["code"] === "NoSuchBucket" ? "down" : "unknown", reason: error.message }];
  }
}

async function newestByFolder(source: BackupSource, signal: AbortSignal): Promise<{ readonly newest: ReadonlyMap<string, ObjectEntry>; readonly isWhole: boolean }> {
  const newest = new Map<string, ObjectEntry>();
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await source.store.list({ bucket: source.bucket, prefix: source.prefix, delimiter: undefined, token }, signal);
    for (const entry of page.objects) {
      const folder = source.prefix === "" ? entry.key.slice(0, entry.key.indexOf("/") + 1) : source.prefix;
      const known = newest.get(folder);
      if (known === undefined || entry.modifiedAt > known.modifiedAt) newest.set(folder, entry);
    }
    if (page.next === undefined) return { newest, isWhole: true };
    token = page.next;
  }
  return { newest, isWhole: false };
}
