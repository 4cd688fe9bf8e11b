import { KubectlFailure } from "./failure.ts";
import { JsonPathFailure } from "./jsonPathEval.ts";
import { goSort } from "./goSort.ts";
import { firstFound, relaxedExpression } from "./jsonPath.ts";
import { parseJsonPath, type TemplateNode } from "./jsonPathParse.ts";
import { parseQuantity } from "./quantity.ts";
import type { Json } from "./json.ts";

/** A path that is none, or that no object has. */
export class UnsortablePath extends KubectlFailure {}

/** Sorts by `--sort-by`'s path as kubectl's sorter does. `objectOf` gives the object whose fields are read. */
export function sortByPath<T>(items: readonly T[], path: string, objectOf: (item: T) => Json): readonly T[] {
  const field = pathOf(path);
  const nodes = parseJsonPath(field);
  const keyed = items.map((item) => ({ item, key: keyAt(nodes, objectOf(item)) }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw new UnsortablePath(`error: couldn't find any field with path "${field}" in the list of objects`);
  }
  return goSort(keyed, (a, b) => isLess(a.key, b.key, field)).map(({ item }) => item);
}

function pathOf(expression: string): string {
  try {
    return relaxedExpression(expression);
  } catch (error) {
    if (error instanceof KubectlFailure) throw new UnsortablePath(error.message);
    throw error;
  }
}

/** A missing field is no key; a list that is too short cannot be sorted by. */
function keyAt(nodes: readonly TemplateNode[], object: Json): Json | undefined {
  try {
    return firstFound(nodes, object)[0];
  } catch (error) {
    throw error instanceof JsonPathFailure ? new UnsortablePath(error.message) : error;
  }
}

function isLess(a: Json | undefined, b: Json | undefined, field: string): boolean {
  if (a === undefined) return true;
  if (b === undefined) return false;
  if (a === null && b === null) return false;
  if (a === null) return true;
  if (b === null) return false;
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "string" && typeof b === "string") return isTextLess(a, b);
  throw new KubectlFailure(`error: Field ${field} is an unsortable type: ${typeof a}`);
}

/** Two quantities compare by value, everything else by its characters. */
function isTextLess(a: string, b: string): boolean {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  return left === undefined || right === undefined ? a < b : left.nano < right.nano;
}
