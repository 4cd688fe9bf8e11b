import { parse } from "yaml";
import { flagText, type Call, type Verdict } from "./spec.ts";

/** Kinds whose pods a patch can stop, and those whose kind is not known: all but these. */
const WITHOUT_REPLICAS = /^(?:secrets?|configmaps?|cm|services?|svc|ingress(?:es)?|ing|networkpolic(?:y|ies)|netpol|persistentvolumeclaims?|pvc|persistentvolumes?|pv|pods?|po|nodes?|no|namespaces?|ns|cronjobs?|cj|jobs?|serviceaccounts?|sa|endpoints|ep)$/;

/** What a patch does: one that takes every replica away stops a service, one that takes finalizers or stored values away loses an object or them. */
export function judgePatch(call: Call): Verdict {
  const names = call.positionals.join(" ");
  const change: Verdict = { risk: "change", why: `changes fields of ${names}` };
  const text = flagText(call, "patch");
  if (text === undefined) {
    const kind = (call.positionals[0] ?? "").split(/[/.]/)[0]?.toLowerCase() ?? "";
    return WITHOUT_REPLICAS.test(kind) ? change : { risk: "undetermined", why: "what the file sets is not known" };
  }
  const patch = readPatch(text);
  if (patch === undefined) return { risk: "undetermined", why: "the patch cannot be read" };
  const loss = Array.isArray(patch) ? patch.map(stepLoss).find((one) => one !== undefined) : mergeLoss(patch);
  return loss === undefined ? change : { risk: "destroy", why: `${loss} of ${names}` };
}

/** kubectl takes JSON and YAML. `undefined` for what is neither, and for a text alone. */
function readPatch(text: string): unknown {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // What is wrong with it the server will say; here it only means that nobody knows what it does.
    return undefined;
  }
}

const LOST: readonly (readonly [RegExp, string])[] = [
  [/^\/spec\/replicas$/, "stops every pod"],
  [/^\/metadata\/finalizers(?:\/|$)/, "lets go what holds back the deletion"],
  [/^\/(?:data|stringData|binaryData)(?:\/|$)/, "removes stored values"],
];

/** One step of a JSON patch. */
function stepLoss(step: unknown): string | undefined {
  if (typeof step !== "object" || step === null) return undefined;
  const { op, path, value } = step as { readonly op?: unknown; readonly path?: unknown; readonly value?: unknown };
  const [, loss] = LOST.find(([pattern]) => typeof path === "string" && pattern.test(path)) ?? [];
  if (loss === "stops every pod") return op !== "test" && (op === "remove" ? false : Number(value) === 0) ? loss : mergeAt(path, value);
  if (loss !== undefined && (op === "remove" || (op === "replace" && isEmpty(value)))) return loss;
  return mergeAt(path, value);
}

/** A step may set a whole object at once: `{"op": "replace", "path": "/spec", "value": {…}}`. */
function mergeAt(path: unknown, value: unknown): string | undefined {
  if (path === "/spec") return mergeLoss({ spec: value });
  return path === "" ? mergeLoss(value) : undefined;
}

function mergeLoss(patch: unknown): string | undefined {
  const { spec, metadata, data, stringData, binaryData } = object(patch);
  const { replicas } = object(spec);
  if (replicas !== undefined && replicas !== null && Number(replicas) === 0) return "stops every pod";
  const meta = object(metadata);
  if ("finalizers" in meta && isEmpty(meta["finalizers"])) return "lets go what holds back the deletion";
  const stored = [data, stringData, binaryData];
  if (stored.some((values) => values === null || Object.values(object(values)).includes(null))) return "removes stored values";
  return "$patch" in object(patch) ? "replaces or deletes what is stored" : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
