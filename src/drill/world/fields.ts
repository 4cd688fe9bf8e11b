import { parseDuration } from "../../core/runbook/duration.ts";

/** A map out of a description. These readers throw an `Error` that names the field. */
export type Fields = Readonly<Record<string, unknown>>;

/** `value` as a map. */
export function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${field} must be a map.`);
  return value as Record<string, unknown>;
}

/** `value` as a list of maps, each read by `read`. */
export function list<T>(value: unknown, field: string, read: (item: Record<string, unknown>) => T): readonly T[] {
  if (!Array.isArray(value)) throw new Error(`${field} must be a list.`);
  return value.map((item, index) => read(record(item, `${field}[${index}]`)));
}

/** `value` as text. */
export function text(value: unknown, field: string): string {
  if (typeof value !== "string") throw new Error(`${field} must be text.`);
  return value;
}

/** A list of texts, or the lines of one; nothing where there is no value. */
export function texts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : String(value).trimEnd().split("\n");
}

/** A number of seconds, as milliseconds. */
export function seconds(value: unknown): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`${String(value)} is not a number of seconds.`);
  return number * 1000;
}

/** `9d` or `3h30m`, as milliseconds. */
export function duration(value: unknown, field: string): number {
  const ms = parseDuration(text(value, field));
  if (ms === undefined) throw new Error(`${field} must be a duration such as 9d or 3h30m; it is ${String(value)}.`);
  return ms;
}

/** One of the allowed words. */
export function oneOf<const T extends string>(value: unknown, allowed: readonly T[], field: string): T {
  const found = allowed.find((option) => option === value);
  if (found === undefined) throw new Error(`${field} must be one of ${allowed.join(", ")}; it is ${String(value)}.`);
  return found;
}

/** `read(value)` where there is a value. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** Refuses fields that are not known: a misspelt one would do nothing, silently. */
export function onlyFields(value: Fields, place: string, known: readonly string[]): void {
  const strange = Object.keys(value).find((key) => !known.includes(key));
  if (strange !== undefined) throw new Error(`${place} has the unknown field ${strange}; known are ${known.join(", ")}.`);
}
