/** A JSON object whose fields are not known. */
export type JsonRecord = Record<string, unknown>;

/** Whether `value` is a JSON object (not an array, not null). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` where it is an object, otherwise an empty one. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The objects of `value` where it is an array, otherwise none. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** `value` where it is a string, otherwise `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `value` where it is a number, otherwise `undefined`. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The string fields of an object (labels, selectors, data). */
export function stringsOf(value: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(recordOf(value))) {
    if (typeof item === "string") result[key] = item;
  }
  return result;
}

/** The value at a path of object fields; `undefined` where a step is missing. */
export function valueAt(root: unknown, ...path: readonly string[]): unknown {
  let current = root;
  for (const step of path) {
    if (!isRecord(current)) return undefined;
    current = current[step];
  }
  return current;
}

/** Deep equality of JSON values. A field that is `undefined` equals one that is absent. */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSameJson(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  for (const key of Object.keys(left)) if (!isSameJson(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && !(key in left)) return false;
  return true;
}

/** A deep copy of a JSON value. By hand: `structuredClone` takes several times as long, and a cluster copies its objects all the time. */
export function copyJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copyJson(item)) as T;
  const copy: JsonRecord = {};
  for (const key of Object.keys(value)) {
    const item: unknown = (value as JsonRecord)[key];
    copy[key] = typeof item === "object" ? copyJson(item) : item;
  }
  return copy as T;
}

/** World epoch milliseconds as the API writes times: seconds, UTC. */
export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/u, "Z");
}
