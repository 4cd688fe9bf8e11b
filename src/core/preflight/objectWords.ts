import { flagText, hasFlag } from "../command/schema/spec.ts";
import type { Operation } from "../command/operation.ts";

/** A type of object as a call names it, and the object's name where there is one. */
export interface NamedObject {
  readonly type: string;
  readonly name: string | undefined;
}

/** The objects that the arguments of a kubectl call name. Empty where they name none, or files do. */
export function namedObjects(operation: Pick<Operation, "verb" | "positionals" | "flags">): readonly NamedObject[] {
  const { verb, positionals } = operation;
  switch (verb) {
    case "logs":
    case "exec":
    case "attach":
    case "port-forward":
    case "debug":
      return positionals[0] === undefined ? [] : [podOrTyped(positionals[0])];
    case "top":
      return [{ type: (positionals[0] ?? "").startsWith("no") ? "nodes" : "pods", name: positionals[1] }];
    case "set env":
    case "set image":
    case "set resources":
    case "label":
    case "annotate":
      return byTypeAndName(beforeSettings(positionals));
    case "cordon":
    case "uncordon":
    case "drain":
      return positionals.map((name) => ({ type: "nodes", name }));
    case "taint":
      return byTypeAndName(positionals.filter((word) => !/[=:]|-$/.test(word)));
    case "argo rollouts get":
      return positionals.slice(1).map((name) => ({ type: "rollouts.argoproj.io", name }));
    case "argo rollouts abort":
    case "argo rollouts promote":
    case "argo rollouts status":
    case "argo rollouts undo":
      return positionals.map((name) => ({ type: "rollouts.argoproj.io", name }));
    case "create":
      return positionals[0] === undefined ? [] : [{ type: positionals[0], name: undefined }];
    case "apply":
    case "replace":
    case "diff":
    case "kustomize":
    case "cp":
      return [];
    default:
      return hasFlag(operation, "filename") || hasFlag(operation, "kustomize") ? [] : byTypeAndName(positionals);
  }
}

function podOrTyped(word: string): NamedObject {
  return word.includes("/") ? typed(word) : { type: "pods", name: word };
}

function typed(word: string): NamedObject {
  const [type = "", name] = word.split("/", 2);
  return { type, name: name === "" ? undefined : name };
}

function beforeSettings(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => word.includes("=") || /[^/]-$/.test(word));
  return first < 0 ? words : words.slice(0, first);
}

/** `TYPE/NAME …`, or `TYPE[,TYPE] [NAME …]`. */
function byTypeAndName(words: readonly string[]): readonly NamedObject[] {
  if (words.some((word) => word.includes("/"))) return words.map(typed);
  const [types = "", ...names] = words;
  return types.split(",").filter((type) => type !== "").flatMap((type): readonly NamedObject[] => (names.length === 0 ? [{ type, name: undefined }] : names.map((name) => ({ type, name }))));
}

/** The container that a call names. */
export function namedContainer(operation: Operation): string | undefined {
  if (operation.verb !== "logs" && operation.verb !== "exec") return undefined;
  return flagText(operation, "container") ?? (operation.verb === "logs" ? operation.positionals[1] : undefined);
}
