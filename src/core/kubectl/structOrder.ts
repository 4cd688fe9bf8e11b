import { isJsonList, isObject, type Json } from "./json.ts";
import { STRUCT_FIELDS } from "./structFields.ts";

/** Marks a map in the table: its keys are sorted. */
const MAP = "{}";

/**
 * A value of one of Go's structs with its fields in their order, as `encoding/json` writes it; maps are written by key. What the table does not
 * know (a field of a newer server) comes last, by name. `type` is a name of `STRUCT_FIELDS`; `undefined` is a map.
 */
export function inStructOrder(value: Json, type: string | undefined): Json {
  if (isJsonList(value)) return value.map((item) => inStructOrder(item, type));
  if (!isObject(value)) return value;
  const fields = new Map((type === undefined ? [] : (STRUCT_FIELDS[type]?.split(" ") ?? [])).map((field): readonly [string, string | undefined] => [field.split(":")[0] ?? "", field.split(":")[1]]));
  const others = Object.keys(value).filter((name) => !fields.has(name)).sort();
  return Object.fromEntries([...fields.keys(), ...others].flatMap((name) => {
    const held = value[name];
    if (held === undefined) return [];
    const inner = fields.get(name);
    return [[name, inStructOrder(held, inner === MAP ? undefined : inner)] as const];
  }));
}
