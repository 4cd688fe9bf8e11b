import { KubectlFailure } from "./failure.ts";
import { goType } from "./goSyntax.ts";
import { isJsonList, isObject, scalarText, type Json } from "./json.ts";
import type { Operand, PathStep, TemplateNode } from "./jsonPath.ts";

/** Results of one `{}`, or literal text. */
export type Evaluated = string | { readonly values: readonly Json[] };

/** A path that this object cannot answer. `reason` is client-go's. */
export class JsonPathFailure extends KubectlFailure {
  readonly reason: string;

  constructor(reason: string) {
    super(`error: ${reason}`);
    this.reason = reason;
  }
}

/** What each part of a template comes to. Throws `JsonPathFailure`. */
export function evaluateNodes(nodes: readonly TemplateNode[], value: Json): readonly Evaluated[] {
  return nodes.flatMap((node): readonly Evaluated[] => {
    switch (node.kind) {
      case "text":
        return [node.text];
      case "path":
        return [{ values: evaluatePath(node.steps, [value]) }];
      case "strayEnd":
        throw new JsonPathFailure("not in range, nothing to end");
      case "range":
        return evaluatePath(node.steps, [value]).flatMap((item) => evaluateNodes(node.body, item));
    }
  });
}

/** Every value that a path reaches from the given ones; a missing key reaches nothing. Throws `JsonPathFailure` where a list is too short. */
export function evaluatePath(steps: readonly PathStep[], from: readonly Json[]): readonly Json[] {
  let values = from;
  // A union takes its parts one after the other, each of all values.
  for (const step of steps) values = step.kind === "union" ? step.parts.flatMap((part) => evaluatePath(part, values)) : values.flatMap((value) => evaluateStep(step, value));
  return values;
}

function evaluateStep(step: Exclude<PathStep, { kind: "union" }>, value: Json): readonly Json[] {
  switch (step.kind) {
    case "field": {
      const child = isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined;
      return child === undefined ? [] : [child];
    }
    case "wildcard":
      return children(value);
    case "recursive":
      return descendants(value);
    case "slice":
      return slice(value, step);
    case "filter":
      return children(value).filter((item) => passes(step, item));
  }
}

/** Children in Go's printed order: lists as they are, maps by sorted key. */
function children(value: Json): readonly Json[] {
  if (isJsonList(value)) return value;
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort()
    .map((key) => value[key] ?? null);
}

function descendants(value: Json): readonly Json[] {
  return [value, ...children(value).filter((child) => typeof child === "object" && child !== null).flatMap(descendants)];
}

/** As client-go's `evalArray`: what lies outside is a refusal and not nothing, since an empty name in the next command could mean anything. */
function slice(value: Json, step: Extract<PathStep, { kind: "slice" }>): readonly Json[] {
  if (value === null) return [];
  if (!isJsonList(value)) throw new JsonPathFailure(`${goType(value)} is not array or slice`);
  const given = step.isIndex ? (step.from ?? 0) + 1 : (step.to ?? value.length);
  const from = step.from ?? 0;
  const [start, end] = [from < 0 ? from + value.length : from, given < 0 || (given === 0 && step.isIndex) ? given + value.length : given];
  if (start === end) return [];
  const outside = start >= value.length || start < 0 ? start : end > value.length || end < 0 ? end - 1 : undefined;
  if (outside !== undefined) throw new JsonPathFailure(`array index out of bounds: index ${String(outside)}, length ${String(value.length)}`);
  if (start > end) throw new JsonPathFailure(`starting index ${String(start)} is greater than ending index ${String(end)}`);
  const found: Json[] = [];
  for (let index = start; index < end && step.step > 0; index += step.step) found.push(value[index] ?? null);
  return found;
}

function passes(step: Extract<PathStep, { kind: "filter" }>, item: Json): boolean {
  const [left] = operandValues(step.left, item);
  if (step.operator === "exists" || step.right === undefined) return left !== undefined;
  const [right] = operandValues(step.right, item);
  if (left === undefined || right === undefined) return false;
  const order = compare(left, right);
  switch (step.operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function operandValues(operand: Operand, item: Json): readonly Json[] {
  return operand.kind === "literal" ? [operand.value] : evaluatePath(operand.steps, [item]);
}

function compare(left: Json, right: Json): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const a = scalarText(left);
  const b = scalarText(right);
  return a === b ? 0 : a < b ? -1 : 1;
}
