import { basename } from "node:path";
import * as vscode from "vscode";
import type { CommandInfo } from "../../core/runbook/document.ts";
import { decodeSource } from "../../core/runbook/source.ts";
import { parseRunbook } from "../../core/runbook/parseRunbook.ts";
import { NOTEBOOK_TYPE, type QUICK_ACTIONS } from "../contributions.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { revealCell } from "../run/runNotebook.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";

const PATTERN = "**/*.runbook.md";
const EXCLUDED = "**/node_modules/**";
const FILE_LIMIT = 500;

type ActionName = (typeof QUICK_ACTIONS)[number]["action"];

/** Opening runbooks of the workspace, and running the cells that they offer as quick actions. */
export class RunbookFiles {
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;

  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter) {
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
  }

  /** Lets the person choose among the workspace's runbooks, the run's own first, and opens it; `undefined` when nothing is chosen. */
  async openRunbook(): Promise<vscode.NotebookDocument | undefined> {
    const running = this.#runs.active?.status.runbookPath;
    const files = (await findFiles()).toSorted((a, b) => Number(b.fsPath === running) - Number(a.fsPath === running) || a.fsPath.localeCompare(b.fsPath));
    if (files.length === 0) {
      void vscode.window.showInformationMessage("This workspace has no *.runbook.md file. Any other Markdown file opens as a runbook by Open With….");
      return undefined;
    }
    const items = files.map((uri) => ({ label: basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), detail: uri.fsPath === running ? "A run of it is going on" : "", uri }));
    const picked = await vscode.window.showQuickPick(items, { title: "Open Runbook", matchOnDescription: true });
    if (picked === undefined) return undefined;
    await vscode.commands.executeCommand("vscode.openWith", picked.uri, NOTEBOOK_TYPE);
    return vscode.workspace.openNotebookDocument(picked.uri);
  }

  /** Runs the cell whose info map names this action: in the run's runbook if that has one, else where the person chooses. */
  async runAction(action: ActionName): Promise<void> {
    const files = await this.#filesWithAction(action);
    const running = this.#runs.active?.status.runbookPath;
    const uri = files.find((file) => file.fsPath === running) ?? (await pickFile(files, action));
    if (uri === undefined) {
      if (files.length === 0) void vscode.window.showInformationMessage(`No runbook of this workspace has a cell for it. Mark one with {action: "${action}"}.`);
      return;
    }
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    const model = this.#models.of(notebook);
    const index = model.document.cells.findIndex((cell) => hasAction(cell.command, action));
    const cell = model.cellAt(index);
    if (cell === undefined) return;
    await revealCell(notebook, cell);
    // VS Code's own command selects the notebook's kernel first: a notebook that was only just opened has none.
    await vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start: cell.index, end: cell.index + 1 }], document: notebook.uri });
  }

  async #filesWithAction(action: ActionName): Promise<readonly vscode.Uri[]> {
    const found: vscode.Uri[] = [];
    for (const uri of await findFiles()) {
      try {
        const { cells } = parseRunbook(decodeSource(await vscode.workspace.fs.readFile(uri)));
        if (cells.some((cell) => hasAction(cell.command, action))) found.push(uri);
      } catch (error) {
        // One file that cannot be read must not hide the actions of the others.
        this.#errors.log(`Reading ${uri.fsPath}`, error);
      }
    }
    return found;
  }
}

function hasAction(command: CommandInfo | undefined, action: ActionName): boolean {
  return command?.attributes["action"] === action;
}

function findFiles(): Promise<readonly vscode.Uri[]> {
  return Promise.resolve(vscode.workspace.findFiles(PATTERN, EXCLUDED, FILE_LIMIT));
}

async function pickFile(files: readonly vscode.Uri[], action: ActionName): Promise<vscode.Uri | undefined> {
  if (files.length <= 1) return files[0];
  const items = files.map((uri) => ({ label: basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { title: action, placeHolder: "Of which runbook?", ignoreFocusOut: true }))?.uri;
}
