import { RuntimeError } from "../../runtimeError.ts";
import { flagIs, flagText, hasSelector, print, printError, type Call } from "../call.ts";
import { resolveType, type ApiResource } from "../discovery.ts";
import { ApiStatusError, type KubectlFailure } from "../failure.ts";
import { listFailures } from "../failures.ts";
import { fetchNamed, fetchObjects, NO_QUERY } from "../fetch.ts";
import { parseTargets, type ResourceTarget } from "../targets.ts";
import { writeClaim } from "./claim.ts";
import { describeText, type Lines } from "./lines.ts";
import { writePod } from "./pod.ts";
import { textAt, type Json, type JsonObject } from "../json.ts";

/** `kubectl describe` of pods and persistent volume claims. Other kinds go to the real binary. */
export async function runDescribe(call: Call): Promise<number> {
  const { operation } = call;
  const { targets } = await parseTargets(call.cluster, operation.positionals, call.signal, hasSelector(operation));
  const texts: string[] = [];
  const failures: (ApiStatusError | KubectlFailure)[] = [];
  for (const target of targets) {
    try {
      texts.push(...(await describeTarget(call, target)));
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      if (error.reason === "NotFound" && operation.positionals.length === 2) return await describeMatching(call, target, error);
      failures.push(error);
    }
  }
  await print(call, texts.join("\n\n"));
  if (texts.length === 0 && failures.length === 0) {
    await printError(call, flagIs(operation, "all-namespaces") ? "No resources found\n" : `No resources found in ${call.namespace} namespace.\n`);
  }
  return await listFailures(call, failures);
}

async function describeTarget(call: Call, { resource, name }: ResourceTarget): Promise<readonly string[]> {
  if (name !== undefined) return [await describeObject(call, resource, await fetchNamed(call, resource, name))];
  const objects = await fetchObjects(call, resource, undefined, {
    ...NO_QUERY,
    labelSelector: flagText(call.operation, "selector"),
    allNamespaces: flagIs(call.operation, "all-namespaces"),
  });
  const texts: string[] = [];
  for (const object of objects) texts.push(await describeObject(call, resource, object));
  return texts;
}

/** A name that does not exist is taken as a prefix; without a match a vanished pod's events are all there is to tell. */
async function describeMatching(call: Call, { resource, name = "" }: ResourceTarget, original: ApiStatusError): Promise<number> {
  const matching = (await fetchObjects(call, resource, undefined, NO_QUERY)).filter((object) => textAt(object, "metadata", "name").startsWith(name));
  if (matching.length === 0) throw original;
  for (const object of matching) await print(call, `${await describeObject(call, resource, object)}\n`);
  return 0;
}

async function describeObject(call: Call, resource: ApiResource, object: JsonObject): Promise<string> {
  const events = flagIs(call.operation, "show-events", true) ? await eventsOf(call, resource, object) : undefined;
  const write = await writerFor(call, resource, object, events);
  return describeText(call.ports.clock.now(), call.ports.timeZoneOffsetMinutes, write);
}

async function writerFor(call: Call, resource: ApiResource, object: JsonObject, events: readonly Json[] | undefined): Promise<(lines: Lines) => void> {
  if (resource.group === "" && resource.kind === "Pod") return (lines) => writePod(lines, object, events);
  if (resource.group === "" && resource.kind === "PersistentVolumeClaim") {
    const pods = await fetchObjects({ ...call, namespace: textAt(object, "metadata", "namespace") }, await resolveType(call.cluster, "pods", call.signal), undefined, NO_QUERY);
    return (lines) => writeClaim(lines, object, pods, events);
  }
  throw new RuntimeError("internal", `Running kubectl describe: the schema table says that ${resource.kind} is described in process, and nothing does it.`);
}

/** Events of one object; a server that refuses them counts as none, as in kubectl. */
async function eventsOf(call: Call, resource: ApiResource, object: JsonObject): Promise<readonly Json[] | undefined> {
  const events = await resolveType(call.cluster, "events", call.signal);
  const mirror = textAt(object, "metadata", "annotations", "kubernetes.io/config.mirror");
  const uid = mirror === "" ? textAt(object, "metadata", "uid") : mirror;
  const namespace = textAt(object, "metadata", "namespace");
  const parts = [
    `involvedObject.name=${textAt(object, "metadata", "name")}`,
    `involvedObject.namespace=${namespace}`,
    // A pod's events are searched without its kind, as describe.go does.
    ...(resource.kind === "Pod" ? [] : [`involvedObject.kind=${resource.kind}`]),
    `involvedObject.uid=${uid}`,
  ];
  try {
    return await fetchObjects({ ...call, namespace }, events, undefined, { ...NO_QUERY, fieldSelector: parts.join(",") });
  } catch (error) {
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}

