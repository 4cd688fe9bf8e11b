import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { CellStatus } from "../../core/protocol.ts";
import type { Outcome } from "../../core/run/outcome.ts";
import { closingLines, isUnresolved, stopsRun } from "../../core/run/outcomeText.ts";
import { findCell } from "../../core/runbook/cellName.ts";
import { messageOf } from "../../core/runtimeError.ts";
import { CONTROLLER_ID, NOTEBOOK_TYPE } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { readSetting } from "../settings.ts";
import type { ErrorReporter } from "../showError.ts";
import { CellOutput } from "./cellOutput.ts";
import { asGuest, type RunbookModels } from "./runbookModel.ts";

/** What the controller works with. */
export interface ControllerParts {
  readonly runs: Runs;
  readonly models: RunbookModels;
  readonly errors: ErrorReporter;
  /** `PUBLISHER.NAME`. */
  readonly extensionId: string;
  /** Gives the run that cells of this notebook go to, asking the person to start one or to take it over; `undefined` when they do not. */
  chooseRun(notebook: vscode.NotebookDocument): Promise<RunSession | undefined>;
  /** A cell that was run here did not succeed: the person is told what can be done, and nothing waits for the answer. */
  onFailure(session: RunSession, execution: string): Promise<void>;
}

/** Runs a notebook's cells through the kernel process: in order, one at a time, stopping at the first that fails. */
export class RunbookController implements vscode.Disposable {
  readonly #parts: ControllerParts;
  readonly #store = new DisposableStore();
  readonly #controller: vscode.NotebookController;
  readonly #selected = new WeakSet<vscode.NotebookDocument>();
  /** Notebooks for which this controller has once chosen itself. */
  readonly #chosen = new WeakSet<vscode.NotebookDocument>();
  /** Executions whose output a cell of this window shows; the kernel's others are shown by `#restore`. */
  readonly #shown = new Set<string>();
  readonly #busy = new Set<vscode.NotebookCell>();
  #queue: Promise<unknown> = Promise.resolve();
  #current: { readonly execution: string; readonly session: RunSession } | undefined;
  #batch = { isStopped: false };
  #order = 0;
  /** The run whose outputs the cells show; `undefined` before the first. */
  #run: string | undefined;
  /** Resolves when the outputs of the run before are gone. */
  #cleared: Promise<void> = Promise.resolve();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#controller = this.#store.add(vscode.notebooks.createNotebookController(CONTROLLER_ID, NOTEBOOK_TYPE, "DR Runbook"));
    this.#controller.supportsExecutionOrder = true;
    this.#controller.supportedLanguages = ["shellscript", "sql"];
    this.#controller.description = "Typed kubectl, AWS and HTTP steps on pinned targets";
    this.#controller.executeHandler = (cells, notebook) => this.#execute(cells, notebook);
    this.#controller.interruptHandler = () => this.#interrupt();
    this.#store.add(
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        if (!selected) return;
        this.#selected.add(notebook);
        this.#restore(notebook);
      }),
    );
    this.#store.add(parts.runs.onDidChange((session) => this.#follow(session)));
    this.#store.add(vscode.window.onDidChangeVisibleNotebookEditors((editors) => editors.forEach(({ notebook }) => this.#restore(notebook))));
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#prefer(notebook)));
    for (const notebook of vscode.workspace.notebookDocuments) this.#prefer(notebook);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #prefer(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType === NOTEBOOK_TYPE) this.#controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  }

  async #execute(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    const turn = this.#queue.then(() => this.#parts.errors.guard("Running cells", () => this.#executeBatch(cells, notebook)));
    this.#queue = turn;
    await turn;
  }

  async #executeBatch(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    const session = await this.#parts.chooseRun(notebook);
    if (session === undefined) return;
    await this.#cleared;
    const batch = { isStopped: false };
    this.#batch = batch;
    // A cell whose earlier output is being shown again ends that within moments; only one execution of a cell may be open.
    const executions = cells.filter((cell) => !this.#busy.has(cell)).map((cell) => ({ cell, execution: this.#controller.createNotebookCellExecution(cell) }));
    for (const { cell, execution } of executions) {
      this.#busy.add(cell);
      try {
        if (batch.isStopped) execution.end(undefined);
        else if (stopsRun(await this.#executeCell(cell, execution, session))) batch.isStopped = true;
      } catch (error) {
        batch.isStopped = true;
        this.#parts.errors.log(`Running a cell`, error);
      } finally {
        this.#busy.delete(cell);
      }
    }
  }

  async #executeCell(cell: vscode.NotebookCell, execution: vscode.NotebookCellExecution, session: RunSession): Promise<Outcome> {
    const id = randomUUID();
    const startedAt = Date.now();
    this.#shown.add(id);
    this.#current = { execution: id, session };
    execution.executionOrder = ++this.#order;
    execution.start(startedAt);
    const output = new CellOutput(execution, readSetting("dr-runbook.outputLimitKiB"), (error) => this.#parts.errors.log("Showing output", error));
    const listening = session.onDidOutput((chunk) => {
      if (chunk.execution === id) output.append(chunk);
    });
    try {
      await execution.clearOutput();
      const model = await this.#parts.models.of(cell.notebook);
      const { fsPath } = cell.notebook.uri;
      const own = model.request(cell);
      const request = session.status.runbookPath === fsPath ? own : asGuest(own, model.document, basename(fsPath));
      const outcome = await session.client.request("runCell", { execution: id, ...request });
      const status = session.status.cells.find((other) => other.execution === id);
      const isFailure = stopsRun(outcome) || outcome.status === "finding";
      await output.finish(closingLines(outcome, status ?? { expectations: [] }), isFailure, { run: session.status.run, whole: status?.whole ?? [] });
      execution.end(outcome.status === "succeeded" || outcome.status === "finding", startedAt + (outcome.endedAt - outcome.startedAt) / session.status.clock.rate);
      if (stopsRun(outcome)) void this.#parts.errors.guard("After a failed cell", () => this.#parts.onFailure(session, id));
      return outcome;
    } catch (error) {
      await output.finish(`Not finished: ${messageOf(error)}\n`, true, { run: session.status.run, whole: [] });
      execution.end(false, Date.now());
      throw error;
    } finally {
      listening.dispose();
      output.dispose();
      this.#current = undefined;
    }
  }

  /** Stops the cells in waiting, and asks the kernel to end the one that runs; a second call is firm. */
  async #interrupt(): Promise<void> {
    this.#batch.isStopped = true;
    const current = this.#current;
    if (current === undefined) return;
    await this.#parts.errors.guard("Cancelling the cell", () => current.session.client.request("cancelCell", { execution: current.execution }));
  }

  /** Another run begins with clean cells, in every runbook: all of them are run in it. One that is attached to, or taken up again, keeps what it has shown. */
  #follow(session: RunSession | undefined): void {
    if (session !== undefined && session.status.run !== this.#run) {
      // After a restart of this host the cells may still show what the run that it attaches to has printed.
      if (this.#run !== undefined || session.status.cells.length === 0) this.#cleared = this.#clearOutputs();
      this.#run = session.status.run;
    }
    for (const notebook of vscode.workspace.notebookDocuments) this.#restore(notebook);
  }

  async #clearOutputs(): Promise<void> {
    this.#shown.clear();
    this.#order = 0;
    const cells = vscode.workspace.notebookDocuments.filter((notebook) => this.#selected.has(notebook)).flatMap((notebook) => notebook.getCells());
    const shown = cells.filter((cell) => !this.#busy.has(cell) && (cell.outputs.length > 0 || cell.executionSummary?.success !== undefined));
    await Promise.all(shown.map((cell) => this.#parts.errors.guard("Clearing the output of the run before", () => this.#clear(cell))));
  }

  /** Takes away a cell's outputs, its mark and its number, wherever the focus is: only an execution can. */
  async #clear(cell: vscode.NotebookCell): Promise<void> {
    const execution = this.#controller.createNotebookCellExecution(cell);
    execution.start();
    try {
      await execution.clearOutput();
    } finally {
      execution.end(undefined);
    }
  }

  #restore(notebook: vscode.NotebookDocument): void {
    this.#restoreOutputs(notebook).catch((error: unknown) => this.#parts.errors.log("Showing earlier output", error));
  }

  /** Shows what the run knows of cells that this window has not run itself: after a reload, or when another front drives. */
  async #restoreOutputs(notebook: vscode.NotebookDocument): Promise<void> {
    await this.#cleared;
    const { session } = this.#parts.runs;
    if (session === undefined || session.status.runbookPath !== notebook.uri.fsPath || session.status.cells.every(({ outcome }) => outcome === undefined)) return;
    if (!this.#selected.has(notebook)) {
      await this.#choose(notebook);
      return;
    }
    const model = await this.#parts.models.of(notebook);
    for (const status of session.status.cells) {
      const shown = status.override === undefined ? status.execution : `${status.execution} overridden`;
      if (status.outcome === undefined || this.#shown.has(shown)) continue;
      const index = findCell(model.document, status.cell.name);
      const cell = index === undefined ? undefined : model.cellAt(index);
      if (cell === undefined || this.#busy.has(cell)) continue;
      this.#shown.add(shown);
      this.#busy.add(cell);
      void this.#parts.errors.guard("Showing earlier output", () => this.#show(cell, status, session)).finally(() => this.#busy.delete(cell));
    }
  }

  /** A window in which no cell was ever run has chosen no controller, and without one no output can be shown. Being chosen restores. */
  async #choose(notebook: vscode.NotebookDocument): Promise<void> {
    const editor = vscode.window.visibleNotebookEditors.find((candidate) => candidate.notebook === notebook);
    if (editor === undefined || this.#chosen.has(notebook)) return;
    this.#chosen.add(notebook);
    await vscode.commands.executeCommand("notebook.selectKernel", { notebookEditor: editor, id: CONTROLLER_ID, extension: this.#parts.extensionId });
  }

  async #show(cell: vscode.NotebookCell, status: CellStatus, session: RunSession): Promise<void> {
    const { outcome } = status;
    if (outcome === undefined) return;
    const parts = await session.client.request("cellOutput", { execution: status.execution });
    const execution = this.#controller.createNotebookCellExecution(cell);
    execution.executionOrder = ++this.#order;
    execution.start(outcome.startedAt);
    const output = new CellOutput(execution, readSetting("dr-runbook.outputLimitKiB"), (error) => this.#parts.errors.log("Showing output", error));
    try {
      await execution.clearOutput();
      for (const part of parts) output.append(part);
      await output.finish(closingLines(outcome, status), outcome.status !== "succeeded", { run: session.status.run, whole: status.whole });
    } finally {
      output.dispose();
      execution.end(!isUnresolved(status), outcome.endedAt);
    }
  }
}
