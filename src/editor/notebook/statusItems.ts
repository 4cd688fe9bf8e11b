import * as vscode from "vscode";
import type { Risk } from "../../core/command/operation.ts";
import { riskOfCell, type CellPlan } from "../../core/command/plan.ts";
import type { CellStatus } from "../../core/protocol.ts";
import { isMet, OUTCOME_WORDS } from "../../core/run/outcomeText.ts";
import { formatDuration } from "../../core/run/recoveryClock.ts";
import { cellReference } from "../../core/runbook/cellName.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";
import type { RunbookModel, RunbookModels } from "./runbookModel.ts";

/** Under each command cell: its risk, the step's budget on the step's first cell, its name, and what its expectations came to. */
export class CellStatusItems implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCellStatusBarItems = this.#changed.event;

  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter) {
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
    this.#store.add(vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this));
    this.#store.add(runs.onDidChange(() => this.#changed.fire()));
    this.#store.add(
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (event.notebook.notebookType === NOTEBOOK_TYPE && (event.contentChanges.length > 0 || event.cellChanges.some((change) => change.document !== undefined))) this.#changed.fire();
      }),
    );
  }

  async provideCellStatusBarItems(cell: vscode.NotebookCell): Promise<vscode.NotebookCellStatusBarItem[]> {
    if (cell.kind !== vscode.NotebookCellKind.Code) return [];
    try {
      return this.#items(cell, await this.#models.of(cell.notebook));
    } catch (error) {
      this.#errors.log("Showing a cell's status", error);
      return [];
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #items(cell: vscode.NotebookCell, model: RunbookModel): vscode.NotebookCellStatusBarItem[] {
    const index = model.indexOf(cell);
    const plan = index === undefined ? undefined : model.planAt(index);
    if (index === undefined || plan === undefined) return [];
    const { session } = this.#runs;
    const isRunOfThis = session?.status.runbookPath === cell.notebook.uri.fsPath;
    const { name } = cellReference(model.document, index);
    const status = isRunOfThis ? session.status.cells.find((other) => other.cell.name === name) : undefined;
    return [riskItem(plan), ...budgetItems(model, index), ...resultItems(status)];
  }
}

function riskItem(plan: CellPlan): vscode.NotebookCellStatusBarItem {
  const errors = plan.problems.length > 0 && plan.statements.length === 0;
  if (errors) return item("$(error) does not run", "The cell has an error: nothing of it runs until it is corrected.");
  const risk = riskOfCell(plan);
  const why = plan.statements.flatMap((statement) => statement.operations.filter(({ operation }) => operation.risk !== "read").map(({ operation }) => `${operation.argv.slice(0, 4).join(" ")}…: ${operation.why}`));
  return item(RISK_LABELS[risk], [RISK_TOOLTIPS[risk], ...why].join("\n"));
}

const RISK_LABELS: Readonly<Record<Risk, string>> = {
  read: "$(eye) only reads",
  change: "$(edit) changes state",
  destroy: "$(flame) destroys data",
  undetermined: "$(question) effect unknown",
};

const RISK_TOOLTIPS: Readonly<Record<Risk, string>> = {
  read: "Runs at once: nothing changes.",
  change: "Asks once before it runs.",
  destroy: "Asks for the target's name before it runs: data or evidence is lost for good.",
  undetermined: "Asks before it runs: nobody has judged what it does.",
};

function budgetItems(model: RunbookModel, index: number): vscode.NotebookCellStatusBarItem[] {
  const stepIndex = model.document.cells[index]?.step;
  const step = stepIndex === undefined ? undefined : model.document.steps[stepIndex];
  const first = step?.cells.find((other) => model.document.cells[other]?.command !== undefined);
  if (step?.budgetMs === undefined || first !== index) return [];
  return [item(`$(watch) ${formatDuration(step.budgetMs)}`, `The time that the runbook allows for ${step.title}.`)];
}

function resultItems(status: CellStatus | undefined): vscode.NotebookCellStatusBarItem[] {
  if (status === undefined) return [];
  const checks = status.expectations.map((check) => {
    const icon = isMet(check.result) ? "$(check)" : check.result === "unverified" ? "$(question)" : "$(x)";
    const words = isMet(check.result) ? "met" : check.result === "unverified" ? "unverified" : "not met";
    return item(`${icon} expectation ${words}`, `Expected ${check.expected}\nGot ${check.actual.slice(0, 500)}`);
  });
  if (status.outcome === undefined) return [item("$(loading~spin) running", "The kernel runs this cell."), ...checks];
  const { outcome } = status;
  if (status.override !== undefined) return [item("$(debug-step-over) overridden", `By ${status.override.by}: ${status.override.reason}\n${outcome.message ?? ""}`), ...checks];
  return outcome.status === "succeeded" ? checks : [item(OUTCOME_WORDS[outcome.status].toLowerCase(), outcome.message ?? ""), ...checks];
}

function item(text: string, tooltip: string): vscode.NotebookCellStatusBarItem {
  const result = new vscode.NotebookCellStatusBarItem(text, vscode.NotebookCellStatusBarAlignment.Left);
  result.tooltip = tooltip;
  result.accessibilityInformation = { label: `${text.replaceAll(/\$\([^)]*\)\s*/g, "")}. ${tooltip}` };
  return result;
}
