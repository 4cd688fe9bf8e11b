import type { TextTable } from "../core/run/textTable.ts";
import { renderTable } from "./table.ts";

/** What VS Code hands to a renderer; the part of its contract that is used here. */
interface OutputItem {
  readonly id: string;
  json(): unknown;
}

/** Entry point of the bundle: called by VS Code for each output of our mime type. */
export function activate(): { renderOutputItem(item: OutputItem, element: HTMLElement): void } {
  return {
    renderOutputItem(item, element) {
      const value = item.json();
      if (isTable(value)) element.replaceChildren(renderTable(value, element.ownerDocument));
      else element.replaceChildren("This output is not a table that this version can show. Choose the plain text of this output instead.");
    },
  };
}

function isTable(value: unknown): value is TextTable {
  if (typeof value !== "object" || value === null || !("columns" in value) || !("rows" in value)) return false;
  return isTexts(value.columns) && Array.isArray(value.rows) && value.rows.every(isTexts);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
