import { isJsonList, isObject, type Json, type JsonObject } from "../kubectl/json.ts";
import { compareTexts, pythonText, pythonType } from "./pythonText.ts";
import { QueryError } from "./query/queryError.ts";

/** What an item belongs to: the name that its lines begin with, and the columns that all items of its list have. */
interface Surroundings {
  readonly name?: string;
  readonly columns?: readonly string[];
}

/** A value as `--output text` prints it: a line an item, scalars of an object by their names' order, between tabs (awscli/text.py). Throws `QueryError`. */
export function textOutput(value: Json): string {
  return linesOf(value, {}).map((line) => `${line}\n`).join("");
}

function linesOf(value: Json, around: Surroundings): readonly string[] {
  if (isJsonList(value)) return listLines(value, around.name);
  return isObject(value) ? objectLines(value, around) : [pythonText(value)];
}

function listLines(list: readonly Json[], name: string | undefined): readonly string[] {
  const around = name === undefined ? {} : { name };
  if (list.some(isObject)) {
    const columns = [...new Set(list.flatMap(scalarNames))].toSorted(compareTexts);
    return list.flatMap((item) => linesOf(item, { ...around, columns }));
  }
  const scalars = list.filter((item) => !isJsonList(item)).map(pythonText);
  const rest = list.filter(isJsonList).flatMap((item) => linesOf(item, around));
  if (scalars.length === 0) return rest;
  return name === undefined ? [scalars.join("\t"), ...rest] : [...scalars.map((text) => `${name.toUpperCase()}\t${text}`), ...rest];
}

function objectLines(value: JsonObject, { name, columns }: Surroundings): readonly string[] {
  const names = Object.keys(value).toSorted(compareTexts);
  // A column that this one has no scalar in is empty, but an object or a list in it is written out all the same.
  const scalars = (columns ?? names.filter((key) => !isNested(value[key]))).map((key) => (Object.hasOwn(value, key) ? pythonText(value[key] ?? null) : ""));
  const nested = names.filter((key) => (columns === undefined ? isNested(value[key]) : !columns.includes(key)));
  const line = name === undefined ? scalars : [name.toUpperCase(), ...scalars];
  return [...(scalars.length === 0 ? [] : [line.join("\t")]), ...nested.flatMap((key) => linesOf(value[key] ?? null, { name: key }))];
}

/** Beside an object in a list the tool takes nothing else, and fails in Python's words. */
function scalarNames(value: Json): readonly string[] {
  if (!isObject(value)) throw new QueryError(`'${pythonType(value)}' object has no attribute 'items'`);
  return Object.keys(value).filter((key) => !isNested(value[key]));
}

function isNested(value: Json | undefined): boolean {
  return isJsonList(value) || isObject(value);
}
