import { isJsonList, isObject, type Json, type JsonObject } from "../kubectl/json.ts";
import { compareTexts, pythonText, pythonType } from "./pythonText.ts";
import { QueryError } from "./query/queryError.ts";
import { addHeaders, addRow, drawTable, newSection, type TableSection } from "./tableLayout.ts";

/** A value as `--output table` prints it, where that is no terminal (awscli/formatter.py). Empty values print nothing. Throws `QueryError`. */
export function tableOutput(title: string, value: Json): string {
  const sections: TableSection[] = [];
  build(sections, title, value, 0);
  return sections.length === 0 ? "" : drawTable(sections);
}

/** Without a title, rows go on in the section that was begun last. */
function build(sections: TableSection[], title: string | undefined, value: Json, indent: number): void {
  if (isEmpty(value)) return;
  if (title !== undefined) sections.push(newSection(title, indent));
  const section = sections.at(-1) ?? newSection("", indent);
  if (isObject(value)) return buildObject(sections, section, value, indent);
  if (!isJsonList(value)) return;
  if (isObject(value[0])) return buildObjects(sections, value.map(asObject), title ?? "", indent);
  for (const item of value) {
    if (!isJsonList(item)) addRow(sections.at(-1) ?? section, isObject(item) ? Object.keys(item) : [pythonText(item)]);
    else if (item.every(isScalar)) addRow(sections.at(-1) ?? section, item.map(pythonText));
    else build(sections, undefined, item, 0);
  }
}

/** One row under its names, or one name beside its value; what is nested comes in frames of its own. */
function buildObject(sections: TableSection[], section: TableSection, value: JsonObject, indent: number): void {
  const { scalars, nested } = namesOf([value]);
  const cells = scalars.map((name) => cellOf(value, name));
  if (scalars.length === 1) addRow(section, [...scalars, ...cells]);
  else if (scalars.length > 1) {
    addHeaders(section, scalars);
    addRow(section, cells);
  }
  for (const name of nested) build(sections, name, value[name] ?? null, indent + 1);
}

/** One row an object; where they hold more than scalars, one section an object. */
function buildObjects(sections: TableSection[], list: readonly JsonObject[], title: string, indent: number): void {
  const { scalars, nested } = namesOf(list);
  list.forEach((item, index) => {
    if (index > 0 && nested.length > 0) sections.push(newSection(title, indent));
    const section = sections.at(-1) ?? newSection(title, indent);
    if (index === 0 || nested.length > 0) addHeaders(section, scalars);
    addRow(section, scalars.map((name) => cellOf(item, name)));
    for (const name of nested) if (Object.hasOwn(item, name)) build(sections, name, item[name] ?? null, indent + 1);
  });
}

/** Beside an object in a list the tool takes nothing else, and fails in Python's words. */
function asObject(item: Json): JsonObject {
  if (isObject(item)) return item;
  if (typeof item === "string") throw new QueryError("string indices must be integers, not 'str'");
  throw new QueryError(isJsonList(item) ? `list indices must be integers or slices, not ${pythonType(item[0] ?? null)}` : `'${pythonType(item)}' object is not iterable`);
}

/** A name can be both where objects differ. */
function namesOf(list: readonly JsonObject[]): { readonly scalars: readonly string[]; readonly nested: readonly string[] } {
  const fields = list.flatMap((item) => Object.entries(item));
  const sorted = (isWanted: (value: Json) => boolean): readonly string[] => [...new Set(fields.filter(([, value]) => isWanted(value)).map(([name]) => name))].toSorted(compareTexts);
  return { scalars: sorted(isScalar), nested: sorted((value) => !isScalar(value)) };
}

function cellOf(item: JsonObject, name: string): string {
  return Object.hasOwn(item, name) ? pythonText(item[name] ?? null) : "";
}

function isScalar(value: Json): boolean {
  return !isJsonList(value) && !isObject(value);
}

/** What Python takes for false. */
function isEmpty(value: Json): boolean {
  return value === null || value === false || value === 0 || value === "" || (isJsonList(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);
}
