import { isJsonList, isObject, jsonEquals, type Json } from "../../kubectl/json.ts";
import type { Argument } from "./arguments.ts";
import { callFunction } from "./functions.ts";
import type { Comparison, QueryNode } from "./nodes.ts";
import { orderOf } from "./order.ts";
import { QueryError } from "./queryError.ts";

type Projection = Extract<QueryNode, { kind: "projection" }>;

/** What a query gives of a value, as the AWS command line has it. Throws `QueryError`. */
export function evaluateQuery(node: QueryNode, value: Json): Json {
  switch (node.kind) {
    case "identity":
      return value;
    case "field":
      return isObject(value) && Object.hasOwn(value, node.name) ? (value[node.name] ?? null) : null;
    case "literal":
      return node.value;
    case "index":
      return isJsonList(value) ? (value.at(node.index) ?? null) : null;
    case "slice":
      return isJsonList(value) ? slice(value, node) : null;
    case "flatten": {
      const list = evaluateQuery(node.of, value);
      return isJsonList(list) ? list.flatMap((item) => (isJsonList(item) ? item : [item])) : null;
    }
    case "chain":
      return node.steps.reduce((here, step) => evaluateQuery(step, here), value);
    case "projection":
      return project(node, evaluateQuery(node.of, value));
    case "comparison":
      return compare(node.operator, evaluateQuery(node.left, value), evaluateQuery(node.right, value));
    case "and": case "or": {
      const left = evaluateQuery(node.left, value);
      return isFalse(left) === (node.kind === "and") ? left : evaluateQuery(node.right, value);
    }
    case "not":
      return isFalse(evaluateQuery(node.of, value));
    case "list":
      return value === null ? null : node.items.map((item) => evaluateQuery(item, value));
    case "object":
      return value === null ? null : Object.fromEntries(node.fields.map(([name, field]) => [name, evaluateQuery(field, value)] as const));
    case "call":
      return callFunction(node.name, node.args.map((arg): Argument => (arg.kind === "reference" ? { apply: (item) => evaluateQuery(arg.to, item) } : evaluateQuery(arg, value))));
    case "reference":
      throw new QueryError("Object of type _Expression is not JSON serializable");
  }
}

function project(node: Projection, base: Json): Json {
  const items = node.over === "items" ? (isJsonList(base) ? base : undefined) : isObject(base) ? Object.values(base) : undefined;
  const { filter } = node;
  if (items === undefined) return null;
  const kept = filter === undefined ? items : items.filter((item) => !isFalse(evaluateQuery(filter, item)));
  return kept.map((item) => evaluateQuery(node.each, item)).filter((item) => item !== null);
}

/** Numbers are true, 0 too; what is empty is not. */
function isFalse(value: Json): boolean {
  return value === null || value === false || value === "" || (isJsonList(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
}

/** Numbers and texts have an order; anything else gives no answer. */
function compare(operator: Comparison, left: Json, right: Json): Json {
  if (operator === "eq" || operator === "ne") return jsonEquals(left, right) === (operator === "eq");
  const sign = operator.startsWith("l") ? "<" : ">";
  if (!isComparable(left) || !isComparable(right)) return null;
  const order = orderOf(left, right, operator.endsWith("e") ? `${sign}=` : sign);
  return (operator.endsWith("e") && order === 0) || (sign === "<" ? order < 0 : order > 0);
}

function isComparable(value: Json): value is number | string {
  return typeof value === "number" || typeof value === "string";
}

/** Python's slices: ends that lie outside are drawn in, and a negative step goes backwards. */
function slice(list: readonly Json[], { from, to, step }: Extract<QueryNode, { kind: "slice" }>): readonly Json[] {
  if (step === 0) throw new QueryError("slice step cannot be zero");
  const [lowest, highest] = step > 0 ? [0, list.length] : [-1, list.length - 1];
  const bound = (index: number | undefined, missing: number): number => (index === undefined ? missing : Math.min(Math.max(index < 0 ? index + list.length : index, lowest), highest));
  const [start, end] = [bound(from, step > 0 ? lowest : highest), bound(to, step > 0 ? highest : lowest)];
  const result: Json[] = [];
  for (let index = start; step > 0 ? index < end : index > end; index += step) result.push(list[index] ?? null);
  return result;
}
