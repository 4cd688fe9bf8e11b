/** Style of what stands above an output: a search box, buttons and a count. What is clicked is at least 24 pixels high (WCAG 2.2, 2.5.8). */
export const TOOLBAR_STYLE = `
.dr-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 2px 0 4px; font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); color: var(--vscode-foreground); }
.dr-bar input { background: var(--vscode-input-background); color: var(--vscode-input-foreground); border: 1px solid var(--vscode-input-border, var(--vscode-editorWidget-border, transparent)); padding: 2px 6px; min-width: 14em; min-height: 24px; box-sizing: border-box; font: inherit; }
.dr-bar button { background: transparent; color: var(--vscode-foreground); border: 1px solid var(--vscode-editorWidget-border, currentColor); border-radius: 2px; padding: 1px 8px; min-height: 24px; font: inherit; cursor: pointer; }
.dr-bar button:hover { background: var(--vscode-toolbar-hoverBackground); }
.dr-bar button[aria-pressed="true"] { background: var(--vscode-button-background); color: var(--vscode-button-foreground); border-color: var(--vscode-button-background); }
.dr-bar input:focus-visible, .dr-bar button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
.dr-bar .dr-count { color: var(--vscode-descriptionForeground); }
`;

/** A search box. `onChange` gets the words in lower case, at each key. */
export function searchBox(label: string, onChange: (words: string) => void, document: Document): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.addEventListener("input", () => onChange(input.value.trim().toLowerCase()));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      onChange("");
      input.blur();
    } else if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // The notebook must not take letters for its own commands.
  });
  return input;
}

/** A button. */
export function barButton(text: string, onClick: (button: HTMLButtonElement) => void, document: Document): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => onClick(button));
  return button;
}

/** A count that a screen reader is told of when it changes. */
export function countLabel(document: Document): HTMLElement {
  const label = document.createElement("span");
  label.className = "dr-count";
  label.setAttribute("role", "status");
  return label;
}

/** The bar itself. */
export function toolbar(parts: readonly HTMLElement[], document: Document): HTMLElement {
  const bar = document.createElement("div");
  bar.className = "dr-bar";
  bar.append(...parts);
  return bar;
}
