import { knownTypes } from "../command/schema/kubectl.ts";
import type { CallSoFar, Completion, CompletionItem, LiveRequest } from "./completion.ts";
import { accountOf, clusterOf } from "./places.ts";

const NONE: Completion = { items: [], live: undefined };

/** Types that kubectl's verbs about rollouts work on. */
const WORKLOADS = ["deployment", "statefulset", "daemonset"];

/** Arguments of a call: types, names of objects, containers, buckets and keys. */
export function completeArgument(call: CallSoFar): Completion {
  switch (call.tool.tool) {
    case "kubectl":
      return completeKubectl(call);
    case "aws":
      return call.command.verb.startsWith("s3 ") ? completeAddress(call) : NONE;
    default:
      return NONE;
  }
}

function completeKubectl(call: CallSoFar): Completion {
  const { command, positionals, typed } = call;
  const slash = typed.indexOf("/");
  switch (command.verb) {
    case "logs":
      if (positionals.length === 1) return containersOf(call, positionals[0] ?? "", "");
      return positionals.length > 1 ? NONE : slash > 0 ? namesOf(call, typed.slice(0, slash), `${typed.slice(0, slash)}/`) : withTypes(namesOf(call, "pods", ""), call, WORKLOADS);
    case "exec":
    case "attach":
    case "port-forward":
    case "debug":
      return positionals.length > 0 ? NONE : slash > 0 ? namesOf(call, typed.slice(0, slash), `${typed.slice(0, slash)}/`) : withTypes(namesOf(call, "pods", ""), call, WORKLOADS);
    case "cordon":
    case "uncordon":
    case "drain":
      return namesOf(call, "nodes", "");
    case "argo rollouts get":
      return positionals.length === 1 ? namesOf(call, "rollouts.argoproj.io", "") : NONE;
    case "argo rollouts abort":
    case "argo rollouts promote":
    case "argo rollouts status":
    case "argo rollouts undo":
      return namesOf(call, "rollouts.argoproj.io", "");
    case "set image":
      return positionals.length > 0 && !(positionals[0] ?? "").endsWith("/") && (positionals.length > 1 || (positionals[0] ?? "").includes("/")) ? containersOf(call, positionals.slice(0, 2).join(" "), "=") : byType(call, WORKLOADS);
    case "scale":
    case "set env":
    case "rollout status":
    case "rollout history":
    case "rollout restart":
    case "rollout undo":
    case "rollout pause":
    case "rollout resume":
      return byType(call, WORKLOADS);
    case "top":
      return positionals.length === 0 ? { items: typeItems(call, ["pods", "nodes"], ""), live: undefined } : namesOf(call, positionals[0] ?? "pods", "");
    case "get":
    case "describe":
    case "delete":
    case "wait":
    case "label":
    case "annotate":
    case "patch":
      return byType(call, knownTypes());
    case "auth can-i":
      return positionals.length === 0 ? { items: typeItems(call, ["get", "list", "watch", "create", "patch", "update", "delete"], ""), live: undefined } : { items: typeItems(call, knownTypes(), ""), live: undefined };
    default:
      return NONE;
  }
}

/** `TYPE`, `TYPE NAME` or `TYPE/NAME`. */
function byType(call: CallSoFar, types: readonly string[]): Completion {
  const { positionals, typed } = call;
  const slash = typed.indexOf("/");
  if (slash > 0) return namesOf(call, typed.slice(0, slash), `${typed.slice(0, slash)}/`);
  const [first] = positionals;
  if (first === undefined || first.includes("/")) return { items: typeItems(call, types, types === WORKLOADS ? "/" : ""), live: undefined };
  return namesOf(call, first, "");
}

function typeItems({ start, end }: CallSoFar, types: readonly string[], after: string): readonly CompletionItem[] {
  return types.map((type) => ({ kind: "type", label: type, detail: "", documentation: "", insert: `${type}${after}`, start, end }));
}

function withTypes(completion: Completion, call: CallSoFar, types: readonly string[]): Completion {
  return { ...completion, items: [...completion.items, ...typeItems(call, types, "/")] };
}

function namesOf(call: CallSoFar, type: string, before: string): Completion {
  return { items: [], live: live(call, { kind: "objects", ...clusterOf(call), type }, "object", before, "") };
}

function containersOf(call: CallSoFar, object: string, after: string): Completion {
  const [type = "", name = ""] = object.includes("/") ? object.split("/") : object.includes(" ") ? object.split(" ") : ["pods", object];
  return { items: [], live: live(call, { kind: "containers", ...clusterOf(call), type, name }, "container", "", after) };
}

function live({ start, end }: CallSoFar, lookUp: LiveRequest["lookUp"], kind: LiveRequest["kind"], before: string, after: string): LiveRequest {
  return { lookUp, kind, start, end, before, after };
}

/** `s3://BUCKET/KEY`: buckets of the targets, keys of the store. */
function completeAddress(call: CallSoFar): Completion {
  const { typed, start, end, facts } = call;
  const [, bucket, key] = /^s3:\/\/([^/]*)\/(.*)$/.exec(typed) ?? [];
  if (bucket === undefined || key === undefined) {
    const buckets = facts.targets.flatMap((target) => (target.kind === "aws" ? target.buckets.map((name) => [name, target.alias] as const) : []));
    return { items: buckets.map(([name, alias]) => ({ kind: "bucket", label: `s3://${name}/`, detail: alias, documentation: "", insert: `s3://${name}/`, start, end })), live: undefined };
  }
  const prefix = key.slice(0, key.lastIndexOf("/") + 1);
  return { items: [], live: live(call, { kind: "keys", ...accountOf(call, bucket), bucket, prefix }, "key", `s3://${bucket}/`, "") };
}
