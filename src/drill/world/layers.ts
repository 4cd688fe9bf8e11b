import { isRecord, recordsOf, type JsonRecord } from "../kube/json.ts";
import type { KubeObject } from "../contract.ts";

/** What a world's file says: its first document, and the objects after it. */
export interface WorldFile {
  readonly head: JsonRecord;
  readonly manifests: readonly KubeObject[];
}

/** Fields by which items of a description's lists are told apart, the first that all of them have. */
const KEYS = ["name", "host", "image", "claim", "service", "zone", "command"];

/**
 * A world as another one with changes: maps are merged, lists of named items item by item, everything else is replaced. Objects take the
 * place of those with the same kind and name, with all their later states. `$patch: delete` takes an item or an object out.
 */
export function layered(base: WorldFile, { head, manifests }: WorldFile): WorldFile {
  const { variants: _variants, ...below } = base.head;
  const changed = new Set(manifests.map(identity));
  return {
    head: mergeMaps(below, head),
    manifests: [...base.manifests.filter((object) => !changed.has(identity(object))), ...manifests.filter((object) => object["$patch"] !== "delete")],
  };
}

function identity({ kind, metadata: { namespace = "", name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}

function mergeMaps(base: JsonRecord, change: JsonRecord): JsonRecord {
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) merged[key] = merge(base[key], value);
  return merged;
}

function merge(base: unknown, change: unknown): unknown {
  if (isRecord(base) && isRecord(change)) return mergeMaps(base, change);
  const [old, items] = [recordsOf(base), recordsOf(change)];
  const key = items.length === 0 ? undefined : KEYS.find((field) => [...old, ...items].every((item) => field in item));
  if (key === undefined) return change;
  const named = (name: unknown): JsonRecord | undefined => items.find((item) => item[key] === name);
  return [
    ...old.filter((item) => named(item[key])?.["$patch"] !== "delete").map((item) => merge(item, named(item[key]) ?? {})),
    ...items.filter((item) => item["$patch"] !== "delete" && !old.some((other) => other[key] === item[key])),
  ];
}
