import * as vscode from "vscode";
import { forecastOption, forecastWords } from "../../core/run/optionForecast.ts";
import { remainingMs } from "../../core/run/recoveryClock.ts";
import type { Step } from "../../core/runbook/document.ts";
import { NOTEBOOK_TYPE, type InternalCommandId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunbookModel, RunbookModels } from "../notebook/runbookModel.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";

const TAKE_OPTION: InternalCommandId = "dr-runbook.internal.takeOption";

/** Above the first command of each option: take it, how long its way is, and what remains of the RTO. (Markdown cells show no items.) */
export class OptionLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter) {
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
    this.#store.add(vscode.languages.registerCodeLensProvider({ notebookType: NOTEBOOK_TYPE }, this));
    this.#store.add(runs.onDidChange(() => this.#changed.fire()));
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const notebook = vscode.workspace.notebookDocuments.find((open) => open.notebookType === NOTEBOOK_TYPE && open.getCells().some((cell) => cell.document === document));
    const cell = notebook?.getCells().find((other) => other.document === document);
    if (notebook === undefined || cell === undefined) return [];
    try {
      return this.#lenses(await this.#models.of(notebook), cell);
    } catch (error) {
      this.#errors.log("Showing options", error);
      return [];
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #lenses(model: RunbookModel, cell: vscode.NotebookCell): vscode.CodeLens[] {
    const option = model.stepOf(cell);
    const index = model.indexOf(cell);
    if (option?.kind !== "option" || index !== option.cells.find((other) => model.document.cells[other]?.command !== undefined)) return [];
    const step = option.parent === undefined ? undefined : model.document.steps[option.parent];
    if (step === undefined) return [];
    const { active } = this.#runs;
    const session = active?.status.runbookPath === cell.notebook.uri.fsPath ? active : undefined;
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), lensCommand(model, step, option, session))];
  }
}

function lensCommand(model: RunbookModel, step: Step, option: Step, session: RunSession | undefined): vscode.Command {
  const words = forecastWords(forecastOption(model.document, option), session === undefined ? undefined : remainingMs(session.clock));
  if (session === undefined) return { title: `$(git-branch) ${option.title}: ${words}`, command: "" };
  const taken = session.status.options.find((choice) => choice.step === step.id)?.option;
  if (taken === option.id) return { title: `$(check) Option taken: ${words}`, command: "" };
  return { title: `$(git-branch) Take this option: ${words}`, tooltip: "The choice goes into the log.", command: TAKE_OPTION, arguments: [step.id, option.id] };
}
