import { at, isJsonList, isObject, listAt, numberAt, objectAt, scalarText, sortedPairs, textAt, type Json } from "./json.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";

export interface TableStyle {
  readonly isWide: boolean;
  readonly hasHeaders: boolean;
  readonly hasNamespace: boolean;
  readonly hasLabels: boolean;
  /** Label keys of `-L`. */
  readonly labelColumns: readonly string[];
  /** `pod`, `deployment.apps` before each name; `undefined` for bare names. */
  readonly kindPrefix: string | undefined;
}

interface Column {
  readonly name: string;
  readonly priority: number;
  readonly isName: boolean;
}

/** kubectl's printer of one server-side `Table` (rows may have been gathered from several); empty for no rows. */
export function printTable(columns: readonly Json[], rows: readonly Json[], style: TableStyle): string {
  if (rows.length === 0) return "";
  const definitions = columns.map(readColumn);
  const shown = definitions.map((column) => style.isWide || column.priority === 0);
  const lines = rows.map((row) => rowCells(row, definitions, shown, style));
  const header = [
    ...(style.hasNamespace ? ["NAMESPACE"] : []),
    ...definitions.filter((_, index) => shown[index]).map((column) => column.name.toUpperCase()),
    ...style.labelColumns.map((label) => label.slice(label.lastIndexOf("/") + 1).toUpperCase()),
    ...(style.hasLabels ? ["LABELS"] : []),
  ];
  const all = style.hasHeaders ? [header, ...lines] : lines;
  return alignTabs(all.map((cells) => `${cells.join("\t")}\n`).join(""), TABLE_TABS);
}

function readColumn(definition: Json): Column {
  return {
    name: textAt(definition, "name"),
    priority: numberAt(definition, "priority"),
    isName: textAt(definition, "format") === "name" && textAt(definition, "type") === "string",
  };
}

function rowCells(row: Json, columns: readonly Column[], shown: readonly boolean[], style: TableStyle): readonly string[] {
  const labels = objectAt(row, "object", "metadata", "labels");
  const nameColumn = columns.findIndex((column) => column.isName);
  const cells = listAt(row, "cells").map((cell, index) => {
    const text = cellText(cell);
    return index === nameColumn && style.kindPrefix !== undefined ? `${style.kindPrefix}/${text}` : text;
  });
  return [
    ...(style.hasNamespace ? [textAt(row, "object", "metadata", "namespace")] : []),
    ...cells.filter((_, index) => shown[index] ?? false),
    ...style.labelColumns.map((label) => (at(labels, label) === undefined ? "" : textAt(labels, label))),
    ...(style.hasLabels ? [labelsText(labels)] : []),
  ];
}

/** A cell ends at its first line break; escape characters are made visible so that they cannot drive the terminal. */
export function cellText(cell: Json): string {
  if (cell === null) return "";
  if (isObject(cell)) return goMap(cell);
  const text = isJsonList(cell) ? `[${cell.map(scalarText).join(" ")}]` : scalarText(cell);
  const cut = text.search(/[\f\n\r]/);
  return (cut < 0 ? text : `${text.slice(0, cut)}...`).replaceAll("\u001B", "^[");
}

function goMap(value: Json): string {
  return `map[${sortedPairs(objectAt(value)).map(([key, text]) => `${key}:${text}`).join(" ")}]`;
}

export function labelsText(labels: Json): string {
  const pairs = sortedPairs(objectAt(labels));
  return pairs.length === 0 ? "<none>" : pairs.map(([key, value]) => `${key}=${value}`).join(",");
}
