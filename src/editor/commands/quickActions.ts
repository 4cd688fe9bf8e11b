import { basename } from "node:path";
import * as vscode from "vscode";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import { parametersOf, readQuickActions, type QuickAction } from "../../core/runbook/quickActions.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { executeCells } from "../run/runNotebook.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { reviewParameters, setParameters } from "./reviewParameters.ts";
import type { RunbookFile, RunbookFiles } from "./runbookFiles.ts";

/** Quick actions: named pieces of the workspace's runbooks, run through the same plan, gate and journal as any cell. */
export class QuickActions {
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #files: RunbookFiles;

  readonly #chooseRun: (notebook: vscode.NotebookDocument) => Promise<RunSession | undefined>;

  /** `chooseRun` gives the run that cells of a notebook go to, asking the person to start one. */
  constructor(runs: Runs, models: RunbookModels, files: RunbookFiles, chooseRun: (notebook: vscode.NotebookDocument) => Promise<RunSession | undefined>) {
    this.#chooseRun = chooseRun;
    this.#runs = runs;
    this.#models = models;
    this.#files = files;
  }

  /** Names of all actions that the workspace's runbooks offer, sorted. */
  async names(): Promise<readonly string[]> {
    const names = (await this.#files.readAll()).flatMap(({ document }) => readQuickActions(document).map((action) => action.name));
    return [...new Set(names)].toSorted((a, b) => a.localeCompare(b));
  }

  /** Lets the person choose among all actions, and runs one. */
  async pickAndRun(): Promise<void> {
    const names = await this.names();
    if (names.length === 0) {
      void vscode.window.showInformationMessage('No runbook of this workspace offers quick actions. A cell becomes one by {action: "NAME"} in its info map.');
      return;
    }
    const picked = await vscode.window.showQuickPick(names.map((label) => ({ label: `$(zap) ${label}`, name: label })), { title: "Run Quick Action", placeHolder: "Reads run at once; a change asks first." });
    if (picked !== undefined) await this.run(picked.name);
  }

  /** Runs the cells of this action: in the run's runbook if that has it, else where the person chooses. */
  async run(name: string): Promise<void> {
    const files = (await this.#files.readAll()).filter(({ document }) => readQuickActions(document).some((action) => action.name === name));
    if (files.length === 0) {
      void vscode.window.showInformationMessage(`No runbook of this workspace has a cell for it. Mark one with {action: "${name}"}.`);
      return;
    }
    const running = this.#runs.active?.status.runbookPath;
    const file = files.find(({ uri }) => uri.fsPath === running) ?? (await pickFile(files, name));
    if (file === undefined) return;
    const notebook = await vscode.workspace.openNotebookDocument(file.uri);
    const model = await this.#models.of(notebook);
    const action = readQuickActions(model.document).find((candidate) => candidate.name === name);
    if (action === undefined || !(await this.#reviewParameters(notebook, model.document, action))) return;
    await executeCells(notebook, action.cells.flatMap((index) => model.cellAt(index) ?? []));
  }

  /** Lets the person see and set what the action's cells use. False when they run nothing. */
  async #reviewParameters(notebook: vscode.NotebookDocument, document: RunbookDocument, action: QuickAction): Promise<boolean> {
    const specs = parametersOf(document, action);
    if (specs.length === 0) return true;
    const session = await this.#chooseRun(notebook);
    if (session === undefined) return false;
    const current = await session.client.request("variables", {});
    const changed = await reviewParameters({ title: `${action.name}: what it uses`, goOn: { label: `$(zap) ${action.name}`, detail: "Reads run at once; a change asks first." }, specs, current, origin: "of this run" });
    if (changed === undefined) return false;
    await setParameters(session, changed);
    return true;
  }
}

async function pickFile(files: readonly RunbookFile[], name: string): Promise<RunbookFile | undefined> {
  if (files.length <= 1) return files[0];
  const items = files.map((file) => ({ label: file.document.frontMatter.title ?? basename(file.uri.fsPath), description: vscode.workspace.asRelativePath(file.uri), file }));
  return (await vscode.window.showQuickPick(items, { title: name, placeHolder: "Of which runbook?", ignoreFocusOut: true }))?.file;
}
