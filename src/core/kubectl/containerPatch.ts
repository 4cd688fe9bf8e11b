import { at, isJsonList, isObject, jsonEquals, listAt, textAt, type Json, type JsonObject } from "./json.ts";

/** The two lists of containers that `set env` and `set image` change. */
export interface ContainerLists {
  readonly containers: readonly JsonObject[];
  readonly initContainers: readonly JsonObject[];
}

/** Where an object keeps its pod's spec; `undefined` for objects without one. */
export function podSpecPath(object: JsonObject): readonly string[] | undefined {
  const kind = textAt(object, "kind");
  if (kind === "Pod") return ["spec"];
  if (kind === "CronJob") return ["spec", "jobTemplate", "spec", "template", "spec"];
  return isObject(at(object, "spec", "template", "spec")) ? ["spec", "template", "spec"] : undefined;
}

export function containerLists(object: JsonObject, path: readonly string[]): ContainerLists {
  const list = (field: string): readonly JsonObject[] => listAt(object, ...path, field).filter(isObject);
  return { containers: list("containers"), initContainers: list("initContainers") };
}

/** The strategic merge patch from one state of the containers to another, as apimachinery's `CreateTwoWayMergePatch` makes it; `undefined` for no change. */
export function containerPatch(path: readonly string[], before: ContainerLists, after: ContainerLists): JsonObject | undefined {
  const spec = { ...namedListPatch("containers", before.containers, after.containers), ...namedListPatch("initContainers", before.initContainers, after.initContainers) };
  if (Object.keys(spec).length === 0) return undefined;
  return path.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), spec);
}

/** Changes of a list whose items merge by name: changed fields, additions, deletions, and the wanted order. */
function namedListPatch(field: string, before: readonly JsonObject[], after: readonly JsonObject[]): JsonObject {
  const changes: Json[] = [];
  for (const item of after) {
    const former = before.find((candidate) => candidate["name"] === item["name"]);
    if (former === undefined) changes.push(item);
    else {
      const fields = fieldChanges(former, item);
      if (Object.keys(fields).length > 0) changes.push({ ...fields, name: textAt(item, "name") });
    }
  }
  for (const former of before) {
    if (!after.some((item) => item["name"] === former["name"])) changes.push({ $patch: "delete", name: textAt(former, "name") });
  }
  if (changes.length === 0) return {};
  return { [field]: changes, [`$setElementOrder/${field}`]: after.map((item) => ({ name: textAt(item, "name") })) };
}

function fieldChanges(before: JsonObject, after: JsonObject): JsonObject {
  const changes: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]];
    if (jsonEquals(old, now)) continue;
    if (now === undefined) changes[key] = null;
    else if (key === "env" && isJsonList(old) && isJsonList(now)) Object.assign(changes, namedListPatch(key, old.filter(isObject), now.filter(isObject)));
    else changes[key] = now;
  }
  return changes;
}
