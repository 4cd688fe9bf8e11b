import { barButton, toolbar, TOOLBAR_STYLE } from "./toolbar.ts";

const STYLE = `${TOOLBAR_STYLE}
.dr-json { max-height: 26em; overflow: auto; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); line-height: 1.45; }
.dr-json details > *:not(summary) { margin-left: 1.3em; }
.dr-json summary { cursor: pointer; line-height: 24px; }
.dr-json summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.dr-json .leaf { padding-left: 1em; white-space: pre-wrap; overflow-wrap: anywhere; }
.dr-json .key { color: var(--vscode-symbolIcon-propertyForeground, var(--vscode-foreground)); }
.dr-json .size { color: var(--vscode-descriptionForeground); }
.dr-json .string { color: var(--vscode-debugTokenExpression-string); }
.dr-json .number { color: var(--vscode-debugTokenExpression-number); }
.dr-json .word { color: var(--vscode-debugTokenExpression-boolean); }
`;
/** Levels that are open at first. */
const OPEN_DEPTH = 2;
/** Children of one node that are shown at first; a button brings the others. */
const CHILDREN_AT_ONCE = 200;

/** JSON as a tree; a node makes its children when it is first opened. */
export function renderJson(value: unknown, document: Document): HTMLElement {
  const style = document.createElement("style");
  style.textContent = STYLE;
  const tree = document.createElement("div");
  tree.className = "dr-json";
  const show = (depth: number): void => tree.replaceChildren(renderNode(undefined, value, depth, document));
  show(OPEN_DEPTH);
  const frame = document.createElement("div");
  frame.append(style, toolbar([barButton("Expand all", () => show(Infinity), document), barButton("Collapse", () => show(1), document)], document), tree);
  return frame;
}

function renderNode(key: string | undefined, value: unknown, openDepth: number, document: Document): HTMLElement {
  if (typeof value !== "object" || value === null) return renderLeaf(key, value, document);
  const entries = Object.entries(value);
  const node = document.createElement("details");
  const summary = document.createElement("summary");
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  summary.append(...keyParts(key, document), span("size", size, document));
  node.append(summary);
  let isFilled = false;
  const fill = (): void => {
    if (isFilled) return;
    isFilled = true;
    fillNode(node, entries, openDepth - 1, document);
  };
  node.addEventListener("toggle", () => {
    if (node.open) fill();
  });
  if (openDepth > 0) {
    fill();
    node.open = true;
  }
  return node;
}

function fillNode(node: HTMLElement, entries: readonly (readonly [string, unknown])[], openDepth: number, document: Document): void {
  const now = entries.slice(0, CHILDREN_AT_ONCE);
  node.append(...now.map(([key, value]) => renderNode(key, value, openDepth, document)));
  const rest = entries.slice(CHILDREN_AT_ONCE);
  if (rest.length === 0) return;
  const more = barButton(`${rest.length} more`, (button) => {
    button.remove();
    fillNode(node, rest, openDepth, document);
  }, document);
  node.append(toolbar([more], document));
}

function renderLeaf(key: string | undefined, value: unknown, document: Document): HTMLElement {
  const leaf = document.createElement("div");
  leaf.className = "leaf";
  const kind = typeof value === "string" ? "string" : typeof value === "number" ? "number" : "word";
  leaf.append(...keyParts(key, document), span(kind, JSON.stringify(value), document));
  return leaf;
}

function keyParts(key: string | undefined, document: Document): readonly (HTMLElement | string)[] {
  return key === undefined ? [] : [span("key", key, document), ": "];
}

function span(name: string, text: string, document: Document): HTMLElement {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
