import type { LogLevel, LogLine } from "../core/run/logLines.ts";
import { TONES } from "./tones.ts";
import { barButton, countLabel, searchBox, toolbar, TOOLBAR_STYLE } from "./toolbar.ts";

const STYLE = `${TOOLBAR_STYLE}
.dr-log { max-height: 26em; overflow: auto; outline-offset: -1px; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); line-height: 1.4; }
.dr-log:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.dr-log div { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0 6px; border-left: 3px solid transparent; }
.dr-log .error { color: ${TONES.bad}; border-left-color: var(--vscode-errorForeground); }
.dr-log .warning { border-left-color: var(--vscode-editorWarning-foreground); color: ${TONES.warning}; }
.dr-log mark { background: var(--vscode-editor-findMatchHighlightBackground); color: var(--vscode-foreground); outline: 1px solid var(--vscode-contrastActiveBorder, transparent); }
`;

const LOUD: readonly { readonly level: LogLevel; readonly words: string }[] = [{ level: "error", words: "errors" }, { level: "warning", words: "warnings" }];

/** A log that can be searched and narrowed to its errors and warnings; it opens at its end, where the news is. */
export function renderLog(lines: readonly LogLine[], document: Document): HTMLElement {
  const shown = { words: "", levels: new Set<LogLevel>() };
  const list = document.createElement("div");
  list.className = "dr-log";
  list.tabIndex = 0;
  list.setAttribute("role", "log");
  list.setAttribute("aria-live", "off");
  list.setAttribute("aria-label", `Log with ${lines.length} lines`);
  const count = countLabel(document);
  const show = (): void => {
    const found = lines.filter((line) => (shown.levels.size === 0 || shown.levels.has(line.level)) && line.text.toLowerCase().includes(shown.words));
    list.replaceChildren(...found.map((line) => renderLine(line, shown.words, document)));
    count.textContent = found.length === lines.length ? `${lines.length} lines` : `${found.length} of ${lines.length} lines`;
    list.scrollTop = list.scrollHeight;
  };
  const buttons = LOUD.flatMap(({ level, words }) => {
    const amount = lines.filter((line) => line.level === level).length;
    if (amount === 0) return [];
    const button = barButton(`${amount} ${words}`, () => {
      if (!shown.levels.delete(level)) shown.levels.add(level);
      button.setAttribute("aria-pressed", String(shown.levels.has(level)));
      show();
    }, document);
    button.setAttribute("aria-pressed", "false");
    button.title = `Show only the ${words}`;
    return [button];
  });
  const search = searchBox("Search in this log", (words) => {
    shown.words = words;
    show();
  }, document);
  const style = document.createElement("style");
  style.textContent = STYLE;
  show();
  const frame = document.createElement("div");
  frame.append(style, toolbar([search, ...buttons, count], document), list);
  // It has a height only once it stands in the page.
  requestAnimationFrame(() => {
    list.scrollTop = list.scrollHeight;
  });
  return frame;
}

function renderLine(line: LogLine, words: string, document: Document): HTMLElement {
  const row = document.createElement("div");
  row.className = line.level;
  const at = words === "" ? -1 : line.text.toLowerCase().indexOf(words);
  if (at < 0) {
    row.textContent = line.text;
    return row;
  }
  const mark = document.createElement("mark");
  mark.textContent = line.text.slice(at, at + words.length);
  row.append(line.text.slice(0, at), mark, line.text.slice(at + words.length));
  return row;
}
