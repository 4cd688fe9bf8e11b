import { barButton, countLabel, toolbar, TOOLBAR_STYLE } from "./toolbar.ts";

/** Where the whole of an output is, of which the cell shows head and tail. */
export interface WholeOutputLink {
  readonly run: string;
  readonly path: string;
  /** What the button does. */
  readonly label: string;
  /** How much it is. */
  readonly words: string;
}

/** A button that opens the whole output in an editor. */
export function renderWholeOutput(link: WholeOutputLink, open: (file: { readonly run: string; readonly path: string }) => void, document: Document): HTMLElement {
  const style = document.createElement("style");
  style.textContent = TOOLBAR_STYLE;
  const words = countLabel(document);
  words.textContent = link.words;
  const frame = document.createElement("div");
  frame.append(style, toolbar([barButton(link.label, () => open({ run: link.run, path: link.path }), document), words], document));
  return frame;
}

/** Whether an output's value is such a link. */
export function isWholeOutputLink(value: unknown): value is WholeOutputLink {
  if (typeof value !== "object" || value === null) return false;
  return ["run", "path", "label", "words"].every((name) => typeof Reflect.get(value, name) === "string");
}
