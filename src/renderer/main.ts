import type { LogOutput } from "../core/run/logLines.ts";
import type { TextTable } from "../core/run/textTable.ts";
import { renderJson } from "./jsonTree.ts";
import { LogViews } from "./logView.ts";
import { renderTable } from "./table.ts";
import { isWholeOutputLink, renderWholeOutput } from "./wholeOutput.ts";

/** What VS Code hands to a renderer; the part of its contract that is used here. */
interface OutputItem {
  readonly id: string;
  readonly mime: string;
  json(): unknown;
}

/** VS Code's side: the way to the extension, where there is one. */
interface RendererContext {
  postMessage?(message: unknown): void;
}

/** Entry point of the bundle: called by VS Code, which then hands over each output of one of our mime types. */
export function activate(context: RendererContext): { renderOutputItem(item: OutputItem, element: HTMLElement): void } {
  const logs = new LogViews();
  return {
    renderOutputItem(item, element) {
      const value = item.json();
      const shown = isLog(value) ? logs.render(value, element) : render(value, item.mime, element.ownerDocument, (message) => context.postMessage?.(message));
      // What stands there already keeps its place, and with it what is scrolled and selected.
      if (shown !== element.firstChild) element.replaceChildren(shown);
    },
  };
}

function render(value: unknown, mime: string, document: Document, post: (message: unknown) => void): HTMLElement | string {
  if (mime.includes("whole-output") && isWholeOutputLink(value)) return renderWholeOutput(value, post, document);
  if (mime.includes("json-tree")) return renderJson(value, document);
  if (isTable(value)) return renderTable(value, document);
  return "This version cannot show this output as it was meant. Choose its plain text instead.";
}

function isTable(value: unknown): value is TextTable {
  if (typeof value !== "object" || value === null || !("columns" in value) || !("rows" in value)) return false;
  return isTexts(value.columns) && Array.isArray(value.rows) && value.rows.every(isTexts);
}

function isLog(value: unknown): value is LogOutput {
  if (typeof value !== "object" || value === null || !("lines" in value) || !("key" in value) || !("first" in value)) return false;
  return Array.isArray(value.lines) && value.lines.every((line: unknown) => typeof line === "object" && line !== null && "text" in line && typeof line.text === "string" && "level" in line);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
