import type { LogLevel, LogLine, LogOutput } from "../core/run/logLines.ts";
import { TONES } from "./tones.ts";
import { barButton, countLabel, searchBox, toolbar, TOOLBAR_STYLE } from "./toolbar.ts";

const STYLE = `${TOOLBAR_STYLE}
.dr-log { position: relative; max-height: 26em; overflow: auto; outline-offset: -1px; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); line-height: 1.4; }
.dr-log:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.dr-log div { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0 6px; border-left: 3px solid transparent; }
.dr-log .error { color: ${TONES.bad}; border-left-color: var(--vscode-errorForeground); }
.dr-log .warning { border-left-color: var(--vscode-editorWarning-foreground); color: ${TONES.warning}; }
.dr-log mark { background: var(--vscode-editor-findMatchHighlightBackground); color: var(--vscode-foreground); outline: 1px solid var(--vscode-contrastActiveBorder, transparent); }
`;

const LOUD: readonly { readonly level: LogLevel; readonly words: string }[] = [{ level: "error", words: "errors" }, { level: "warning", words: "warnings" }];
const KEYS_UP: ReadonlySet<string> = new Set(["ArrowUp", "PageUp", "Home"]);
const SCROLLING_KEYS: ReadonlySet<string> = new Set([...KEYS_UP, "ArrowDown", "PageDown", "End"]);
/** So near to its end a log is read at its end, pixels, unless it is being scrolled up. */
const NEAR_END = 8;

/** How a person reads a log: it stays so while the log grows and when it is drawn anew. */
interface Reading {
  words: string;
  readonly levels: Set<LogLevel>;
  /** Whether it stays at the newest line. */
  isFollowing: boolean;
  /** Where it stands otherwise: the topmost line, counted in the whole log, and how much of it is above the edge, pixels. */
  top: { readonly line: number; readonly offset: number };
}

/** How many logs are remembered: those that are far back are read from their end again. */
const REMEMBERED = 100;

/** The logs of one page, and how each is read. */
export class LogViews {
  readonly #readings = new Map<string, Reading>();
  readonly #shown = new Map<string, LogView>();

  /** The view of a log: the one that shows it already, with what has come, where it stands in this element. */
  render(log: LogOutput, element: HTMLElement): HTMLElement {
    const shown = this.#shown.get(log.key);
    if (shown !== undefined && shown.frame.parentElement === element && log.isGrowing) {
      shown.update(log);
      return shown.frame;
    }
    const reading = this.#readings.get(log.key) ?? { words: "", levels: new Set(), isFollowing: true, top: { line: 0, offset: 0 } };
    this.#readings.delete(log.key);
    this.#readings.set(log.key, reading);
    const view = new LogView(log, reading, element.ownerDocument);
    if (log.isGrowing) this.#shown.set(log.key, view);
    else this.#shown.delete(log.key);
    const [oldest] = this.#readings.keys();
    if (this.#readings.size > REMEMBERED && oldest !== undefined) {
      this.#readings.delete(oldest);
      this.#shown.delete(oldest);
    }
    return view.frame;
  }
}

/** A log that can be searched and narrowed to its errors and warnings. It opens at its end, where the news is, and stays there while it grows unless a person reads further up. */
class LogView {
  readonly frame: HTMLElement;
  readonly #document: Document;
  readonly #reading: Reading;
  readonly #list: HTMLElement;
  readonly #count: HTMLElement;
  readonly #follow: HTMLButtonElement;
  readonly #loud: ReadonlyMap<LogLevel, HTMLButtonElement>;
  #log: LogOutput;
  /** What the rows show, as places in the whole log. */
  #places: number[] = [];
  /** Where it stood last, pixels. */
  #scrollTop = 0;

  constructor(log: LogOutput, reading: Reading, document: Document) {
    this.#log = log;
    this.#reading = reading;
    this.#document = document;
    this.#list = this.#makeList();
    this.#count = countLabel(document);
    this.#follow = barButton("Follow", () => this.#setFollowing(!reading.isFollowing), document);
    this.#follow.title = "Stay at the newest line";
    this.#loud = new Map(LOUD.map(({ level, words }) => [level, this.#makeFilter(level, words)]));
    const search = searchBox("Search in this log", (words) => {
      reading.words = words;
      this.#show();
    }, document);
    search.value = reading.words;
    const style = document.createElement("style");
    style.textContent = STYLE;
    this.frame = document.createElement("div");
    this.frame.append(style, toolbar([search, ...this.#loud.values(), this.#follow, this.#count], document), this.#list);
    this.#show();
    // It has a height only once it stands in the page.
    requestAnimationFrame(() => this.#scroll());
  }

  /** Shows what has come: rows that stand already stay, so that what is read or selected does. */
  update(log: LogOutput): void {
    const before = this.#log;
    this.#log = log;
    const isNarrowed = this.#reading.words !== "" || this.#reading.levels.size > 0;
    const standing = before.first + before.lines.length;
    if (isNarrowed || log.first < before.first || log.first >= standing) {
      this.#show();
      return;
    }
    for (let gone = before.first; gone < log.first; gone += 1) this.#list.firstChild?.remove();
    // The last line may not have been whole.
    this.#list.lastChild?.remove();
    this.#list.append(...log.lines.slice(standing - 1 - log.first).map((line) => renderLine(line, "", this.#document)));
    this.#places = log.lines.map((_line, index) => log.first + index);
    this.#label(log.lines.length);
    // Rows that come below what is read do not move it, and setting the place again would stop a scroll under way.
    if (this.#reading.isFollowing || log.first > before.first) this.#scroll();
  }

  #makeList(): HTMLElement {
    const list = this.#document.createElement("div");
    list.className = "dr-log";
    list.tabIndex = 0;
    list.setAttribute("role", "log");
    list.setAttribute("aria-live", "off");
    list.addEventListener("scroll", () => this.#scrolled());
    list.addEventListener("keydown", (event) => {
      // The notebook would scroll itself, or go to its first cell.
      if (!SCROLLING_KEYS.has(event.key) || event.ctrlKey || event.metaKey || list.scrollHeight <= list.clientHeight) return;
      event.stopPropagation();
      if (KEYS_UP.has(event.key)) this.#leaveEnd();
    });
    list.addEventListener("wheel", ({ deltaY }) => {
      if (deltaY < 0) this.#leaveEnd();
    }, { passive: true });
    return list;
  }

  /** At the first sign of a person who reads further up: a smooth scroll takes many frames, and a line that comes in between would hold it at the end. */
  #leaveEnd(): void {
    if (this.#log.isGrowing && this.#list.scrollTop > 0) this.#showFollowing(false);
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight, children } = this.#list;
    // What is not on the screen tells nothing of a person.
    if (clientHeight === 0) return;
    const at = firstRowBelow(children, scrollTop);
    const row = children[at];
    if (row instanceof HTMLElement) this.#reading.top = { line: this.#places[at] ?? 0, offset: scrollTop - row.offsetTop };
    // Told late of where this view put it itself, it says nothing of a person either.
    if (scrollTop === this.#scrollTop) return;
    const isUpward = scrollTop < this.#scrollTop;
    this.#scrollTop = scrollTop;
    if (this.#log.isGrowing) this.#showFollowing(scrollHeight - scrollTop - clientHeight <= (isUpward ? 1 : NEAR_END));
  }

  #makeFilter(level: LogLevel, words: string): HTMLButtonElement {
    const { levels } = this.#reading;
    const button = barButton("", () => {
      if (!levels.delete(level)) levels.add(level);
      button.setAttribute("aria-pressed", String(levels.has(level)));
      this.#show();
    }, this.#document);
    button.setAttribute("aria-pressed", String(levels.has(level)));
    button.title = `Show only the ${words}`;
    return button;
  }

  #setFollowing(isFollowing: boolean): void {
    this.#showFollowing(isFollowing);
    this.#scroll();
  }

  #showFollowing(isFollowing: boolean): void {
    this.#reading.isFollowing = isFollowing;
    this.#follow.setAttribute("aria-pressed", String(isFollowing));
  }

  #show(): void {
    const { words, levels } = this.#reading;
    const found = this.#log.lines.map((line, index) => ({ line, place: this.#log.first + index })).filter(({ line }) => (levels.size === 0 || levels.has(line.level)) && line.text.toLowerCase().includes(words));
    this.#list.replaceChildren(...found.map(({ line }) => renderLine(line, words, this.#document)));
    this.#places = found.map(({ place }) => place);
    this.#label(found.length);
    this.#scroll();
  }

  #label(shown: number): void {
    const { lines, first, isGrowing } = this.#log;
    this.#list.setAttribute("aria-label", `Log with ${lines.length} lines`);
    const total = first === 0 || !isGrowing ? `${lines.length} lines` : `the last ${lines.length} of ${first + lines.length} lines`;
    this.#count.textContent = shown === lines.length ? total : `${shown} of ${total}`;
    this.#follow.hidden = !isGrowing;
    this.#showFollowing(this.#reading.isFollowing);
    for (const { level, words } of LOUD) {
      const button = this.#loud.get(level);
      const amount = lines.filter((line) => line.level === level).length;
      if (button === undefined) continue;
      button.textContent = `${amount} ${words}`;
      button.hidden = amount === 0 && !this.#reading.levels.has(level);
    }
  }

  #scroll(): void {
    const { isFollowing, top } = this.#reading;
    if (isFollowing) this.#list.scrollTop = this.#list.scrollHeight;
    else this.#scrollToLine(top);
    this.#scrollTop = this.#list.scrollTop;
  }

  #scrollToLine(top: Reading["top"]): void {
    const at = this.#places.findIndex((place) => place >= top.line);
    const row = this.#list.children[at];
    if (row instanceof HTMLElement) this.#list.scrollTop = row.offsetTop + (this.#places[at] === top.line ? top.offset : 0);
  }
}

/** Which of the rows, from the top down, is the first that ends below a height: looked for by halves, since there may be thousands. */
function firstRowBelow(rows: HTMLCollection, height: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = rows[middle];
    if (row instanceof HTMLElement && row.offsetTop + row.offsetHeight > height) high = middle;
    else low = middle + 1;
  }
  return low;
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
