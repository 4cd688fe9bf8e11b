import type { KubeObject } from "../../contract.ts";
import { fieldSet, itemKey, minusFields, ownedPart } from "../fieldSets.ts";
import { copyJson, isRecord, isSameJson, recordsOf, textOf, timestamp, type JsonRecord } from "../json.ts";
import type { Resource } from "../resources.ts";
import { ApiError } from "./status.ts";

export interface ApplyOptions {
  readonly manager: string;
  readonly isForced: boolean;
  /** World epoch milliseconds. */
  readonly now: number;
}

/** Server-side apply: merges what is applied, takes away what this manager no longer applies, refuses fields that another manager owns. */
export function serverSideApply(current: KubeObject | undefined, applied: KubeObject, options: ApplyOptions, resource: Resource): KubeObject {
  const clean = copyJson(applied);
  delete clean.metadata["managedFields"];
  const fields = fieldSet(ownedPart(clean), "");
  const entry = { manager: options.manager, operation: "Apply", apiVersion: clean.apiVersion, time: timestamp(options.now), fieldsType: "FieldsV1", fieldsV1: fields };
  if (current === undefined) return { ...clean, metadata: { ...clean.metadata, managedFields: [entry] } };
  const managers = recordsOf(current.metadata["managedFields"]);
  const others = managers.filter((other) => other["manager"] !== options.manager || other["operation"] !== "Apply");
  const conflicts = others.flatMap((other) => overlaps(fields, other["fieldsV1"], current, clean, "").map((path) => ({ manager: textOf(other["manager"]) ?? "", path })));
  const isForced = options.isForced || takesOver(options.manager, conflicts, current);
  if (conflicts.length > 0 && !isForced) throw conflictOf(resource, applied.metadata.name, conflicts);
  const mine = managers.find((other) => other["manager"] === options.manager && other["operation"] === "Apply");
  const base = mine === undefined ? copyJson(current) : recordFrom(dropFields(copyJson(current), mine["fieldsV1"], fields), current);
  const merged = recordFrom(mergeApplied(base, clean, ""), current);
  const kept = isForced ? others.map((other) => ({ ...other, fieldsV1: minusFields(other["fieldsV1"], fields) })) : others;
  const annotations = merged.metadata.annotations;
  const isTold = options.manager === "kubectl" && annotations?.[LAST_APPLIED] !== undefined;
  const noted = isTold ? { annotations: { ...annotations, [LAST_APPLIED]: `${JSON.stringify(inGoOrder(clean))}\n` } } : {};
  return { ...merged, metadata: { ...merged.metadata, ...noted, managedFields: [entry, ...kept] } };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Whether kubectl's server-side apply takes over what kubectl's client-side apply set, as the API server lets it. */
function takesOver(manager: string, conflicts: readonly { readonly manager: string; readonly path: string }[], current: KubeObject): boolean {
  return manager === "kubectl" && current.metadata.annotations?.[LAST_APPLIED] !== undefined && conflicts.every((conflict) => conflict.manager === "kubectl-client-side-apply");
}

/** Fields by name, as Go writes maps. */
function inGoOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => inGoOrder(item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([key, item]) => [key, inGoOrder(item)]));
}

function recordFrom(value: unknown, fallback: KubeObject): KubeObject {
  if (!isRecord(value)) return fallback;
  return { ...value, apiVersion: fallback.apiVersion, kind: fallback.kind, metadata: isRecord(value["metadata"]) ? { ...value["metadata"], name: fallback.metadata.name } : fallback.metadata };
}

function childOf(value: unknown, step: string, field: string): unknown {
  if (step.startsWith("f:")) return isRecord(value) ? value[step.slice(2)] : undefined;
  return Array.isArray(value) ? value.find((item) => itemKey(field, value, item) === step) : undefined;
}

/** Leaf paths that both own and on which current and applied values differ. */
function overlaps(mine: unknown, theirs: unknown, current: unknown, applied: unknown, field: string): string[] {
  if (!isRecord(mine) || !isRecord(theirs)) return [];
  return Object.keys(mine).flatMap((step) => {
    if (step === "." || !(step in theirs)) return [];
    const next = step.startsWith("f:") ? step.slice(2) : field;
    const now = childOf(current, step, field);
    const wanted = childOf(applied, step, field);
    const label = step.startsWith("f:") ? `.${step.slice(2)}` : `[${step.slice(3, -1).replaceAll('":', '"=')}]`;
    const isLeaf = Object.keys(isRecord(mine[step]) ? mine[step] : {}).length === 0;
    if (isLeaf) return isSameJson(now, wanted) ? [] : [label];
    return overlaps(mine[step], theirs[step], now, wanted, next).map((path) => `${label}${path}`);
  });
}

/** Removes what the old set owns and the new one does not. */
function dropFields(value: unknown, old: unknown, kept: unknown, field = ""): unknown {
  if (!isRecord(old)) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const key = itemKey(field, value, item);
      if (key === undefined || !(key in old)) return [item];
      if (!isRecord(kept) || !(key in kept)) return [];
      return [dropFields(item, old[key], kept[key])];
    });
  }
  if (!isRecord(value)) return value;
  const result: JsonRecord = { ...value };
  for (const [step, child] of Object.entries(old)) {
    const name = step.slice(2);
    if (!step.startsWith("f:") || !(name in result)) continue;
    const still = isRecord(kept) ? kept[step] : undefined;
    if (still === undefined && Object.keys(isRecord(child) ? child : {}).length === 0) delete result[name];
    else result[name] = dropFields(result[name], child, still, name);
  }
  return result;
}

function mergeApplied(target: unknown, applied: unknown, field: string): unknown {
  if (Array.isArray(applied)) {
    const keys = applied.map((item) => itemKey(field, applied, item));
    if (!Array.isArray(target) || keys.includes(undefined)) return applied;
    const result: unknown[] = [...target];
    for (const [index, item] of applied.entries()) {
      const at = result.findIndex((other) => itemKey(field, result, other) === keys[index]);
      if (at >= 0) result[at] = mergeApplied(result[at], item, "");
      else result.push(item);
    }
    return result;
  }
  if (!isRecord(applied)) return applied;
  const result: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(applied)) result[key] = mergeApplied(result[key], value, key);
  return result;
}

function conflictOf(resource: Resource, name: string, conflicts: readonly { manager: string; path: string }[]): ApiError {
  const byManager = Map.groupBy(conflicts, (entry) => entry.manager);
  const parts = [...byManager].map(([manager, entries]) => (entries.length === 1 ? `conflict with "${manager}": ${entries[0]?.path ?? ""}` : `conflicts with "${manager}":\n${entries.map((entry) => `- ${entry.path}`).join("\n")}`));
  const causes = conflicts.map(({ manager, path }) => ({ reason: "FieldManagerConflict", message: `conflict with "${manager}"`, field: path }));
  const count = conflicts.length;
  return new ApiError(409, "Conflict", `Apply failed with ${count} conflict${count === 1 ? "" : "s"}: ${parts.join("\n")}`, { name, group: resource.group, kind: resource.plural, causes });
}
