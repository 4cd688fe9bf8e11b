import { basename } from "node:path";
import * as vscode from "vscode";
import { isLinkTo, parseAlertLink, type AlertLink } from "../../core/runbook/alertLink.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { revealCell } from "../run/runNotebook.ts";
import type { ErrorReporter } from "../showError.ts";
import { openNotebook, type RunbookFiles } from "./runbookFiles.ts";
import type { RunStarter } from "./startRun.ts";

/** Opens the runbook that an alert's link names, at its step, with its parameters kept for the run that is started next. */
export class AlertLinks implements vscode.UriHandler {
  readonly #files: RunbookFiles;
  readonly #models: RunbookModels;
  readonly #starter: RunStarter;
  readonly #errors: ErrorReporter;

  constructor(files: RunbookFiles, models: RunbookModels, starter: RunStarter, errors: ErrorReporter) {
    this.#files = files;
    this.#models = models;
    this.#starter = starter;
    this.#errors = errors;
  }

  async handleUri(uri: vscode.Uri): Promise<void> {
    await this.#errors.guard("Opening an alert's link", () => this.#open(parseAlertLink(uri.toString(true))));
  }

  /** For editors that no link reaches, such as one in a browser. */
  async openPasted(): Promise<void> {
    const text = await vscode.window.showInputBox({ title: "Open Alert Link", prompt: `A link of the form ${vscode.env.uriScheme}://dr-runbook.dr-runbook/open?runbook=ID&step=STEP`, ignoreFocusOut: true });
    if (text !== undefined) await this.#open(parseAlertLink(text));
  }

  async #open(link: AlertLink): Promise<void> {
    const files = await this.#files.readAll();
    const file = files.find(({ uri, document }) => isLinkTo(link, document.frontMatter.id, basename(uri.fsPath)));
    if (file === undefined) {
      throw new RuntimeError("notFound", `Opening the runbook ${link.runbook}: this workspace does not have it.`, { hint: `It has ${files.map(({ uri, document }) => document.frontMatter.id ?? basename(uri.fsPath)).join(", ") || "none"}.` });
    }
    const notebook = await openNotebook(file.uri);
    this.#starter.prefill(notebook.uri, link.parameters);
    const model = await this.#models.of(notebook);
    const { document } = model;
    const step = link.step === undefined ? undefined : document.steps.find((candidate) => candidate.id === link.step);
    if (link.step !== undefined && step === undefined) {
      throw new RuntimeError("notFound", `Going to step ${link.step}: the runbook does not have it.`, { hint: `It has ${document.steps.filter((candidate) => candidate.kind === "step").map((candidate) => candidate.id).join(", ")}.` });
    }
    const cell = step?.cells[0] === undefined ? undefined : model.cellAt(step.cells[0]);
    if (cell !== undefined) await revealCell(notebook, cell);
  }
}
