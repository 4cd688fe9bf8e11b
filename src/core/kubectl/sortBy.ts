import { KubectlFailure } from "./failure.ts";
import { evaluatePath, JsonPathFailure } from "./jsonPathEval.ts";
import { goSort } from "./goSort.ts";
import { parseJsonPath, relaxedExpression, type PathStep } from "./jsonPath.ts";
import { parseQuantity } from "./quantity.ts";
import type { Json } from "./json.ts";

/** A path that is none, or that no object has. */
export class UnsortablePath extends KubectlFailure {}

/** Sorts by `--sort-by`'s path as kubectl's sorter does. `objectOf` gives the object whose fields are read. */
export function sortByPath<T>(items: readonly T[], path: string, objectOf: (item: T) => Json): readonly T[] {
  const field = pathOf(path);
  const steps = firstPath(field);
  const keyed = items.map((item) => ({ item, key: keyAt(steps, objectOf(item)) }));
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

/** A list that is too short has no key, as a missing field has none. */
function keyAt(steps: readonly PathStep[], object: Json): Json | undefined {
  try {
    return evaluatePath(steps, [object])[0];
  } catch (error) {
    if (error instanceof JsonPathFailure) return undefined;
    throw error;
  }
}

function firstPath(field: string): readonly PathStep[] {
  const [node] = parseJsonPath(field);
  return node?.kind === "path" ? node.steps : [];
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
