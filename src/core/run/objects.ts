import type { Operation, Risk } from "../command/operation.ts";
import { RuntimeError, messageOf } from "../runtimeError.ts";
import type { CellRunnerHost } from "./cellRunner.ts";
import { runQuietly } from "./quietCall.ts";

/** What a change is about to touch, read from the target just before the question. */
export interface Inspection {
  /** A line an object: name, owner, state. */
  readonly objects: readonly string[];
  /** What was read, to tell later whether it moved; `undefined` where it could not be read. */
  readonly live: readonly LiveObject[] | undefined;
  /** Raised risk, when the live object makes the call more dangerous than its words. */
  readonly risk: Risk | undefined;
  readonly why: string | undefined;
  /** What takes the change back, where the live object tells more than the call's words. */
  readonly undo: string | undefined;
  /** Why the change cannot be judged and must not go on. */
  readonly obstacle: string | undefined;
}

const NOTHING: Inspection = { objects: [], live: undefined, risk: undefined, why: undefined, undo: undefined, obstacle: undefined };

/** An object as the server has it now. */
export interface LiveObject {
  readonly kind: string;
  readonly name: string;
  readonly owner: string | undefined;
  readonly state: string;
  readonly uid: string;
  /** Counts changes of the wish, not of the state; `undefined` for kinds without one (pods, claims). */
  readonly generation: number | undefined;
  /** Who changed the wish last, and when: `kubectl-edit at 2026-01-31T03:02:05Z`. */
  readonly changedBy: string | undefined;
}

/**
 * Reads the objects that a kubectl change names. A pod that no controller would bring back makes its deletion a destruction. What
 * cannot be read is said in the question and does not hold up a recovery: the change itself will say so too.
 */
export async function inspectObjects(operation: Operation, host: CellRunnerHost, signal: AbortSignal): Promise<Inspection> {
  if (operation.tool !== "kubectl") return NOTHING;
  const words = objectWords(operation);
  if (words === undefined) return NOTHING;
  try {
    const result = await runQuietly(["kubectl", "get", ...words, ...scopeWords(operation), "--ignore-not-found", "--show-managed-fields", "-o", "json"], host, signal);
    if (result.exitCode !== 0) return { ...NOTHING, objects: [result.stderr.trim()] };
    const objects = readObjects(result.stdout);
    if (objects.length === 0) return { ...NOTHING, objects: ["No object matches."], live: [] };
    const orphan = operation.verb === "delete" ? objects.find((object) => object.kind === "Pod" && object.owner === undefined) : undefined;
    return {
      objects: objects.map((object) => `${object.kind.toLowerCase()}/${object.name}${object.state}${object.owner === undefined ? "" : `, kept by ${object.owner}`}`),
      live: objects,
      risk: orphan === undefined ? undefined : "destroy",
      why: orphan === undefined ? undefined : `No controller brings pod/${orphan.name} back`,
      undo: operation.verb === "delete" ? makersOf(objects) : undefined,
      obstacle: undefined,
    };
  } catch (error) {
    if (error instanceof RuntimeError) return { ...NOTHING, objects: [`Not read: ${messageOf(error)}`] };
    throw error;
  }
}

/** Who brings deleted objects back; `undefined` unless every one has a controller. */
function makersOf(objects: readonly LiveObject[]): string | undefined {
  const makers = new Set(objects.map((object) => object.owner));
  return makers.has(undefined) ? undefined : `None is needed: ${[...makers].join(" and ")} makes ${objects.length === 1 ? "it" : "them"} anew.`;
}

/**
 * What moved between two readings of the same objects, a line each: gone, new, replaced by another of the same name, or changed by
 * somebody. A state that changes by itself (ready replicas, a phase) is no move.
 */
export function describeMoves(before: Inspection["live"], after: Inspection["live"]): readonly string[] {
  if (before === undefined || after === undefined) return [];
  const nameOf = (object: LiveObject): string => `${object.kind.toLowerCase()}/${object.name}`;
  const gone = before.filter((object) => !after.some((other) => nameOf(other) === nameOf(object))).map((object) => `${nameOf(object)} is gone`);
  const others = after.flatMap((object) => {
    const known = before.find((other) => nameOf(other) === nameOf(object));
    if (known === undefined) return [`${nameOf(object)} is new`];
    if (known.uid !== object.uid) return [`${nameOf(object)} was deleted and made anew`];
    return known.generation === object.generation ? [] : [`${nameOf(object)} was changed by ${object.changedBy ?? "somebody whom the server does not name"}`];
  });
  return [...gone, ...others];
}

/** The words that name the objects of a change, as `kubectl get` wants them. */
function objectWords(operation: Operation): readonly string[] | undefined {
  const selector = operation.flags["selector"];
  const selection = typeof selector === "string" ? ["-l", selector] : [];
  const [first, ...others] = operation.positionals;
  if (first === undefined) return undefined;
  if (operation.verb === "exec") return first.includes("/") ? [first] : ["pod", first];
  if (operation.verb === "set env" || operation.verb === "set image") return operation.positionals.filter((word) => !word.includes("=") && !/^[A-Za-z_]\w*-$/.test(word));
  if (first.includes("/")) return [first, ...others.filter((word) => word.includes("/"))];
  return [first, ...others, ...selection];
}

/** The flags that say where a call goes, for another call to the same place. */
export function scopeWords(operation: Operation): readonly string[] {
  return (["namespace", "context"] as const).flatMap((flag) => {
    const value = operation.flags[flag];
    return typeof value === "string" ? [`--${flag}`, value] : [];
  });
}

function readObjects(json: string): readonly LiveObject[] {
  if (json.trim() === "") return [];
  const value = JSON.parse(json) as Record<string, unknown>;
  const items = Array.isArray(value["items"]) ? (value["items"] as Record<string, unknown>[]) : [value];
  return items.map((item) => {
    const metadata = item["metadata"] as ObjectMetadata;
    const owner = metadata.ownerReferences?.find((reference) => reference.controller === true);
    return {
      kind: String(item["kind"]), name: metadata.name ?? "", owner: owner === undefined ? undefined : `${owner.kind.toLowerCase()}/${owner.name}`, state: stateOf(item),
      uid: metadata.uid ?? "", generation: metadata.generation, changedBy: lastChange(metadata),
    };
  });
}

interface ObjectMetadata {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[];
  readonly managedFields?: readonly { readonly manager?: string; readonly time?: string; readonly subresource?: string }[];
}

/** The newest entry of `managedFields` that is not of a controller's status. */
function lastChange(metadata: ObjectMetadata): string | undefined {
  const changes = (metadata.managedFields ?? []).filter((entry) => entry.subresource !== "status" && entry.time !== undefined);
  const last = [...changes].sort((a, b) => (a.time ?? "").localeCompare(b.time ?? "")).at(-1);
  return last === undefined ? undefined : `${last.manager ?? "an unnamed client"} at ${last.time ?? ""}`;
}

function stateOf(item: Record<string, unknown>): string {
  const spec = (item["spec"] ?? {}) as { replicas?: number };
  const status = (item["status"] ?? {}) as { phase?: string; readyReplicas?: number };
  if (spec.replicas !== undefined) return ` (${status.readyReplicas ?? 0} of ${spec.replicas} ready)`;
  return status.phase === undefined ? "" : ` (${status.phase})`;
}
