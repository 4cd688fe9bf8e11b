import { KubectlFailure } from "./failure.ts";
import { goText, goType } from "./goSyntax.ts";
import { isJsonList, isObject, type Json } from "./json.ts";
import type { PathStep, TemplateNode } from "./jsonPathParse.ts";

/** What one part of a template found, in order. */
export type Found = readonly Json[];

/** A path that this object cannot answer. `reason` is client-go's. */
export class JsonPathFailure extends KubectlFailure {
  readonly reason: string;
  /** What there was when it failed: a filter that only asks whether something exists looks at no more. */
  readonly found: Found;

  constructor(reason: string, found: Found = []) {
    super(`error: ${reason}`);
    this.reason = reason;
    this.found = found;
  }
}

/** What each part of a template finds in a value. Throws `JsonPathFailure`; a missing key is none. */
export function evaluateTemplate(nodes: readonly TemplateNode[], value: Json): readonly Found[] {
  return new Evaluation(nodes).from(0, [value]);
}

/** One evaluation, as client-go's `FindResults` goes: `range` and `end` are words that the walk meets, not brackets of the syntax. */
class Evaluation {
  readonly #nodes: readonly TemplateNode[];
  /** Ranges around the present place. */
  #depth = 0;
  #isAtRange = false;
  #isAtEnd = false;
  /** Where the last range ended; a range that never does is gone through once more after its items. */
  #lastEnd = -1;

  constructor(nodes: readonly TemplateNode[]) {
    this.#nodes = nodes;
  }

  from(start: number, values: Found): readonly Found[] {
    const all: Found[] = [];
    for (let index = start; index < this.#nodes.length; index += 1) {
      const found = this.#walk(this.#nodes[index], values);
      if (this.#isAtEnd) {
        this.#isAtEnd = false;
        this.#lastEnd = index;
        break;
      }
      if (this.#isAtRange) {
        this.#isAtRange = false;
        all.push(...this.#range(index + 1, found));
        if (this.#lastEnd > index) index = this.#lastEnd;
      } else all.push(found);
    }
    return all;
  }

  #range(body: number, items: Found): readonly Found[] {
    this.#depth += 1;
    const all = items.flatMap((item) => this.from(body, [item]));
    // Without an item the body is passed over, and walked only to learn where it ends.
    if (items.length === 0) this.from(body, []);
    this.#depth -= 1;
    return all;
  }

  #walk(node: TemplateNode | undefined, values: Found): Found {
    if (node?.kind !== "action") return [node?.text ?? ""];
    return evaluateSteps(node.steps, values, (name) => {
      if (name === "range") this.#isAtRange = true;
      else if (name !== "end") throw new JsonPathFailure(`unrecognized identifier ${name}`, values);
      else if (this.#depth === 0) throw new JsonPathFailure("not in range, nothing to end");
      else this.#isAtEnd = true;
      return name === "range" ? values : [];
    });
  }
}

type OnWord = (name: string) => Found;

function evaluateSteps(steps: readonly PathStep[], values: Found, onWord: OnWord): Found {
  let found = values;
  for (const step of steps) found = evaluateStep(step, found, onWord);
  return found;
}

function evaluateStep(step: PathStep, values: Found, onWord: OnWord): Found {
  switch (step.kind) {
    case "literal":
      return typeof step.value === "string" ? [step.value] : values.map(() => step.value);
    case "word":
      return onWord(step.name);
    case "field":
      return values.flatMap((value) => (isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] ?? null] : []));
    case "wildcard":
      return values.flatMap(children);
    case "recursive":
      return values.flatMap(descendants);
    case "slice":
      return slices(step, values);
    case "union":
      // Its parts one after the other, each of all values.
      return step.parts.flatMap((part) => evaluateSteps(part, values, onWord));
    case "filter":
      return values.flatMap((value) => filtered(step, value, values, onWord));
  }
}

/** Maps by sorted key, where Go takes any order; of a text its bytes. */
function children(value: Json): Found {
  if (isJsonList(value)) return value;
  if (typeof value === "string") return [...new TextEncoder().encode(value)];
  if (!isObject(value)) return [];
  return Object.keys(value).sort().map((key) => value[key] ?? null);
}

/** Everything that has parts: a value, then each of its parts. */
function descendants(value: Json): Found {
  const parts = children(value);
  return parts.length === 0 ? [] : [value, ...(typeof value === "string" ? [] : parts.flatMap(descendants))];
}

type Slice = Extract<PathStep, { kind: "slice" }>;

/** A list that a slice takes nothing of ends it, whatever lists come after. */
function slices(step: Slice, values: Found): Found {
  const all: Json[] = [];
  for (const value of values) {
    if (value === null) continue;
    if (!isJsonList(value)) throw new JsonPathFailure(`${goType(value)} is not array or slice`, values);
    const found = sliced(step, value, values);
    if (found === undefined) break;
    all.push(...found);
  }
  return all;
}

/** What lies outside is a refusal and not nothing, since an empty name in the next command could mean anything. */
function sliced(step: Slice, list: readonly Json[], values: Found): Found | undefined {
  const given = step.isIndex ? (step.from ?? 0) + 1 : (step.to ?? list.length);
  const from = step.from ?? 0;
  const [start, end] = [from < 0 ? from + list.length : from, given < 0 || (given === 0 && step.isIndex) ? given + list.length : given];
  if (start === end) return undefined;
  const outside = start >= list.length || start < 0 ? start : end > list.length || end < 0 ? end - 1 : undefined;
  if (outside !== undefined) throw new JsonPathFailure(`array index out of bounds: index ${String(outside)}, length ${String(list.length)}`, values);
  if (start > end) throw new JsonPathFailure(`starting index ${String(start)} is greater than ending index ${String(end)}`, values);
  const { step: every = 1 } = step;
  if (every <= 0) throw new JsonPathFailure("step must be > 0", values);
  return list.slice(start, end).filter((_, index) => index % every === 0);
}

type Filter = Extract<PathStep, { kind: "filter" }>;

function filtered(step: Filter, value: Json, values: Found, onWord: OnWord): Found {
  if (!isJsonList(value)) throw new JsonPathFailure(`${goText(value)} is not array or slice and cannot be filtered`, values);
  return value.filter((item) => {
    if (step.operator === "exists") return existing(step.left, item, onWord).length > 0;
    const left = onlyOne(evaluateSteps(step.left, [item], onWord), values);
    if (left === undefined) return false;
    const right = onlyOne(evaluateSteps(step.right, [item], onWord), values);
    return right !== undefined && isPassing(left.value, step.operator, right.value);
  });
}

function existing(steps: readonly PathStep[], item: Json, onWord: OnWord): Found {
  try {
    return evaluateSteps(steps, [item], onWord);
  } catch (error) {
    if (error instanceof JsonPathFailure) return error.found;
    throw error;
  }
}

function onlyOne(found: Found, values: Found): { readonly value: Json } | undefined {
  if (found.length > 1) throw new JsonPathFailure("can only compare one element at a time", values);
  const [value] = found;
  return value === undefined ? undefined : { value };
}

function isPassing(left: Json, operator: string, right: Json): boolean {
  const isEqual = (): boolean => left === right;
  const isLess = (): boolean => {
    if (typeof left === "boolean") throw new JsonPathFailure("invalid type for comparison");
    return (left ?? 0) < (right ?? 0);
  };
  const test = ({ "==": isEqual, "!=": () => !isEqual(), "<": isLess, "<=": () => isLess() || isEqual(), ">": () => !isLess() && !isEqual(), ">=": () => !isLess() } as Readonly<Record<string, () => boolean>>)[operator];
  if (test === undefined) throw new JsonPathFailure(`unrecognized filter operator ${operator}`);
  const kinds = [left, right].map(goType);
  if ([left, right].some((value) => typeof value === "object")) throw new JsonPathFailure("invalid type for comparison");
  if (kinds[0] !== kinds[1]) throw new JsonPathFailure("incompatible types for comparison");
  return test();
}
