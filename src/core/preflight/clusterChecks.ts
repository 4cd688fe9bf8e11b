import type { PlannedOperation } from "../command/plan.ts";
import { flagText } from "../command/schema/spec.ts";
import { requestText } from "../plan/callWords.ts";
import { groupResource, resolveTypes, resourcePath, type ApiResource } from "../kubectl/discovery.ts";
import { apiStatusError, KubectlFailure, requireSuccess } from "../kubectl/failure.ts";
import { queryText } from "../kubectl/fetch.ts";
import { at, listAt, objectAt, parseJson, textAt, type Json } from "../kubectl/json.ts";
import { accessNeeds, type AccessNeed } from "./accessNeeds.ts";
import { fails, ok, openPlace, unknown, warns, type Check, type CheckSources, type ClusterPlace } from "./check.ts";
import { dryRunCall } from "./dryRun.ts";
import { namedContainer, namedObjects, type NamedObject } from "./objectWords.ts";
import type { Finding } from "./report.ts";

/**
 * What is to be found out in the cluster before a kubectl call. Words that only the run knows are not asked about. `isAfterMaking`: a cell
 * further up makes objects, so what is missing now may be there by then.
 */
export function clusterChecks({ operation, unresolved }: PlannedOperation, place: ClusterPlace, isAfterMaking: boolean): readonly Check[] {
  const isKnown = (word: string | undefined): boolean => word === undefined || !unresolved.some((part) => word.includes(part));
  if (!isKnown(place.namespace)) return [];
  const access = accessNeeds(operation).filter(({ type }) => isKnown(type)).map((need) => accessCheck(isKnown(need.name) ? need : { ...need, name: undefined }, place));
  const objects = operation.verb === "create" ? [] : namedObjects(operation).filter(({ type, name }) => name !== undefined && isKnown(type) && isKnown(name));
  const container = namedContainer(operation);
  const isLeniently = operation.flags["ignore-not-found"] === true;
  const existence = isLeniently ? [] : objects.map((object) => existenceCheck(object, container !== undefined && isKnown(container) ? container : undefined, place, isAfterMaking));
  const selector = flagText(operation, "selector");
  const selection = selector === undefined || !isKnown(selector) ? [] : selectable(operation.verb, namedObjects(operation)).filter(isKnown).map((type) => selectorCheck(type, selector, place));
  const tried = unresolved.length === 0 ? dryRunCall(operation) : undefined;
  return [...access, ...existence, ...selection, ...(tried === undefined ? [] : [dryRunCheck(requestText({ operation, unresolved, start: 0, end: 0 }), tried, place)])];
}

function selectable(verb: string, objects: readonly NamedObject[]): readonly string[] {
  if (verb === "get" || verb === "describe") return [];
  return verb === "logs" ? ["pods"] : objects.filter(({ name }) => name === undefined).map(({ type }) => type);
}

function key(place: ClusterPlace, ...parts: readonly (string | undefined)[]): string {
  return [place.spec.name, place.namespace ?? "", ...parts.map((part) => part ?? "")].join("|");
}

function accessCheck(need: AccessNeed, place: ClusterPlace): Check {
  const object = `${need.type}${need.subresource === undefined ? "" : `/${need.subresource}`}${need.name === undefined ? "" : ` ${need.name}`}`;
  return {
    key: key(place, "access", need.verb, need.type.toLowerCase(), need.subresource, need.name), kind: "permission", what: `${need.verb} ${object}`, target: place.spec,
    run: async (sources, signal) => {
      const { cluster, namespace } = await openPlace(place, sources);
      const types = await typesOf(need.type, place, sources, signal);
      if (isFinding(types)) return types;
      for (const resource of types) {
        const attributes = {
          group: resource.group, resource: resource.plural, verb: need.verb,
          ...(resource.namespaced ? { namespace } : {}), ...(need.subresource === undefined ? {} : { subresource: need.subresource }), ...(need.name === undefined ? {} : { name: need.name }),
        };
        const body = JSON.stringify({ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: attributes } });
        const response = await cluster.request({ method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", contentType: "application/json", accept: "application/json", body }, signal);
        if (response.status >= 300) return unknown(`the server does not say whether one may ${need.verb} ${resource.plural}: ${apiStatusError(response.status, response.text, "").message}`);
        const answer = parseJson(response.text);
        if (at(answer, "status", "allowed") === true) continue;
        const where = resource.namespaced ? ` in ${namespace}` : "";
        const reason = textAt(answer, "status", "reason");
        const right = `${resource.plural}${need.subresource === undefined ? "" : `/${need.subresource}`}`;
        return fails(`cannot ${need.verb} ${right}${where}${reason === "" ? "" : ` (${reason})`}`, `Ask for the right to ${need.verb} ${resource.group === "" ? right : `${right} (${resource.group})`}${where}, or use a context that has it.`);
      }
      return ok("allowed");
    },
  };
}

/** The types of a word, or the finding that the server has no such type. */
async function typesOf(word: string, place: ClusterPlace, sources: CheckSources, signal: AbortSignal): Promise<readonly ApiResource[] | Finding> {
  const { cluster } = await openPlace(place, sources);
  try {
    return await resolveTypes(cluster, word, signal);
  } catch (error) {
    if (!(error instanceof KubectlFailure)) throw error;
    return fails(`the server has no type ${word}`, "Correct the type, or install what defines it.");
  }
}

function isFinding(types: readonly ApiResource[] | Finding): types is Finding {
  return "verdict" in types;
}

function existenceCheck({ type, name = "" }: NamedObject, container: string | undefined, place: ClusterPlace, isAfterMaking: boolean): Check {
  return {
    key: key(place, "object", type.toLowerCase(), name, container), kind: "object", what: `${type} ${name}${container === undefined ? "" : `, container ${container}`}`, target: place.spec,
    run: async (sources, signal) => {
      const { cluster, namespace } = await openPlace(place, sources);
      const types = await typesOf(type, place, sources, signal);
      // A type that is not there is told by the check of the rights to it.
      if (isFinding(types)) return undefined;
      const [resource] = types;
      if (resource === undefined) return undefined;
      const response = await cluster.request({ method: "GET", path: resourcePath(resource, namespace, name), accept: "application/json" }, signal);
      const where = resource.namespaced ? ` in ${namespace}` : "";
      if (response.status === 404) return isAfterMaking ? warns(`there is no ${resource.singular} ${name}${where} now`, "Correct the name, unless a step before makes it.") : fails(`there is no ${resource.singular} ${name}${where}`, "Correct the name, or make the object.");
      if (response.status === 403) return unknown(`${resource.singular} ${name}${where} may not be read`);
      return container === undefined ? stateOfObject(parseJson(requireSuccess(response).text), resource) : containerFinding(parseJson(requireSuccess(response).text), container, `${resource.singular} ${name}`);
    },
  };
}

function stateOfObject(object: Json | undefined, resource: ApiResource): Finding {
  if (textAt(object, "metadata", "deletionTimestamp") !== "") return warns(`${resource.singular} ${textAt(object, "metadata", "name")} is being deleted`, "Look again once it is gone or back.");
  return ok("is there");
}

function containerFinding(object: Json | undefined, container: string, owner: string): Finding {
  const spec = textAt(object, "kind") === "Pod" ? objectAt(object, "spec") : objectAt(object, "spec", "template", "spec");
  const names = ["containers", "initContainers"].flatMap((list) => listAt(spec, list).map((one) => textAt(one, "name")));
  return names.includes(container) ? ok("is there") : fails(`${owner} has no container ${container}`, `Its containers are ${names.join(", ")}.`);
}

function selectorCheck(type: string, selector: string, place: ClusterPlace): Check {
  return {
    key: key(place, "selector", type.toLowerCase(), selector), kind: "object", what: `${type} with ${selector}`, target: place.spec,
    run: async (sources, signal) => {
      const { cluster, namespace } = await openPlace(place, sources);
      const types = await typesOf(type, place, sources, signal);
      const [resource] = isFinding(types) ? [] : types;
      if (resource === undefined) return undefined;
      const response = await cluster.request({ method: "GET", path: resourcePath(resource, namespace) + queryText([["labelSelector", selector], ["limit", "1"]]), accept: "application/json" }, signal);
      if (response.status === 403) return unknown(`${resource.plural} may not be listed`);
      return listAt(parseJson(requireSuccess(response).text), "items").length > 0 ? ok("at least one matches") : warns(`no ${groupResource(resource)} match ${selector} in ${namespace} now`, "Correct the selector, unless a step before makes them.");
    },
  };
}

function dryRunCheck(request: string, tried: NonNullable<ReturnType<typeof dryRunCall>>, place: ClusterPlace): Check {
  return {
    key: key(place, "dryRun", request), kind: "dryRun", what: request, target: place.spec,
    run: async (sources, signal) => {
      const decoder = new TextDecoder();
      let errors = "";
      const io = { stdin: undefined, stdout: async () => undefined, stderr: async (chunk: Uint8Array) => void (errors += decoder.decode(chunk, { stream: true })) };
      // The same port as the other checks use: its connections and what it knows of the server's types.
      const ports = { ...sources.ports, kubernetes: () => sources.ports.kubernetes(place.spec.context) };
      const exitCode = await sources.execute(tried, io, ports, signal);
      if (exitCode === 0) return ok("the server would accept it");
      return fails(errors.trim().replace(/^error: /i, "") || `it ends with exit code ${exitCode}`, "Correct the call, or what it needs in the cluster.");
    },
  };
}
