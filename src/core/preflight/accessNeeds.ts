import { hasFlag } from "../command/schema/spec.ts";
import type { Operation } from "../command/operation.ts";
import { namedObjects, type NamedObject } from "./objectWords.ts";

/** A right that a call needs: a verb of the API on a type, as kubectl uses it. */
export interface AccessNeed {
  readonly verb: string;
  readonly type: string;
  readonly subresource: string | undefined;
  readonly name: string | undefined;
}

/** The rights that a kubectl call needs for the objects it names. Files are left to the server's dry run. */
export function accessNeeds(operation: Operation): readonly AccessNeed[] {
  const objects = namedObjects(operation);
  const each = (verbs: readonly string[], subresource?: string): readonly AccessNeed[] => objects.flatMap((object) => verbs.map((verb) => need(verb, object, subresource)));
  const read = objects.map((object) => need(object.name === undefined ? "list" : "get", object));
  switch (operation.verb) {
    case "get":
      return [...read, ...(operation.waits ? each(["watch"]) : [])];
    case "describe":
      return [...read, { verb: "list", type: "events", subresource: undefined, name: undefined }];
    case "top":
      // Of nodes kubectl also asks how much they have.
      return [...objects.map((object) => need(object.name === undefined ? "list" : "get", { ...object, type: `${object.type}.metrics.k8s.io` })), ...(objects.some(({ type }) => type === "nodes") ? read : [])];
    case "events":
      return [{ verb: "list", type: "events", subresource: undefined, name: undefined }];
    case "logs":
      return hasFlag(operation, "selector") || objects.some(({ type }) => !isPod(type))
        ? [...(hasFlag(operation, "selector") ? [] : read), pods("list"), pods("get", "log")]
        : [...read, ...each(["get"], "log")];
    case "exec": {
      // In process it runs over a WebSocket, which is a GET; kubectl's own way is a POST.
      const verbs = operation.engine === "inProcess" ? ["create", "get"] : ["create"];
      return objects.some(({ type }) => !isPod(type)) ? [...read, pods("list"), ...verbs.map((verb) => pods(verb, "exec"))] : [...read, ...each(verbs, "exec")];
    }
    case "attach":
      return [...read, ...each(["create"], "attach")];
    case "port-forward":
      return [...read, pods("create", "portforward")];
    case "cp":
      return [pods("get"), pods("create", "exec")];
    case "debug":
      return [...read, pods("patch", "ephemeralcontainers")];
    case "wait":
    case "rollout status":
    case "argo rollouts status":
      return [...read, ...each(["watch"])];
    case "argo rollouts get":
      return [...read, { verb: "list", type: "replicasets.apps", subresource: undefined, name: undefined }, pods("list")];
    case "rollout history":
      return read;
    case "rollout restart":
    case "rollout undo":
    case "rollout pause":
    case "rollout resume":
    case "set env":
    case "set image":
    case "set resources":
    case "label":
    case "annotate":
    case "taint":
    case "cordon":
    case "uncordon":
    case "argo rollouts abort":
    case "argo rollouts promote":
    case "argo rollouts undo":
      return [...read, ...(operation.risk === "read" ? [] : each(["patch"]))];
    case "patch":
      return [...read, ...each(["patch"], subresourceOf(operation))];
    case "scale":
      return [...read, ...each(["patch"], "scale")];
    case "delete":
      return [...(objects.some(({ name }) => name === undefined) ? each(["list"]) : []), ...each(["delete"])];
    case "drain":
      return [...read, ...each(["patch"]), pods("list"), pods("create", "eviction")];
    case "create":
      return each(["create"]);
    case "run":
      return [pods("create")];
    case "expose":
      return [...read, { verb: "create", type: "services", subresource: undefined, name: undefined }];
    case "autoscale":
      return [...read, { verb: "create", type: "horizontalpodautoscalers.autoscaling", subresource: undefined, name: undefined }];
    default:
      return [];
  }
}

function need(verb: string, { type, name }: NamedObject, subresource?: string): AccessNeed {
  return { verb, type, subresource, name: verb === "list" || verb === "create" && subresource === undefined ? undefined : name };
}

function pods(verb: string, subresource?: string): AccessNeed {
  return { verb, type: "pods", subresource, name: undefined };
}

function isPod(type: string): boolean {
  return ["po", "pod", "pods"].includes(type.toLowerCase());
}

function subresourceOf(operation: Operation): string | undefined {
  const value = operation.flags["subresource"];
  return typeof value === "string" ? value : undefined;
}
