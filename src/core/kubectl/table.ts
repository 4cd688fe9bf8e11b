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
  const { header, lines } = tableCells(columns, rows, style);
  const all = style.hasHeaders ? [header, ...lines] : lines;
  return alignTabs(all.map((cells) => `${cells.join("\t")}\n`).join(""), TABLE_TABS);
}

/** The cells of a table's header and rows, as they are shown and not yet aligned. */
export function tableCells(columns: readonly Json[], rows: readonly Json[], style: TableStyle): { readonly header: readonly string[]; readonly lines: readonly (readonly string[])[] } {
  const definitions = columns.map(readColumn);
  const shown = definitions.map((column) => style.isWide || column.priority === 0);
  const header = [
    ...(style.hasNamespace ? ["NAMESPACE"] : []),
    ...definitions.filter((_, index) => shown[index]).map((column) => column.name.toUpperCase()),
    ...style.labelColumns.map((label) => label.slice(label.lastIndexOf("/") + 1).toUpperCase()),
    ...(style.hasLabels ? ["LABELS"] : []),
  ];
  return { header, lines: rows.map((row) => rowCells(row, definitions, shown, style)) };
}

/** A table that grows: each piece is aligned by the widest cells so far, as kubectl's writer remembers them (`RememberWidths`). */
export function growingTable(): { write(lines: readonly (readonly string[])[]): string } {
  const widths: number[] = [];
  return {
    write: (lines) => {
      for (const cells of lines) {
        for (const [column, cell] of cells.slice(0, -1).entries()) widths[column] = Math.max(widths[column] ?? TABLE_TABS.minWidth, Array.from(cell).length + TABLE_TABS.padding);
      }
      return lines.map((cells) => `${cells.map((cell, column) => (column === cells.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - Array.from(cell).length))).join("")}\n`).join("");
    },
  };
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

/** A cell ends at its first line break. */
export function cellText(cell: Json): string {
  if (cell === null) return "";
  if (isObject(cell)) return goMap(cell);
  const text = isJsonList(cell) ? `[${cell.map(scalarText).join(" ")}]` : scalarText(cell);
  const cut = text.search(/[\f\n\r]/);
  return disarmed(cut < 0 ? text : `${text.slice(0, cut)}...`);
}

/** Escape characters made visible, so that they cannot drive the terminal. */
export function disarmed(text: string): string {
  return text.replaceAll("\u001B", "^[").replaceAll("\r", String.raw`\r`);
}

function goMap(value: Json): string {
  return `map[${sortedPairs(objectAt(value)).map(([key, text]) => `${key}:${text}`).join(" ")}]`;
}

export function labelsText(labels: Json): string {
  const pairs = sortedPairs(objectAt(labels));
  return pairs.length === 0 ? "<none>" : pairs.map(([key, value]) => `${key}=${value}`).join(",");
}
