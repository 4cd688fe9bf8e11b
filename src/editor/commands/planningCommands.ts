import * as vscode from "vscode";
import { reportHeadline, reportMarkdown } from "../../core/preflight/reportText.ts";
import type { PreflightReport } from "../../core/preflight/report.ts";
import type { RunbookReader } from "../../core/reading.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { GeneratedDocuments } from "../generatedDocuments.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import type { Runs } from "../run/runs.ts";

/** What a person can have of a runbook without running it: the plan, whether it would work, and a cell for another shell. */
export class PlanningCommands {
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #documents: GeneratedDocuments;
  readonly #reader: RunbookReader;

  constructor(runs: Runs, models: RunbookModels, documents: GeneratedDocuments, reader: RunbookReader) {
    this.#reader = reader;
    this.#runs = runs;
    this.#models = models;
    this.#documents = documents;
  }

  /** Every operation of every branch, as a read-only document beside the runbook. */
  async showPlan(notebook: vscode.NotebookDocument): Promise<void> {
    const { document } = await this.#models.of(notebook);
    await this.#show(notebook, "Plan", await this.#reader.ask("describePlan", document.source));
  }

  /** Checks the runbook on the targets of its run; without one, on the live ones, after a person has agreed. */
  async preflight(notebook: vscode.NotebookDocument): Promise<void> {
    const report = await this.#check(notebook);
    if (report === undefined) return;
    await this.#show(notebook, "Preflight", reportMarkdown(report));
    const headline = `Preflight: ${reportHeadline(report)}`;
    // Nobody waits for the answer: the message has no buttons.
    void (report.counts.fails > 0 ? vscode.window.showWarningMessage(headline) : vscode.window.showInformationMessage(headline));
  }

  /** Puts a cell on the clipboard as commands for any shell, with what the run's variables hold now. `given` is the cell of a menu; the palette means the selected one. */
  async copyAsShell(notebook: vscode.NotebookDocument, given: unknown): Promise<void> {
    const model = await this.#models.of(notebook);
    const selected = vscode.window.visibleNotebookEditors.find((editor) => editor.notebook === notebook)?.selection.start;
    const cell = notebook.getCells().find((one) => one === given) ?? (selected === undefined ? undefined : notebook.cellAt(selected));
    const index = cell === undefined ? undefined : model.indexOf(cell);
    const { active } = this.#runs;
    const held = active?.status.runbookPath === notebook.uri.fsPath ? await active.client.request("variables", {}) : {};
    const copy = index === undefined ? undefined : await this.#reader.ask("copyAsShell", model.document.source, index, held);
    if (copy === undefined) throw new RuntimeError("invalidInput", "Copying the cell as shell: it holds no commands.", { hint: "Select a command cell, then copy again." });
    await vscode.env.clipboard.writeText(copy.text);
    vscode.window.setStatusBarMessage(`$(clippy) ${copy.name} copied as shell, its targets spelled out`, 5000);
  }

  async #check(notebook: vscode.NotebookDocument): Promise<PreflightReport | undefined> {
    const { document } = await this.#models.of(notebook);
    const params = { source: document.source, runbookPath: notebook.uri.fsPath, parameters: {}, worldStatePath: undefined };
    const { active } = this.#runs;
    if (active !== undefined) {
      if (active.status.runbookPath !== notebook.uri.fsPath) throw new RuntimeError("invalidInput", `Preflight: a run of ${active.status.title} is going on, and this is another runbook.`, { hint: "End that run first, or check the runbook on the command line: dr-runbook preflight FILE." });
      return progress(() => active.client.request("preflight", params));
    }
    if (!vscode.workspace.isTrusted) throw new RuntimeError("forbidden", "Preflight: this workspace is not trusted, and the check signs in to the runbook's targets.", { hint: "Read the runbook, then trust the workspace (Manage Workspace Trust)." });
    const targets = document.frontMatter.targets.map(({ alias }) => alias).join(", ");
    const picked = await vscode.window.showQuickPick(
      [
        { label: "$(checklist) Check the live targets", detail: `Reads ${targets === "" ? "nothing: the runbook names no targets" : targets}, and lets the servers try each change without making it. Nothing is changed.`, isLive: true },
        { label: "$(close) Cancel", detail: "Ask nobody. To check against a drill's world, start the drill first.", isLive: false },
      ],
      { title: "Preflight: no run is going on", placeHolder: "Check against what?", ignoreFocusOut: true },
    );
    if (picked?.isLive !== true) return undefined;
    return progress(async () => {
      const kernel = await this.#runs.startIdleKernel();
      try {
        return await kernel.request("preflight", params);
      } finally {
        kernel.dispose();
      }
    });
  }

  async #show(notebook: vscode.NotebookDocument, kind: "Plan" | "Preflight", text: string): Promise<void> {
    const name = notebook.uri.path.split("/").at(-1)?.replace(/(?:\.runbook)?\.md$/, "") ?? "runbook";
    await this.#documents.show(`${kind}: ${name}`, notebook.uri.toString(), text);
  }
}

function progress<T>(action: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: "Preflight: checking the runbook; nothing is changed" }, action));
}
