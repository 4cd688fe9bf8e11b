import * as vscode from "vscode";
import type { CellStatus } from "../../core/protocol.ts";
import { choiceWords, failedExpectation, failureChoices, stepOfCell, type FailureChoice } from "../../core/run/failureChoices.ts";
import { failureWords, nextMove } from "../../core/run/nextMove.ts";
import { forecastOption, forecastWords } from "../../core/run/optionForecast.ts";
import { isUnresolved } from "../../core/run/outcomeText.ts";
import { optionsOf } from "../../core/run/progress.ts";
import { remainingMs } from "../../core/run/recoveryClock.ts";
import { findCell } from "../../core/runbook/cellName.ts";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { executeCells, findRunNotebook, modelOfRun } from "../run/runNotebook.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { askText } from "./askText.ts";

/** What a person does about a cell that did not succeed: again, another way, or on with a recorded reason. */
export class FailureCommands {
  readonly #runs: Runs;
  readonly #models: RunbookModels;

  constructor(runs: Runs, models: RunbookModels) {
    this.#runs = runs;
    this.#models = models;
  }

  /** Tells of a failure beside the work, with what can be done as buttons. What a person has stopped needs no telling. */
  async tell(session: RunSession, execution: string): Promise<void> {
    const failure = findFailure(session, execution);
    const isByPerson = failure?.outcome?.reason === "refused" || failure?.outcome?.status === "cancelled";
    if (failure === undefined || isByPerson || findRunNotebook(session) === undefined) return;
    const { document } = await modelOfRun(session, this.#models);
    const buttons = failureChoices(document, failure).map((choice) => ({ title: buttonTitle(choice), choice }));
    const picked = await vscode.window.showWarningMessage(failureWords(failure), ...buttons);
    if (picked !== undefined) await this.#act(session, execution, picked.choice);
  }

  /** Asks what to do about the failure that the run waits for. */
  async decide(): Promise<void> {
    const session = this.#runs.needDriving();
    const { document } = await modelOfRun(session, this.#models);
    const move = nextMove(document, session.status);
    if (move.kind !== "decide") {
      void vscode.window.showInformationMessage("No cell waits for a decision.");
      return;
    }
    const items = failureChoices(document, move.failure).map((choice) => ({ ...choiceWords(choice), choice }));
    const picked = await vscode.window.showQuickPick(items, { title: failureWords(move.failure), placeHolder: "What now?", ignoreFocusOut: true });
    if (picked !== undefined) await this.#act(session, move.failure.execution, picked.choice);
  }

  async #act(session: RunSession, execution: string, choice: FailureChoice): Promise<void> {
    const failure = findFailure(session, execution);
    if (failure === undefined || !session.isActive) {
      void vscode.window.showInformationMessage("That has been settled meanwhile: the Run view says what is next.");
      return;
    }
    const model = await modelOfRun(session, this.#models);
    switch (choice) {
      case "runAgain": {
        const index = findCell(model.document, failure.cell.name);
        const cell = index === undefined ? undefined : model.cellAt(index);
        if (cell !== undefined) await executeCells(cell.notebook, [cell]);
        return;
      }
      case "override":
        await override(session, failure);
        return;
      case "takeOption":
        await takeAnother(session, failure, model.document);
        return;
      case "skipStep": {
        const step = stepOfCell(model.document, failure);
        const reason = step === undefined ? undefined : await askText(`Skip ${step.title}: why?`, "The reason goes into the log.");
        if (step !== undefined && reason !== undefined) await session.change("skipStep", { step: step.id, reason });
      }
    }
  }
}

/** The execution as long as it is its cell's last and nobody has settled it. */
function findFailure(session: RunSession, execution: string): CellStatus | undefined {
  return session.status.cells.find((cell) => cell.execution === execution && isUnresolved(cell));
}

async function override(session: RunSession, failure: CellStatus): Promise<void> {
  const failed = failedExpectation(failure);
  if (failed === undefined) return;
  const reason = await askText(`Override in ${failure.cell.name}: expected ${failed.expected}`, "Why is it right to go on although it was not met? The reason goes into the log. Commands after it in the cell have not run.");
  if (reason !== undefined) await session.change("overrideExpectation", { execution: failure.execution, reason });
}

async function takeAnother(session: RunSession, failure: CellStatus, document: RunbookDocument): Promise<void> {
  const step = stepOfCell(document, failure);
  if (step === undefined) return;
  const items = optionsOf(document, step).map((option) => ({
    label: option.title, description: option.id === failure.cell.step ? "failed" : "", detail: forecastWords(forecastOption(document, option), remainingMs(session.clock)), option: option.id,
  }));
  const picked = await vscode.window.showQuickPick(items, { title: `Take Another Option: ${step.title}`, placeHolder: "The choice goes into the log.", ignoreFocusOut: true });
  if (picked !== undefined) await session.change("takeOption", { step: step.id, option: picked.option });
}

/** A button has room for few words; one that asks something more ends in dots. */
function buttonTitle(choice: FailureChoice): string {
  switch (choice) {
    case "runAgain":
      return "Run Again";
    case "override":
      return "Override…";
    case "takeOption":
      return "Other Option…";
    case "skipStep":
      return "Skip Step…";
  }
}
