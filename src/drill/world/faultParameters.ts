import type { Fields } from "./fields.ts";

/**
 * A description's fields with `{name}` replaced by the parameters' values: a text that is nothing else becomes the value itself, a number
 * where the default is one. Other braces stay. Throws an `Error` for a parameter that nothing uses: giving it would change nothing.
 */
export function fillParameters<T extends Fields>(fields: T, defaults: Fields, values: Readonly<Record<string, string>>, place: string): T {
  const used = new Set<string>();
  const valueOf = (name: string): unknown => {
    used.add(name);
    const given = values[name];
    return given !== undefined && typeof defaults[name] === "number" ? Number(given) : (given ?? defaults[name]);
  };
  const isOurs = (name: string): boolean => Object.hasOwn(defaults, name);
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
    if (typeof value !== "string") return value;
    const whole = /^\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined && isOurs(whole)) return valueOf(whole);
    return value.replaceAll(/\{(\w+)\}/g, (text, name: string) => (isOurs(name) ? String(valueOf(name)) : text));
  };
  const filled = fill(fields) as T;
  const unused = Object.keys(defaults).find((name) => !used.has(name));
  if (unused !== undefined) throw new Error(`${place}: nothing uses the parameter ${unused}.`);
  return filled;
}
