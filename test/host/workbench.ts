import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Frame, Locator, Page } from "playwright-core";
import { endMarkedProcesses, markedProcesses } from "../../scripts/host/isolation.ts";
import type { RunningServer } from "../../scripts/host/server.ts";

export type Theme = "light" | "dark";

const cellRows = ".notebookOverlay .cell-list-container .monaco-list-row";

/** A real VS Code window, driven by keyboard and mouse. Cells are counted from 0, Markdown cells included. */
export class Workbench {
  readonly page: Page;
  readonly server: RunningServer;
  /** The workspace folder. */
  readonly folder: string;
  /** Holds the workspace, the server's data and the home of everything started; removed by `close`. */
  readonly scratch: string;
  readonly #browser: Browser;

  constructor(page: Page, server: RunningServer, browser: Browser, scratch: string, folder: string) {
    this.page = page;
    this.server = server;
    this.folder = folder;
    this.scratch = scratch;
    this.#browser = browser;
  }

  /** Ends the window, the server, and every kernel and world started from it. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
    endMarkedProcesses(this.scratch);
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Waits until the workbench shows the workspace and its extensions have contributed. */
  async waitUntilReady(): Promise<void> {
    await this.page.locator(".monaco-workbench").waitFor();
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
    await this.#waitForContributions();
  }

  /** Reloads the window; the side bar shows what it showed before. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator(".monaco-workbench").waitFor();
    await this.#waitForContributions();
  }

  async #waitForContributions(): Promise<void> {
    await this.page.locator(".activitybar").getByRole("tab", { name: "DR Runbook" }).waitFor();
  }

  /** Opens a file of the workspace through Quick Open, as its default editor shows it. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+p");
    await this.quickInput().fill(name);
    await this.#focusedQuickRow(name.split("/").at(-1) ?? name).waitFor();
    await this.pressInQuickInput("Enter");
    await this.page.locator(".tabs-container .tab.active").filter({ hasText: name.split("/").at(-1) ?? name }).waitFor();
  }

  /** Opens a runbook and waits for its first cell. */
  async openRunbook(name: string): Promise<void> {
    await this.openFile(name);
    // A Markdown cell's row is an empty box under the webview that shows it: wait for its presence.
    await this.page.locator(cellRows).first().waitFor({ state: "attached" });
  }

  /** Moves the focus to a cell by keyboard, as a whole and not into its text; that scrolls it into view. */
  async focusCell(index: number): Promise<void> {
    // Focusing the editor group from inside a notebook may move the focus into the output that had it before.
    if ((await this.page.locator(".notebookOverlay .cell-list-container :focus").count()) === 0) await this.page.keyboard.press("Control+1");
    await this.page.keyboard.press("Escape");
    const [row] = await this.page.locator(`${cellRows}.focused`).all();
    let from = Number((await row?.getAttribute("data-index")) ?? -1);
    if (from < 0) {
      await this.page.keyboard.press("Control+Home");
      await this.page.locator(`${cellRows}.focused[data-index="0"]`).waitFor({ state: "attached" });
      from = 0;
    }
    for (let presses = Math.abs(index - from); presses > 0; presses -= 1) await this.page.keyboard.press(index > from ? "ArrowDown" : "ArrowUp");
    await this.page.locator(`${cellRows}.focused[data-index="${index}"]`).waitFor({ state: "attached" });
  }

  /** Moves the focus by mouse into a cell's text: the way out of an output, whose frame keeps most keys for itself. */
  async clickText(index: number): Promise<void> {
    const text = this.cell(index).locator(".monaco-editor .view-line").last();
    const box = await text.boundingBox();
    if (box === null) throw new Error(`Clicking the text of cell ${index}: it is not on the screen.`);
    // A long output may have scrolled it under the toolbar.
    await this.page.mouse.move(box.x + 200, box.y + 200);
    await this.page.mouse.wheel(0, -200);
    await text.click();
    await this.cell(index).locator(".monaco-editor.focused").waitFor();
  }

  /** Runs a cell with Shift+Enter. Does not wait for its end. */
  async runCell(index: number): Promise<void> {
    await this.focusCell(index);
    await this.page.keyboard.press("Shift+Enter");
  }

  /** Runs a cell by keyboard and answers Yes to its gates and manual checks by the arrow key, and to destruction by typing the alias. Gives its end mark. */
  async runThroughGates(index: number, timeoutMs = 170_000): Promise<"success" | "failure"> {
    await this.runCell(index);
    const end = this.waitForCellEnd(index, timeoutMs);
    for (;;) {
      const result = await Promise.race([end, this.page.waitForTimeout(150)]);
      if (result !== undefined) return result;
      const [text = ""] = await this.page.locator(".quick-input-widget:visible").allInnerTexts();
      const alias = /Type (\S+) to run/.exec(text)?.[1];
      if (alias !== undefined) await this.quickInput().pressSequentially(alias);
      else if (/No: (?:do not run it|it is not met)/.test(text)) await this.pressInQuickInput("ArrowDown");
      else continue;
      await this.pressInQuickInput("Enter");
      // The same question must not be answered twice while its box is closing. The next one may be open before it is seen closed, and have the same words: it stands on No again, or wants its alias anew.
      const isAnswered = async (): Promise<boolean> => (alias === undefined ? (await this.#focusedQuickRow("No: ").count()) === 0 : (await this.quickInput().inputValue().catch(() => "")) === alias);
      for (let turn = 0; (await this.page.locator(".quick-input-widget:visible").allInnerTexts())[0] === text && (await isAnswered()); turn += 1) {
        if (turn === 300) throw new Error(`Answering a gate: it is still open after 30 s: ${text}`);
        await this.page.waitForTimeout(100);
      }
    }
  }

  /** Runs a cell with the button beside it. Does not wait for its end. */
  async clickRun(index: number): Promise<void> {
    await this.focusCell(index);
    await this.cell(index).hover();
    await this.cell(index).locator(".run-button-container .codicon-notebook-execute").click();
  }

  /** The row of a cell; it exists only while the cell is near the visible part. */
  cell(index: number): Locator {
    return this.page.locator(`${cellRows}[data-index="${index}"]`);
  }

  /** Waits for a cell's end mark: a tick or a cross. */
  async waitForCellEnd(index: number, timeoutMs = 60_000): Promise<"success" | "failure"> {
    const status = this.cell(index).locator(".codicon-notebook-state-success, .codicon-notebook-state-error").first();
    await status.waitFor({ timeout: timeoutMs });
    return (await status.getAttribute("class"))?.includes("state-success") === true ? "success" : "failure";
  }

  /** The texts in a cell's status bar. */
  async cellStatus(index: number): Promise<string[]> {
    return (await this.cell(index).locator(".cell-status-item").allInnerTexts()).map((text) => text.trim()).filter((text) => text !== "");
  }

  /** Runs a command of the palette by its title (`Runbook: Start Drill…`). */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.quickInput().fill(`>${title}`);
    await this.#focusedQuickRow(title).waitFor();
    await this.pressInQuickInput("Enter");
  }

  /** Starts a drill of the open runbook, with what breaks by its title (`Nothing yet` for no fault), and as much of it as is proposed. */
  async startDrill(fault: string): Promise<void> {
    await this.runCommand("Runbook: Start Drill…");
    await this.waitForQuickInput("what breaks", 60_000);
    await this.pick(fault);
    const amount = this.page.locator(".quick-input-widget:visible").filter({ hasText: "How much of it?" });
    await amount.or(this.page.locator(".part.statusbar .statusbar-item").filter({ hasText: /DRILL/ })).first().waitFor();
    if (await amount.isVisible()) await this.pressInQuickInput("Enter");
    await this.waitForStatus(/DRILL/);
  }

  /**
   * Chooses an item of the open quick pick with the arrow keys and Enter: the one whose label the text is, where one of that label is on the
   * screen, else the first that has it. The list shows only the rows near the focus, and goes round at its end.
   */
  async pick(text: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    let left = { index: "", at: 0 };
    while (Date.now() < deadline) {
      const focused = await this.#focusedItem(text);
      // A list that is drawn late still shows the row that was left: another key would go one too far. One that is filled anew stands on it again.
      if (focused === undefined || (focused.index === left.index && Date.now() - left.at < 2000)) {
        await this.page.waitForTimeout(20);
        continue;
      }
      await this.pressInQuickInput(focused.isWanted ? "Enter" : "ArrowDown");
      if (focused.isWanted) return;
      left = { index: focused.index, at: Date.now() };
    }
    throw new Error(`the quick pick never came to "${text}": ${(await this.quickTexts()).join(" | ")}`);
  }

  /** The item of the open quick pick that Enter takes, seen in one moment. */
  async #focusedItem(wanted: string): Promise<{ readonly index: string; readonly isWanted: boolean } | undefined> {
    return this.quickRows().evaluateAll((rows, text) => {
      const labelOf = (row: Element): string | undefined => row.querySelector(".label-name")?.textContent?.trim();
      const row = rows.find((candidate) => candidate.classList.contains("focused"));
      if (!(row instanceof HTMLElement)) return undefined;
      const isLabel = rows.some((candidate) => labelOf(candidate) === text);
      return { index: row.dataset["index"] ?? "", isWanted: isLabel ? labelOf(row) === text : row.innerText.includes(text) };
    }, wanted);
  }

  /** Types an answer into the open input box and accepts it; `prompt` is waited for first. Resolves once the box has taken it and is gone. */
  async answer(prompt: string, text: string): Promise<void> {
    const box = this.page.locator(".quick-input-widget:visible").filter({ hasText: prompt });
    await box.waitFor();
    await this.quickInput().pressSequentially(text);
    await this.pressInQuickInput("Enter");
    await box.waitFor({ state: "hidden" });
  }

  /** Waits for a quick pick or input box that shows `text`, and gives everything it shows. */
  async waitForQuickInput(text: string, timeoutMs = 30_000): Promise<string> {
    const widget = this.page.locator(".quick-input-widget:visible").filter({ hasText: text });
    await widget.waitFor({ timeout: timeoutMs });
    return widget.innerText();
  }

  /** The rows of the open quick pick. */
  async quickTexts(): Promise<string[]> {
    return this.quickRows().allInnerTexts();
  }

  /** The texts of the window's status bar. */
  async statusTexts(): Promise<string[]> {
    return (await this.page.locator(".part.statusbar .statusbar-item").allInnerTexts()).map((text) => text.trim()).filter((text) => text !== "");
  }

  /** Waits for a status bar item that matches, and gives its text. */
  async waitForStatus(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    const item = this.page.locator(".part.statusbar .statusbar-item").filter({ hasText: pattern }).first();
    await item.waitFor({ timeout: timeoutMs });
    return (await item.innerText()).trim();
  }

  /** The texts of all outputs on the screen, from the top down. Outputs live in a webview of their own origin. */
  async outputs(): Promise<string[]> {
    const found: { top: number; text: string }[] = [];
    for (const frame of this.page.frames()) {
      found.push(...(await readOutputs(frame)));
    }
    return found.toSorted((a, b) => a.top - b.top).map((output) => output.text);
  }

  /** Waits until an output on the screen contains the text or matches the pattern; gives that output. */
  async waitForOutput(expected: string | RegExp, timeoutMs = 30_000): Promise<string> {
    const matches = (text: string): boolean => (typeof expected === "string" ? text.includes(expected) : expected.test(text));
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const outputs = await this.outputs();
      const found = outputs.find(matches);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no output with ${String(expected)} within ${timeoutMs / 1000} s; outputs: ${outputs.join("\n---\n") || "none"}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Opens a view container by its title in the activity bar. */
  async openView(title: string): Promise<void> {
    await this.page.locator(".activitybar").getByRole("tab", { name: title }).click();
    // Its tooltip would lie over the view.
    await this.page.mouse.move(1100, 20);
  }

  /** The rows of the trees in the side bar. */
  async treeTexts(): Promise<string[]> {
    return (await this.page.locator(".part.sidebar .monaco-list-row").allInnerTexts()).map((text) => text.replaceAll("\n", " ").trim());
  }

  /** The texts of the toasts on the screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** Saves the active editor and waits until its tab is clean. */
  async save(): Promise<void> {
    await this.page.keyboard.press("Control+s");
    await this.page.locator(".tabs-container .tab.active:not(.dirty)").waitFor();
  }

  /** Writes a picture of the window into `DR_RUNBOOK_SHOTS` (else the temporary folder) and gives its path. */
  async screenshot(name: string): Promise<string> {
    const folder = resolve(process.env["DR_RUNBOOK_SHOTS"] ?? join(tmpdir(), "dr-runbook-shots"));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Pictures `NAME-light` and `NAME-dark` of the window as it stands; the theme that it has comes last. */
  async screenshotInBothThemes(name: string): Promise<void> {
    const current: Theme = (await this.page.locator(".monaco-workbench.vs-dark").count()) > 0 ? "dark" : "light";
    for (const theme of [current === "dark" ? "light" : "dark", current] as const) {
      await this.#setTheme(theme);
      await this.screenshot(`${name}-${theme}`);
    }
  }

  /** As the machine's own choice of colours changes: what is open or has the focus stays so. */
  async #setTheme(theme: Theme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme });
    await this.page.locator(`.monaco-workbench.${theme === "dark" ? "vs-dark" : "vs"}`).waitFor();
    // The outputs' frame is painted after the window.
    await this.page.waitForTimeout(300);
  }

  /** Process ids among all that this workbench's server has started, by their command line: extension hosts, kernels, worlds. */
  processes(pattern: RegExp): number[] {
    return markedProcesses(this.scratch, pattern);
  }

  /** Presses keys in the open quick pick or input box, one after the other. One that closed a moment ago gives the focus back to where it was, also from the next one: so this takes it first. */
  async pressInQuickInput(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.quickInput().press(key);
  }

  quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-box input");
  }

  /** The row that Enter takes, once it is this one: others of the list before it was filtered go in the next moment. */
  #focusedQuickRow(text: string): Locator {
    return this.page.locator(".quick-input-widget:visible .monaco-list-row.focused").filter({ hasText: text });
  }

  quickRows(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
  }
}

async function readOutputs(frame: Frame): Promise<{ top: number; text: string }[]> {
  if (frame === frame.page().mainFrame()) return [];
  try {
    return await frame.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".cell_container .output")].map((output) => ({ top: output.getBoundingClientRect().top, text: output.innerText })),
    );
  } catch {
    // The frame went away while we looked (a webview that is being replaced): it shows nothing.
    return [];
  }
}
