import { type Call, flagIs, flagText, hasSelector, printDone, selectorText } from "./call.ts";
import { startDeadline, type Deadline } from "./deadline.ts";
import { objectName, type ApiResource } from "./discovery.ts";
import { ApiStatusError, KubectlFailure } from "./failure.ts";
import { listFailures } from "./failures.ts";
import { fetchNamed, fetchObjects } from "./fetch.ts";
import { at, listAt, numberAt, textAt, type JsonObject } from "./json.ts";
import { firstFound, relaxedExpression } from "./jsonPath.ts";
import { parseJsonPath } from "./jsonPathParse.ts";
import { parseTargets, type ResourceTarget } from "./targets.ts";
import { parseDuration } from "./time.ts";
import { waitForCondition, waitForOneGone, type WaitObject } from "./waitLoop.ts";
import { watchObjects } from "./watch.ts";

type Condition = { readonly kind: "delete" } | { readonly kind: "create" } | { readonly kind: "state"; readonly isMet: (object: JsonObject) => boolean };

const WEEK_MS = 168 * 3_600_000;

/**
 * `kubectl wait`. One thing is better than kubectl: with a selector (or `--all`) and no object yet, it waits inside the same limit for one
 * to appear, where kubectl fails at once; right after a pod was deleted its successor may not exist yet.
 */
export async function runWait(call: Call): Promise<number> {
  const { operation } = call;
  const condition = parseCondition(flagText(operation, "for") ?? "");
  const given = parseDuration(flagText(operation, "timeout") ?? "30s", "timeout");
  const timeoutMs = given < 0 ? WEEK_MS : given;
  const deadline = startDeadline(call.ports.clock, timeoutMs, call.signal);
  try {
    return await waitForAll(call, condition, timeoutMs, deadline);
  } finally {
    deadline.stop();
  }
}

async function waitForAll(call: Call, condition: Condition, timeoutMs: number, deadline: Deadline): Promise<number> {
  const { targets } = await parseTargets(call.cluster, call.operation.positionals, call.signal, hasSelector(call.operation));
  if (targets.length === 0) throw new KubectlFailure("error: arguments in resource/name form must have a single resource and name");
  const failures: (ApiStatusError | KubectlFailure)[] = [];
  let count = 0;
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiStatusError || error instanceof KubectlFailure)) throw error;
      failures.push(error);
    }
  };
  for (const { resource, name } of targets) {
    await attempt(async () => {
      for (const object of await objectsOf(call, { resource, name }, condition, deadline, timeoutMs)) {
        count += 1;
        await attempt(() => waitForOne(call, object, condition, timeoutMs, deadline));
      }
    });
  }
  if (count === 0 && failures.length === 0 && condition.kind !== "delete") throw new KubectlFailure("error: no matching resources found");
  return await listFailures(call, failures);
}

async function waitForOne(call: Call, object: WaitObject, condition: Condition, timeoutMs: number, deadline: Deadline): Promise<void> {
  if (condition.kind === "delete") await waitForOneGone(call, object, timeoutMs, deadline);
  else if (condition.kind === "state") await waitForCondition(call, object, timeoutMs, deadline, condition.isMet);
  await printDone(call, objectName(object.resource, object.name), "condition met");
}

/** The objects that a word of the command stands for; one that is gone already needs no waiting for its end. */
async function objectsOf(call: Call, { resource, name }: ResourceTarget, condition: Condition, deadline: Deadline, timeoutMs: number): Promise<readonly WaitObject[]> {
  try {
    const objects = name === undefined ? await selected(call, resource, condition, deadline, timeoutMs) : [await named(call, resource, name, condition, deadline)];
    return objects.map((object) => ({ resource, namespace: textAt(object, "metadata", "namespace"), name: textAt(object, "metadata", "name"), uid: "" }));
  } catch (error) {
    if (condition.kind === "delete" && error instanceof ApiStatusError && error.reason === "NotFound") return [];
    throw error;
  }
}

async function named(call: Call, resource: ApiResource, name: string, condition: Condition, deadline: Deadline): Promise<JsonObject> {
  if (condition.kind !== "create") return await fetchNamed(call, resource, name);
  return await firstSeen(call, resource, undefined, `metadata.name=${name}`, deadline, "error: timed out waiting for the condition");
}

async function selected(call: Call, resource: ApiResource, condition: Condition, deadline: Deadline, timeoutMs: number): Promise<readonly JsonObject[]> {
  const { operation } = call;
  const labelSelector = selectorText(operation, "selector");
  const fieldSelector = selectorText(operation, "field-selector");
  if (labelSelector === undefined && fieldSelector === undefined && !flagIs(operation, "all")) {
    throw new KubectlFailure("error: resource(s) were provided, but no name was specified");
  }
  const query = { labelSelector, fieldSelector, allNamespaces: flagIs(operation, "all-namespaces"), isWhole: false };
  const objects = await fetchObjects(call, resource, undefined, query);
  if (objects.length > 0 || condition.kind === "delete" || timeoutMs === 0) return objects;
  await firstSeen(call, resource, labelSelector, fieldSelector, deadline, "error: no matching resources found");
  return await fetchObjects(call, resource, undefined, query);
}

async function firstSeen(
  call: Call,
  resource: ApiResource,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
  deadline: Deadline,
  timeoutText: string,
): Promise<JsonObject> {
  const namespace = flagIs(call.operation, "all-namespaces") ? undefined : call.namespace;
  const target = { cluster: call.cluster, clock: call.ports.clock, resource, namespace, labelSelector, fieldSelector };
  try {
    for await (const event of watchObjects(target, deadline.signal)) {
      const object = event.type === "listed" ? event.objects[0] : event.type === "DELETED" ? undefined : event.object;
      if (object !== undefined) return object;
    }
  } catch (error) {
    if (!deadline.hasPassed()) throw error;
  }
  throw new KubectlFailure(timeoutText);
}

function parseCondition(text: string): Condition {
  const lower = text.toLowerCase();
  if (lower === "delete") return { kind: "delete" };
  if (lower === "create") return { kind: "create" };
  if (text.startsWith("condition=")) {
    const [name = "", ...value] = text.slice("condition=".length).split("=");
    const wanted = value.length === 0 ? "true" : value.join("=");
    return { kind: "state", isMet: (object) => hasCondition(object, name.toLowerCase(), wanted.toLowerCase()) };
  }
  if (text.startsWith("jsonpath=")) return { kind: "state", isMet: jsonPathCondition(text.slice("jsonpath=".length)) };
  throw new KubectlFailure(`error: unrecognized condition: ${JSON.stringify(text)}`);
}

/** A condition counts only when it was written for the object's present generation. */
function hasCondition(object: JsonObject, name: string, wanted: string): boolean {
  const condition = listAt(object, "status", "conditions").find((candidate) => textAt(candidate, "type").toLowerCase() === name);
  if (condition === undefined) return false;
  const observed = at(condition, "observedGeneration") ?? at(object, "status", "observedGeneration");
  if (typeof observed === "number" && observed < numberAt(object, "metadata", "generation")) return false;
  return textAt(condition, "status").toLowerCase() === wanted;
}

function jsonPathCondition(input: string): (object: JsonObject) => boolean {
  // A single `=` separates path and value; `==` belongs to a filter.
  const parts = input.replaceAll("==", "\u0000").split("=").map((part) => part.replaceAll("\u0000", "=="));
  const [expression = "", value] = parts;
  if (parts.length > 2) {
    throw new KubectlFailure("error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'");
  }
  const wanted = value?.replaceAll(/^['"]+|['"]+$/g, "");
  if (wanted === "") throw new KubectlFailure("error: jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  const nodes = parseJsonPath(relaxedExpression(expression));
  if (nodes.length === 0) throw new KubectlFailure("error: jsonpath expression cannot be empty");
  return (object) => {
    const results = firstFound(nodes, object);
    const [first] = results;
    if (first === undefined) return false;
    if (results.length > 1) throw new KubectlFailure("error: given jsonpath expression matches more than one value");
    if (wanted === undefined) return true;
    if (typeof first === "object" && first !== null) throw new KubectlFailure("error: jsonpath leads to a nested object or list which is not supported");
    return (first === null ? "<nil>" : String(first)).trim() === wanted.trim();
  };
}
