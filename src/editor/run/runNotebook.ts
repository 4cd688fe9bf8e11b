import * as vscode from "vscode";
import { RuntimeError } from "../../core/runtimeError.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import type { RunbookModel, RunbookModels } from "../notebook/runbookModel.ts";
import type { RunSession } from "./runSession.ts";

/** The open notebook of a run; `undefined` while it is closed. */
export function findRunNotebook(session: RunSession): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.notebookType === NOTEBOOK_TYPE && notebook.uri.fsPath === session.status.runbookPath);
}

/** The model of a run's runbook. Throws `invalidInput` while it is closed. */
export async function modelOfRun(session: RunSession, models: RunbookModels): Promise<RunbookModel> {
  const notebook = findRunNotebook(session);
  if (notebook === undefined) throw new RuntimeError("invalidInput", `The runbook of this run is not open: ${session.status.runbookPath}`, { hint: "Open it first." });
  return models.of(notebook);
}

/** The notebook that commands of the palette mean: the active one, else a visible one, else the run's. */
export function findCurrentNotebook(session: RunSession | undefined): vscode.NotebookDocument | undefined {
  const editors = [vscode.window.activeNotebookEditor, ...vscode.window.visibleNotebookEditors];
  const shown = editors.find((editor) => editor?.notebook.notebookType === NOTEBOOK_TYPE)?.notebook;
  return shown ?? (session === undefined ? undefined : findRunNotebook(session));
}

/** Shows the first of these cells and runs them in order, as their run buttons would; one that fails stops those after it. */
export async function executeCells(notebook: vscode.NotebookDocument, cells: readonly vscode.NotebookCell[]): Promise<void> {
  const [first] = cells;
  if (first === undefined) return;
  await revealCell(notebook, first);
  // VS Code's own command selects the notebook's kernel first: a notebook that was only just opened has none.
  await vscode.commands.executeCommand("notebook.cell.execute", { ranges: cells.map(({ index }) => ({ start: index, end: index + 1 })), document: notebook.uri });
}

/** Shows a notebook and puts the cursor on one of its cells. */
export async function revealCell(notebook: vscode.NotebookDocument, cell: vscode.NotebookCell): Promise<void> {
  const range = new vscode.NotebookRange(cell.index, cell.index + 1);
  const editor = await vscode.window.showNotebookDocument(notebook, { selections: [range] });
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
}
