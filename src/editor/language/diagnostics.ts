import * as vscode from "vscode";
import type { LintFinding } from "../../core/lint/lintRunbook.ts";
import { describe, type ProblemSeverity } from "../../core/problem.ts";
import type { RunbookReader } from "../../core/reading.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import type { ErrorReporter } from "../showError.ts";
import { placeFindings, type PlacedFinding } from "./ranges.ts";

const DELAY_MS = 250;
const SOURCE = "DR Runbook";

/** What lint finds in open runbooks, in the cells that they are in, with quick fixes where a problem brings its cure. */
export class RunbookDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  readonly #reader: RunbookReader;
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection("dr-runbook"));
  readonly #timers = new Map<vscode.NotebookDocument, NodeJS.Timeout>();
  readonly #placed = new Map<string, readonly PlacedFinding[]>();

  constructor(models: RunbookModels, errors: ErrorReporter, reader: RunbookReader) {
    this.#models = models;
    this.#reader = reader;
    this.#errors = errors;
    const { workspace } = vscode;
    this.#store.add(workspace.onDidOpenNotebookDocument((notebook) => this.#schedule(notebook)));
    this.#store.add(workspace.onDidChangeNotebookDocument(({ notebook }) => this.#schedule(notebook)));
    this.#store.add(workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)));
    this.#store.add(vscode.languages.registerCodeActionsProvider({ notebookType: NOTEBOOK_TYPE }, this, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }));
    for (const notebook of workspace.notebookDocuments) this.#schedule(notebook);
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const placed = this.#placed.get(document.uri.toString()) ?? [];
    return placed.flatMap(({ finding, range: at }) => {
      const { problem } = finding;
      if (problem.fix === undefined || at.intersection(range) === undefined) return [];
      const action = new vscode.CodeAction(problem.fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, at, problem.fix.text);
      action.diagnostics = [toDiagnostic(finding, at)];
      action.isPreferred = true;
      return [action];
    });
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.dispose();
  }

  #schedule(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== NOTEBOOK_TYPE) return;
    clearTimeout(this.#timers.get(notebook));
    const timer = setTimeout(() => {
      this.#timers.delete(notebook);
      this.#update(notebook).catch((error: unknown) => this.#errors.log(`Checking ${notebook.uri.fsPath}`, error));
    }, DELAY_MS);
    this.#timers.set(notebook, timer);
  }

  async #update(notebook: vscode.NotebookDocument): Promise<void> {
    const { version } = notebook;
    const model = await this.#models.of(notebook);
    const findings = await this.#reader.ask("lint", model.document.source, notebook.uri.fsPath, new Date().toISOString().slice(0, 10));
    // What was changed meanwhile is checked in its own turn.
    if (notebook.isClosed || notebook.version !== version) return;
    const entries = notebook.getCells().map((cell): [vscode.Uri, vscode.Diagnostic[]] => {
      const placed = placeFindings(model, cell, findings);
      const { uri } = cell.document;
      this.#placed.set(uri.toString(), placed);
      return [uri, placed.map(({ finding, range }) => toDiagnostic(finding, range))];
    });
    // All at once: each call of its own is a message to the window.
    this.#collection.set(entries);
  }

  #forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.#timers.get(notebook));
    this.#timers.delete(notebook);
    for (const cell of notebook.getCells()) {
      this.#placed.delete(cell.document.uri.toString());
      this.#collection.delete(cell.document.uri);
    }
  }
}

/** A finding as the editor shows it. */
export function toDiagnostic({ problem, severity }: LintFinding, range: vscode.Range): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, describe(problem), SEVERITIES[severity]);
  diagnostic.source = SOURCE;
  diagnostic.code = problem.code;
  return diagnostic;
}

const SEVERITIES: Readonly<Record<ProblemSeverity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  // Advice is for the author: dots that are read on hovering, and nothing that draws the eye of someone on call.
  information: vscode.DiagnosticSeverity.Hint,
};
