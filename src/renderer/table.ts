import type { TextTable } from "../core/run/textTable.ts";
import { compareCells } from "./compareCells.ts";
import { TONES } from "./tones.ts";
import { countLabel, searchBox, toolbar, TOOLBAR_STYLE } from "./toolbar.ts";

/** Fewer rows are read at a glance. */
const ROWS_TO_FILTER = 6;

/** Characters of a cell that never breaks: a word or name in pieces is not read, and a frame that scrolls is the lesser evil. */
const WHOLE_CELL = 40;

const STYLE = `${TOOLBAR_STYLE}
.dr-table { max-height: 26em; overflow: auto; outline-offset: -1px; }
.dr-table:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.dr-table table { border-collapse: separate; border-spacing: 0; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
.dr-table th { position: sticky; top: 0; text-align: left; background: var(--vscode-editor-background); color: var(--vscode-foreground); border-bottom: 1px solid var(--vscode-editorWidget-border, currentColor); padding: 0; }
.dr-table th button { all: unset; box-sizing: border-box; width: 100%; padding: 3px 14px 3px 6px; font-weight: 600; white-space: nowrap; cursor: pointer; }
.dr-table th button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.dr-table td { text-align: left; padding: 2px 14px 2px 6px; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 3ch; vertical-align: top; }
.dr-table td.dr-whole { white-space: pre; }
.dr-table tbody tr:hover td { background: var(--vscode-list-hoverBackground); }
.dr-table .dr-bad { color: ${TONES.bad}; }
.dr-table .dr-good { color: ${TONES.good}; }
`;

/** Words of kubectl's STATUS and similar columns that mean trouble or health. */
const BAD = /^(CrashLoopBackOff|Error|ErrImagePull|ImagePullBackOff|OOMKilled|Failed|Pending|Lost|Unknown|Evicted|Terminating|Warning|NotReady|down)$/;
const GOOD = /^(Running|Completed|Succeeded|Bound|Ready|Active|Available|up)$/;

/** A scrollable table: headings stay in sight and sort at a click or with Enter; a third click gives the tool's own order back. A long one can be filtered. */
export function renderTable(table: TextTable, document: Document): HTMLElement {
  const style = document.createElement("style");
  style.textContent = STYLE;
  const body = document.createElement("tbody");
  const sorting = { column: -1, direction: 1 };
  const count = countLabel(document);
  let words = "";
  const show = (): void => {
    const rows = sortRows(table, sorting).filter((cells) => words === "" || cells.some((cell) => cell.toLowerCase().includes(words)));
    fillBody(body, rows, document);
    count.textContent = words === "" ? "" : `${rows.length} of ${table.rows.length} rows`;
  };
  const headings = table.columns.map((name, column) => {
    const heading = document.createElement("th");
    heading.scope = "col";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.title = `Sort by ${name}`;
    button.addEventListener("click", () => {
      nextSorting(sorting, column);
      markHeadings(headings, table.columns, sorting);
      show();
    });
    heading.append(button);
    return heading;
  });
  const row = document.createElement("tr");
  row.append(...headings);
  const head = document.createElement("thead");
  head.append(row);
  show();
  const element = document.createElement("table");
  element.append(head, body);
  const frame = document.createElement("div");
  frame.className = "dr-table";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", `Table with ${table.rows.length} rows`);
  frame.append(style, element);
  if (table.rows.length <= ROWS_TO_FILTER) return frame;
  const search = searchBox("Filter the rows", (typed) => {
    words = typed;
    show();
  }, document);
  const whole = document.createElement("div");
  whole.append(toolbar([search, count], document), frame);
  return whole;
}

interface Sorting {
  column: number;
  direction: number;
}

function nextSorting(sorting: Sorting, column: number): void {
  if (sorting.column !== column) {
    sorting.column = column;
    sorting.direction = 1;
  } else if (sorting.direction === 1) sorting.direction = -1;
  else sorting.column = -1;
}

function markHeadings(headings: readonly HTMLTableCellElement[], names: readonly string[], sorting: Sorting): void {
  for (const [column, heading] of headings.entries()) {
    const isSorted = column === sorting.column;
    const isUp = sorting.direction === 1;
    if (isSorted) heading.ariaSort = isUp ? "ascending" : "descending";
    else heading.removeAttribute("aria-sort");
    const button = heading.firstElementChild;
    if (button !== null) button.textContent = `${names[column] ?? ""}${isSorted ? (isUp ? " ▲" : " ▼") : ""}`;
  }
}

function sortRows(table: TextTable, { column, direction }: Sorting): TextTable["rows"] {
  if (column < 0) return table.rows;
  return [...table.rows].sort((a, b) => direction * compareCells(a[column] ?? "", b[column] ?? ""));
}

function fillBody(body: HTMLTableSectionElement, rows: TextTable["rows"], document: Document): void {
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      row.append(
        ...cells.map((text) => {
          const cell = document.createElement("td");
          cell.textContent = text;
          if (text.length <= WHOLE_CELL) cell.classList.add("dr-whole");
          if (BAD.test(text) || isShortOfReady(text)) cell.classList.add("dr-bad");
          else if (GOOD.test(text)) cell.classList.add("dr-good");
          return cell;
        }),
      );
      return row;
    }),
  );
}

/** `0/1` in a READY column. */
function isShortOfReady(text: string): boolean {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  return match !== null && Number(match[1]) < Number(match[2]);
}
