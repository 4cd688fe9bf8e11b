import type { KubeObject } from "../contract.ts";
import { fieldSet, minusFields, ownedPart } from "./fieldSets.ts";
import { isRecord, isSameJson, recordsOf, timestamp, type JsonRecord } from "./json.ts";

/** Who changes an object, through which subresource, and when (world epoch milliseconds). */
export interface FieldChange {
  readonly manager: string;
  readonly subresource: string | undefined;
  readonly now: number;
}

/** `next` with `managedFields` that tell who changed which fields of `current` last, as the API server keeps them for updates. */
export function withUpdateTracked(current: KubeObject | undefined, next: KubeObject, change: FieldChange): KubeObject {
  const before = current === undefined ? {} : trackedPart(current, change.subresource);
  const after = trackedPart(next, change.subresource);
  const changed = changedFields(before, after, "");
  const entries = recordsOf(current === undefined ? next.metadata["managedFields"] : current.metadata["managedFields"]);
  if (Object.keys(changed).length === 0) return { ...next, metadata: { ...next.metadata, ...(entries.length === 0 ? {} : { managedFields: entries }) } };
  const isMine = (entry: JsonRecord): boolean => entry["manager"] === change.manager && entry["operation"] === "Update" && entry["subresource"] === change.subresource;
  const mine = entries.find(isMine);
  const others = entries.flatMap((entry) => {
    if (isMine(entry)) return [];
    const rest = minusFields(entry["fieldsV1"], changed);
    return Object.keys(rest).length === 0 ? [] : [{ ...entry, fieldsV1: rest }];
  });
  const entry = {
    manager: change.manager, operation: "Update", apiVersion: next.apiVersion, time: timestamp(change.now), fieldsType: "FieldsV1", fieldsV1: union(mine?.["fieldsV1"], changed),
    ...(change.subresource === undefined ? {} : { subresource: change.subresource }),
  };
  return { ...next, metadata: { ...next.metadata, managedFields: [...others, entry] } };
}

function trackedPart(object: KubeObject, subresource: string | undefined): JsonRecord {
  if (subresource === "status") return object.status === undefined ? {} : { status: object.status };
  const { metadata: ownMeta, ...rest } = ownedPart(object);
  const metadata = isRecord(ownMeta) ? Object.fromEntries(Object.entries(ownMeta).filter(([key]) => ["labels", "annotations", "ownerReferences", "finalizers"].includes(key))) : {};
  return Object.keys(metadata).length === 0 ? rest : { metadata, ...rest };
}

/** The fields of `after` that are new or differ from `before`. */
function changedFields(before: unknown, after: unknown, field: string): JsonRecord {
  if (!isRecord(before) || !isRecord(after)) return fieldSet(after, field);
  const result: JsonRecord = {};
  for (const [key, value] of Object.entries(after)) {
    if (isSameJson(before[key], value)) continue;
    if (isRecord(before[key]) && isRecord(value)) {
      const inner = changedFields(before[key], value, key);
      if (Object.keys(inner).length > 0) result[`f:${key}`] = inner;
    } else if (Array.isArray(before[key]) && Array.isArray(value)) result[`f:${key}`] = changedItems(before[key], value, key);
    else result[`f:${key}`] = fieldSet(value, key);
  }
  return result;
}

function changedItems(before: readonly unknown[], after: readonly unknown[], field: string): JsonRecord {
  const all = fieldSet(after, field);
  const result: JsonRecord = {};
  for (const [step, set] of Object.entries(all)) {
    const [old, now] = [itemAt(before, step, field), itemAt(after, step, field)];
    if (isSameJson(old, now)) continue;
    result[step] = old === undefined ? set : changedFields(old, now, "");
  }
  return result;
}

function itemAt(list: readonly unknown[], step: string, field: string): unknown {
  return list.find((item) => Object.keys(fieldSet([item], field))[0] === step);
}

function union(left: unknown, right: JsonRecord): JsonRecord {
  if (!isRecord(left)) return right;
  const result: JsonRecord = { ...left };
  for (const [key, value] of Object.entries(right)) result[key] = isRecord(value) && isRecord(result[key]) ? union(result[key], value) : value;
  return result;
}
