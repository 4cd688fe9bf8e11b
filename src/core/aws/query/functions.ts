import { isJsonList, isObject, jsonEquals, type Json } from "../../kubectl/json.ts";
import { pythonText, pythonType } from "../pythonText.ts";
import { Arguments, checkKind, kindOf, wrongKind, type Argument, type Wanted } from "./arguments.ts";
import { orderOf } from "./order.ts";
import { QueryError } from "./queryError.ts";

interface QueryFunction {
  /** What each argument may be; an empty list takes anything. */
  readonly args: readonly (readonly Wanted[])[];
  readonly isVariadic?: boolean;
  readonly run: (args: Arguments) => Json;
}

const ORDERED: readonly Wanted[] = ["array-number", "array-string"];

/** Functions of JMESPath as Python's jmespath 1.x has them. */
const FUNCTIONS: Readonly<Record<string, QueryFunction>> = {
  abs: { args: [["number"]], run: (args) => Math.abs(args.number(0)) },
  avg: { args: [["array-number"]], run: (args) => (args.list(0).length === 0 ? null : sum(args.list(0)) / args.list(0).length) },
  ceil: { args: [["number"]], run: (args) => Math.ceil(args.number(0)) },
  contains: { args: [["array", "string"], []], run: (args) => contains(args.value(0), args.value(1)) },
  ends_with: { args: [["string"], ["string"]], run: (args) => args.text(0).endsWith(args.text(1)) },
  floor: { args: [["number"]], run: (args) => Math.floor(args.number(0)) },
  join: { args: [["string"], ["array-string"]], run: (args) => args.list(1).map(pythonText).join(args.text(0)) },
  keys: { args: [["object"]], run: (args) => Object.keys(args.object(0)) },
  length: { args: [["string", "array", "object"]], run: (args) => lengthOf(args.value(0)) },
  map: { args: [["expref"], ["array"]], run: (args) => args.list(1).map((item) => args.apply(0, item)) },
  max: { args: [ORDERED], run: (args) => extreme(args.list(0).map((item) => ({ item, key: keyOf(item) })), ">") },
  max_by: { args: [["array"], ["expref"]], run: (args) => extreme(args.keyed(["number", "string"]), ">") },
  merge: { args: [["object"]], isVariadic: true, run: (args) => Object.fromEntries(args.all.flatMap((_, place) => Object.entries(args.object(place)))) },
  min: { args: [ORDERED], run: (args) => extreme(args.list(0).map((item) => ({ item, key: keyOf(item) })), "<") },
  min_by: { args: [["array"], ["expref"]], run: (args) => extreme(args.keyed(["number", "string"]), "<") },
  not_null: { args: [[]], isVariadic: true, run: (args) => args.all.find((value) => value !== null) ?? null },
  reverse: { args: [["array", "string"]], run: (args) => (isJsonList(args.value(0)) ? args.list(0).toReversed() : Array.from(args.text(0)).toReversed().join("")) },
  sort: { args: [["array-string", "array-number"]], run: (args) => args.list(0).toSorted((left, right) => orderOf(keyOf(left), keyOf(right), "<")) },
  sort_by: { args: [["array"], ["expref"]], run: sortBy },
  starts_with: { args: [["string"], ["string"]], run: (args) => args.text(0).startsWith(args.text(1)) },
  sum: { args: [["array-number"]], run: (args) => sum(args.list(0)) },
  to_array: { args: [[]], run: (args) => (isJsonList(args.value(0)) ? args.value(0) : [args.value(0)]) },
  to_number: { args: [[]], run: (args) => toNumber(args.value(0)) },
  to_string: { args: [[]], run: (args) => (typeof args.value(0) === "string" ? args.value(0) : asciiJson(args.value(0))) },
  type: { args: [[]], run: (args) => kindOf(args.value(0)) },
  values: { args: [["object"]], run: (args) => Object.values(args.object(0)) },
};

/** Calls a function. Throws `QueryError` where there is none of that name, or it does not take these arguments. */
export function callFunction(name: string, args: readonly Argument[]): Json {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (found === undefined) throw new QueryError(`Unknown function: ${name}()`);
  const count = found.args.length;
  if (found.isVariadic === true ? args.length < count : args.length !== count) {
    throw new QueryError(`Expected ${found.isVariadic === true ? "at least " : ""}${String(count)} ${count === 1 ? "argument" : "arguments"} for function ${name}(), received ${String(args.length)}`);
  }
  found.args.forEach((wanted, place) => checkKind(name, args[place] ?? null, wanted));
  return found.run(new Arguments(name, args));
}

function keyOf(item: Json): number | string {
  return typeof item === "number" ? item : pythonText(item);
}

function sum(list: readonly Json[]): number {
  return list.reduce((total: number, item) => total + Number(item), 0);
}

function contains(subject: Json, search: Json): boolean {
  if (isJsonList(subject)) return subject.some((item) => jsonEquals(item, search));
  if (typeof search !== "string") throw new QueryError(`'in <string>' requires string as left operand, not ${pythonType(search)}`);
  return pythonText(subject).includes(search);
}

function lengthOf(value: Json): number {
  if (typeof value === "string") return Array.from(value).length;
  return isJsonList(value) ? value.length : Object.keys(isObject(value) ? value : {}).length;
}

/** The first of those that no other one passes. */
function extreme(items: readonly { readonly item: Json; readonly key: number | string }[], operator: "<" | ">"): Json {
  const [first, ...others] = items;
  if (first === undefined) return null;
  return others.reduce((best, one) => ((operator === "<" ? orderOf(one.key, best.key, operator) < 0 : orderOf(one.key, best.key, operator) > 0) ? one : best), first).item;
}

/** All keys must be of the first one's kind. */
function sortBy(args: Arguments): Json {
  const [first] = args.list(0);
  if (first === undefined) return [];
  const kind = kindOf(args.apply(1, first));
  if (kind !== "number" && kind !== "string") throw wrongKind("sort_by", first, ["string", "number"], kind);
  return args.keyed([kind]).toSorted((left, right) => orderOf(left.key, right.key, "<")).map(({ item }) => item);
}

function toNumber(value: Json): Json {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value) ? Number(value) : null;
}

/** JSON as Python writes it without blanks: whatever is not ASCII is escaped. */
function asciiJson(value: Json): string {
  return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
