import { flagText, printError, type Call } from "./call.ts";
import { startDeadline } from "./deadline.ts";
import { resolveType, type ApiResource } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { goSort } from "./goSort.ts";
import { at, isJsonList, isObject, listAt, numberAt, objectAt, sortedPairs, textAt, textsAt, type JsonObject } from "./json.ts";
import { splitTypeAndName } from "./targets.ts";
import { parseDuration } from "./time.ts";
import { watchObjects } from "./watch.ts";

export type PodOrder = (a: JsonObject, b: JsonObject) => boolean;

/** A label selector of a workload as text (`app=x,tier in (a,b)`); throws for kinds that select no pods, and `what` they are asked for. */
export function selectorOf(object: JsonObject, what = "attach to"): string {
  const kind = textAt(object, "kind");
  const selector = at(object, "spec", "selector");
  if (!isObject(selector)) {
    const type = structName(textAt(object, "apiVersion"), kind);
    throw new KubectlFailure(`error: cannot ${what} ${type}: selector for ${type} not implemented`);
  }
  if (kind === "Service" || kind === "ReplicationController") return sortedPairs(selector).map(([key, value]) => `${key}=${value}`).join(",");
  const equalities = sortedPairs(objectAt(selector, "matchLabels")).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = listAt(selector, "matchExpressions").map((expression) => ({ key: textAt(expression, "key"), text: expressionText(expression) }));
  return [...equalities, ...expressions]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(",");
}

/** The Go type that kubectl has an object in: a struct for its own kinds. */
function structName(apiVersion: string, kind: string): string {
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  return group.includes(".") && !group.endsWith(".k8s.io") ? "*unstructured.Unstructured" : `*${version}.${kind}`;
}

function expressionText(expression: Parameters<typeof textAt>[0]): string {
  const key = textAt(expression, "key");
  const values = [...textsAt(expression, "values")].sort().join(",");
  switch (textAt(expression, "operator")) {
    case "In":
      return `${key} in (${values})`;
    case "NotIn":
      return `${key} notin (${values})`;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return key;
  }
}

/** The first of the selected pods in the given order, waiting up to `timeoutMs` for one to exist. */
export async function firstPod(call: Call, selector: string, timeoutMs: number, order: PodOrder): Promise<{ readonly pod: JsonObject; readonly count: number }> {
  const pods = await resolveType(call.cluster, "pods", call.signal);
  const deadline = startDeadline(call.ports.clock, timeoutMs, call.signal);
  const target = { cluster: call.cluster, clock: call.ports.clock, resource: pods, namespace: call.namespace, labelSelector: selector, fieldSelector: undefined };
  try {
    for await (const event of watchObjects(target, deadline.signal)) {
      if (event.type === "listed") {
        const [first] = goSort(event.objects, order);
        if (first !== undefined) return { pod: first, count: event.objects.length };
      } else if (event.type !== "DELETED") return { pod: event.object, count: 1 };
    }
  } catch (error) {
    if (deadline.hasPassed()) throw new KubectlFailure("error: timed out waiting for the condition");
    throw error;
  } finally {
    deadline.stop();
  }
  throw new KubectlFailure("error: timed out waiting for the condition");
}

const LOG_PHASES: Readonly<Record<string, number>> = { Running: 0, Unknown: 1, Pending: 2 };

/** podutils' `ByLogging`: the pod whose log says most comes first. */
export const byLogging: PodOrder = (a, b) => {
  const nodeA = textAt(a, "spec", "nodeName");
  const nodeB = textAt(b, "spec", "nodeName");
  if (nodeA !== nodeB && (nodeA === "" || nodeB === "")) return nodeA !== "";
  const phase = (LOG_PHASES[textAt(a, "status", "phase")] ?? 0) - (LOG_PHASES[textAt(b, "status", "phase")] ?? 0);
  if (phase !== 0) return phase < 0;
  if (isReady(a) !== isReady(b)) return isReady(a);
  if (isReady(a) && readySince(a) !== readySince(b)) return afterOrZero(readySince(b), readySince(a));
  return byRestartsAndAge(a, b) ?? afterIfDifferent(created(b), created(a));
};

const ACTIVE_PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** podutils' `ActivePods` reversed: the pod that is most worth executing in comes first. */
export const byActivityReversed: PodOrder = (a, b) => isLessActive(b, a);

function isLessActive(a: JsonObject, b: JsonObject): boolean {
  const nodeA = textAt(a, "spec", "nodeName");
  const nodeB = textAt(b, "spec", "nodeName");
  if (nodeA !== nodeB && (nodeA === "" || nodeB === "")) return nodeA === "";
  const phase = (ACTIVE_PHASES[textAt(a, "status", "phase")] ?? 0) - (ACTIVE_PHASES[textAt(b, "status", "phase")] ?? 0);
  if (phase !== 0) return phase < 0;
  if (isReady(a) !== isReady(b)) return !isReady(a);
  const deletedA = textAt(a, "metadata", "deletionTimestamp");
  const deletedB = textAt(b, "metadata", "deletionTimestamp");
  if ((deletedA !== "") !== (deletedB !== "")) return deletedA !== "";
  if (deletedA !== deletedB) return Date.parse(deletedA) < Date.parse(deletedB);
  if (isReady(a) && readySince(a) !== readySince(b)) return afterOrZero(readySince(a), readySince(b));
  return byRestartsAndAge(a, b) ?? afterIfDifferent(created(a), created(b));
}

function byRestartsAndAge(a: JsonObject, b: JsonObject): boolean | undefined {
  const restarts = (pod: JsonObject, field: string): number => Math.max(0, ...listAt(pod, "status", field).map((status) => numberAt(status, "restartCount")));
  for (const field of ["containerStatuses", "initContainerStatuses"]) {
    if (restarts(a, field) !== restarts(b, field)) return restarts(a, field) > restarts(b, field);
  }
  return undefined;
}

function isReady(pod: JsonObject): boolean {
  return listAt(pod, "status", "conditions").some((condition) => textAt(condition, "type") === "Ready" && textAt(condition, "status") === "True");
}

function readySince(pod: JsonObject): number {
  const ready = listAt(pod, "status", "conditions").find((condition) => textAt(condition, "type") === "Ready" && textAt(condition, "status") === "True");
  return Date.parse(textAt(ready, "lastTransitionTime")) || 0;
}

function created(pod: JsonObject): number {
  return Date.parse(textAt(pod, "metadata", "creationTimestamp")) || 0;
}

/** True when `a` is later; a missing time (0) counts as later than any. */
function afterOrZero(a: number, b: number): boolean {
  return a === 0 || b === 0 ? a === 0 : a > b;
}

function afterIfDifferent(a: number, b: number): boolean {
  return a !== b && afterOrZero(a, b);
}

/** Names of a pod's containers of one sort. */
export function containerNames(pod: JsonObject, field: "containers" | "initContainers" | "ephemeralContainers"): readonly string[] {
  const containers = at(pod, "spec", field);
  return isJsonList(containers) ? containers.map((container) => textAt(container, "name")) : [];
}

export function hasContainer(pod: JsonObject, name: string): boolean {
  return (["containers", "initContainers", "ephemeralContainers"] as const).some((field) => containerNames(pod, field).includes(name));
}

/** The container named by the pod's annotation, else its first; says so on standard error when there was a choice. */
export async function defaultContainer(call: Call, pod: JsonObject, isQuiet: boolean): Promise<string> {
  const annotated = textAt(pod, "metadata", "annotations", "kubectl.kubernetes.io/default-container");
  if (annotated !== "" && hasContainer(pod, annotated)) return annotated;
  const containers = containerNames(pod, "containers");
  const ephemeral = containerNames(pod, "ephemeralContainers").map((name) => `${name} (ephem)`);
  const init = containerNames(pod, "initContainers").map((name) => `${name} (init)`);
  const all = [...containers, ...ephemeral, ...init];
  const first = containers[0] ?? "";
  if (all.length > 1 && !isQuiet) await printError(call, `Defaulted container ${JSON.stringify(first)} out of: ${all.join(", ")}\n`);
  return first;
}

/** `pod/x`, `x`, `deployment/x`: the resource and name of a word whose type defaults to pods. */
export async function podOrOwner(call: Call, word: string): Promise<{ readonly resource: ApiResource; readonly name: string }> {
  const { type, name } = word.includes("/") ? splitTypeAndName(word) : { type: "pods", name: word };
  return { resource: await resolveType(call.cluster, type, call.signal), name };
}

/** `--pod-running-timeout` in milliseconds. Throws kubectl's refusal of none at all; `advice` is what follows it. */
export function podTimeout({ operation }: Call, otherwiseMs: number, advice: string): number {
  const given = flagText(operation, "pod-running-timeout");
  const timeoutMs = given === undefined ? otherwiseMs : parseDuration(given, "pod-running-timeout");
  if (timeoutMs <= 0) throw new KubectlFailure(`error: --pod-running-timeout must be higher than zero${advice}`);
  return timeoutMs;
}
