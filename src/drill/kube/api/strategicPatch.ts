import { isRecord, isSameJson, recordsOf, textOf, type JsonRecord } from "../json.ts";

/**
 * How lists merge in a strategic merge patch: by which field of their items (`patchMergeKey` in the API types). A list that is not here
 * is replaced as a whole.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  ports: ["containerPort", "port"],
  imagePullSecrets: ["name"],
  secrets: ["name"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey"],
  conditions: ["type"],
  addresses: ["type"],
  ownerReferences: ["uid"],
  taints: ["key"],
};
/** Lists of plain values that merge as sets. */
const SETS = new Set(["finalizers"]);

/** The field by which items of a list merge; `undefined` when the list is replaced as a whole. */
export function mergeKeyOf(field: string, items: readonly JsonRecord[]): string | undefined {
  const keys = MERGE_KEYS[field];
  return keys?.find((key) => items.some((item) => key in item)) ?? keys?.[0];
}

/** Applies a strategic merge patch, with `$patch`, `$setElementOrder`, `$deleteFromPrimitiveList` and `$retainKeys`. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const directive = patch["$patch"];
  if (directive === "delete") return undefined;
  const base: JsonRecord = isRecord(target) && directive !== "replace" ? { ...target } : {};
  const kept = patch["$retainKeys"];
  if (Array.isArray(kept)) {
    for (const key of Object.keys(base)) if (!kept.includes(key)) delete base[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    if (value === null) {
      delete base[key];
      continue;
    }
    const merged = Array.isArray(value) ? mergeList(key, base[key], value, patch) : strategicPatch(base[key], value);
    if (merged === undefined) delete base[key];
    else base[key] = merged;
  }
  applyListDirectives(base, patch);
  return base;
}

function mergeList(field: string, target: unknown, patch: readonly unknown[], parent: JsonRecord): unknown {
  const present: readonly unknown[] = Array.isArray(target) ? target : [];
  if (SETS.has(field)) return [...present, ...patch.filter((item) => !present.some((other) => isSameJson(other, item)))];
  const items = patch.filter(isRecord);
  const key = mergeKeyOf(field, [...items, ...recordsOf(present)]);
  const isReplaced = items.some((item) => item["$patch"] === "replace");
  if (key === undefined || items.length < patch.length || isReplaced) return items.length === patch.length ? items.filter((item) => item["$patch"] !== "replace").map((item) => strategicPatch({}, item)) : [...patch];
  const result: unknown[] = [...present];
  for (const item of items) {
    const index = result.findIndex((other) => isRecord(other) && isSameJson(other[key], item[key]) && isSameProtocol(other, item));
    if (item["$patch"] === "delete") {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = strategicPatch(result[index], item);
    else result.push(strategicPatch({}, item));
  }
  const order = parent[`$setElementOrder/${field}`];
  return reorder(result, Array.isArray(order) ? order : items, present, key);
}

/** Two ports of one number differ by protocol. */
function isSameProtocol(left: JsonRecord, right: JsonRecord): boolean {
  const first = textOf(left["protocol"]);
  const second = textOf(right["protocol"]);
  return first === undefined || second === undefined || first === second;
}

function applyListDirectives(base: JsonRecord, patch: JsonRecord): void {
  for (const [key, value] of Object.entries(patch)) {
    const removed = /^\$deleteFromPrimitiveList\/(.+)$/u.exec(key)?.[1];
    const list = removed === undefined ? undefined : base[removed];
    if (removed !== undefined && Array.isArray(list) && Array.isArray(value)) base[removed] = list.filter((item) => !value.includes(item));
    const ordered = /^\$setElementOrder\/(.+)$/u.exec(key)?.[1];
    const present = ordered === undefined ? undefined : base[ordered];
    if (ordered === undefined || !Array.isArray(present) || !Array.isArray(value) || ordered in patch) continue;
    base[ordered] = reorder(present, value, present, mergeKeyOf(ordered, recordsOf(present)) ?? "name");
  }
}

/**
 * The items in the order that the patch gives, and between them those that only the server has: each before the first of the patch's
 * that it stood before (`mergeSortedSlice` of apimachinery). What is new therefore comes first.
 */
function reorder(items: readonly unknown[], order: readonly unknown[], before: readonly unknown[], key: string): unknown[] {
  const rankIn = (list: readonly unknown[], item: unknown): number => list.findIndex((other) => (isRecord(other) && isRecord(item) ? isSameJson(other[key], item[key]) && isSameProtocol(other, item) : isSameJson(other, item)));
  const named = items.filter((item) => rankIn(order, item) >= 0).sort((left, right) => rankIn(order, left) - rankIn(order, right));
  const others = items.filter((item) => rankIn(order, item) < 0);
  const result: unknown[] = [];
  while (named.length > 0 || others.length > 0) {
    const [place, otherPlace] = [rankIn(before, named[0]), rankIn(before, others[0])];
    const isOtherNext = named.length === 0 || (others.length > 0 && place >= 0 && otherPlace >= 0 && otherPlace < place);
    result.push(isOtherNext ? others.shift() : named.shift());
  }
  return result;
}
