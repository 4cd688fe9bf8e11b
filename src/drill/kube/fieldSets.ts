import type { KubeObject } from "../contract.ts";
import { mergeKeyOf } from "./api/strategicPatch.ts";
import { isRecord, recordsOf, type JsonRecord } from "./json.ts";

/** Field paths in the FieldsV1 form (`f:spec`, `k:{"name":"web"}`). */
type FieldSet = JsonRecord;

/** What of an object somebody can own: neither its identity nor its status. */
export function ownedPart(object: KubeObject): JsonRecord {
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...rest } = object;
  const { name: _name, namespace: _namespace, ...ownedMeta } = metadata;
  return Object.keys(ownedMeta).length === 0 ? rest : { metadata: ownedMeta, ...rest };
}

/** The step of an item of a keyed list; `undefined` where the list is owned as a whole. */
export function itemKey(field: string, list: readonly unknown[], item: unknown): string | undefined {
  const key = mergeKeyOf(field, recordsOf([...list]));
  if (key === undefined || !isRecord(item)) return undefined;
  const protocol = field === "ports" ? { protocol: item["protocol"] ?? "TCP" } : {};
  return `k:${JSON.stringify({ [key]: item[key], ...protocol })}`;
}

/** The fields of a value. `field` is the name it has in its parent, which tells how its lists are keyed. */
export function fieldSet(value: unknown, field: string): FieldSet {
  const result: FieldSet = {};
  if (isRecord(value)) {
    for (const [key, child] of Object.entries(value)) result[`f:${key}`] = fieldSet(child, key);
  } else if (Array.isArray(value)) {
    for (const item of value) {
      const key = itemKey(field, value, item);
      if (key !== undefined) result[key] = { ".": {}, ...fieldSet(item, "") };
    }
  }
  return result;
}

/** A set without the fields of another. */
export function minusFields(theirs: unknown, mine: unknown): JsonRecord {
  if (!isRecord(theirs)) return {};
  const entries = Object.entries(theirs).flatMap(([step, child]): [string, unknown][] => {
    if (!isRecord(mine) || !(step in mine) || step === ".") return [[step, child]];
    const rest = minusFields(child, mine[step]);
    return Object.keys(rest).filter((key) => key !== ".").length === 0 ? [] : [[step, rest]];
  });
  return Object.fromEntries(entries);
}
