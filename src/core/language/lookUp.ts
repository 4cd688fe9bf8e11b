import { resolveType, resourcePath } from "../kubectl/discovery.ts";
import { KubectlFailure, requireSuccess } from "../kubectl/failure.ts";
import { listAt, objectAt, parseJson, textAt } from "../kubectl/json.ts";
import { withLimit } from "../health/reach.ts";
import type { ClockPort, KubernetesPort, ToolPorts } from "../ports.ts";
import { messageOf } from "../runtimeError.ts";
import type { LookUp, LookUpAnswer } from "./facts.ts";

/** Someone is typing: later than this an answer is of no use, milliseconds. */
const LIMIT_MS = 1500;
/** More names than these are no help. */
const MAX_NAMES = 500;

/** Only names are wanted; a server that cannot leave the rest out sends it whole. */
const NAMES_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** Asks a target for names. Never rejects for what the target does; `clock` is real time. */
export async function answerLookUp(lookUp: LookUp, ports: ToolPorts, clock: ClockPort, signal: AbortSignal): Promise<LookUpAnswer> {
  try {
    const names = await withLimit(clock, LIMIT_MS, signal, (limited) => ask(lookUp, ports, limited));
    return { names: names.slice(0, MAX_NAMES), problem: names.length > MAX_NAMES ? `only the first ${MAX_NAMES} names are shown` : undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { names: [], problem: messageOf(error) };
  }
}

async function ask(lookUp: LookUp, ports: ToolPorts, signal: AbortSignal): Promise<readonly string[]> {
  switch (lookUp.kind) {
    case "namespaces":
      return listNames(await ports.kubernetes(lookUp.context), "/api/v1/namespaces", signal);
    case "objects": {
      const cluster = await ports.kubernetes(lookUp.context);
      return listNames(cluster, resourcePath(await resolveType(cluster, lookUp.type, signal), lookUp.namespace ?? cluster.namespace), signal);
    }
    case "containers": {
      const cluster = await ports.kubernetes(lookUp.context);
      const path = resourcePath(await resolveType(cluster, lookUp.type, signal), lookUp.namespace ?? cluster.namespace, lookUp.name);
      const object = parseJson(requireSuccess(await cluster.request({ method: "GET", path, accept: "application/json" }, signal)).text);
      const spec = textAt(object, "kind") === "Pod" ? objectAt(object, "spec") : objectAt(object, "spec", "template", "spec");
      return ["containers", "initContainers"].flatMap((list) => listAt(spec, list).map((container) => textAt(container, "name")));
    }
    case "keys": {
      const store = await ports.objectStore(lookUp.profile, lookUp.region);
      const page = await store.list({ bucket: lookUp.bucket, prefix: lookUp.prefix, delimiter: "/", token: undefined }, signal);
      return [...page.prefixes, ...page.objects.map(({ key }) => key)].filter((key) => key !== lookUp.prefix);
    }
  }
}

async function listNames(cluster: KubernetesPort, path: string, signal: AbortSignal): Promise<readonly string[]> {
  const response = await cluster.request({ method: "GET", path: `${path}?limit=${MAX_NAMES + 1}`, accept: NAMES_ONLY }, signal);
  if (response.status === 403) throw new KubectlFailure("they may not be listed with your rights");
  return listAt(parseJson(requireSuccess(response).text), "items").map((item) => textAt(item, "metadata", "name"));
}
