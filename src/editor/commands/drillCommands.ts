import * as vscode from "vscode";
import { comparisonLines, reportDrill, reportHeadline, reportMarkdown, type DrillReport } from "../../core/drills/report.ts";
import type { RunSummary } from "../../core/drills/runSummary.ts";
import { readIncidentLog } from "../../core/log/incidentLog.ts";
import { printLog } from "../../core/log/printLog.ts";
import type { JournalRecord } from "../../core/run/journalEvent.ts";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import { parseRunbook } from "../../core/runbook/parseRunbook.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { GeneratedDocuments } from "../generatedDocuments.ts";
import type { DrillHistory } from "../run/drillHistory.ts";
import type { ErrorReporter } from "../showError.ts";
import { openNotebook, type RunbookFiles } from "./runbookFiles.ts";
import type { RunStarter } from "./startRun.ts";

/** Reads the journal of a run on record. */
export type ReadJournal = (run: string) => Promise<readonly JournalRecord[]>;

/** What a person does with drills that are over: their reports and logs, and the next drill of a runbook. */
export class DrillCommands {
  readonly #history: DrillHistory;
  readonly #files: RunbookFiles;
  readonly #starter: RunStarter;
  readonly #documents: GeneratedDocuments;
  readonly #errors: ErrorReporter;
  readonly #readJournal: ReadJournal;

  constructor(history: DrillHistory, files: RunbookFiles, starter: RunStarter, documents: GeneratedDocuments, errors: ErrorReporter, readJournal: ReadJournal) {
    this.#history = history;
    this.#files = files;
    this.#starter = starter;
    this.#documents = documents;
    this.#errors = errors;
    this.#readJournal = readJournal;
  }

  /** Shows the report of a drill; without a name the person chooses among those that are over. */
  async openReport(run?: string): Promise<void> {
    const name = run ?? (await this.#pickDrill());
    if (name === undefined) return;
    const report = await this.#report(name);
    await this.#documents.show(`Drill report: ${report.summary.title}`, name, reportMarkdown(report));
  }

  /** Shows the log of a run on record. */
  async openLog(run: string): Promise<void> {
    const records = await this.#readJournal(run);
    const summary = (await this.#history.refresh()).runs.find((other) => other.run === run);
    const document = summary === undefined ? parseRunbook("") : await this.#readRunbook(summary);
    await this.#documents.show(`Log: ${summary?.title ?? run}`, run, printLog(readIncidentLog(document, records), "markdown"));
  }

  /** Opens a runbook and starts a drill of it. */
  async startDrill(path: string): Promise<void> {
    await this.#starter.start(await openNotebook(vscode.Uri.file(path)), "drill");
  }

  /** Says how a drill went that has just ended, with the way to its report. */
  async tell(run: string, exportLog: () => Promise<void>): Promise<void> {
    const report = await this.#report(run);
    const { warnings } = report.score;
    const more = [warnings.length === 0 ? "" : `${String(warnings.length)} to look at.`, report.comparison === undefined ? "" : comparisonLines(report)[1]].filter((text) => text !== "" && text !== undefined);
    const answer = await vscode.window.showInformationMessage([`Drill ${reportHeadline(report)}.`, ...more].join(" ").replaceAll("..", "."), "Open Report", "Export Log…");
    if (answer === "Open Report") await this.openReport(run);
    else if (answer !== undefined) await exportLog();
  }

  async #report(run: string): Promise<DrillReport> {
    const { runs, unreadable } = await this.#history.refresh();
    const summary = runs.find((other) => other.run === run);
    if (summary === undefined) {
      const reason = unreadable.find((other) => other.run === run)?.reason ?? "there is no such run.";
      throw new RuntimeError("notFound", `Reporting run ${run}: ${reason}`, { hint: "Check its journal with dr-runbook verify." });
    }
    return reportDrill(summary, await this.#readRunbook(summary), runs);
  }

  /** The runbook as it is now; an empty one where it is gone: the report then names steps by their ids. */
  async #readRunbook(summary: RunSummary): Promise<RunbookDocument> {
    try {
      return await this.#files.read(vscode.Uri.file(summary.runbookPath));
    } catch (error) {
      this.#errors.log(`Reading ${summary.runbookPath}`, error);
      return parseRunbook("");
    }
  }

  async #pickDrill(): Promise<string | undefined> {
    const drills = (await this.#history.refresh()).runs.filter((run) => run.mode === "drill" && run.verdict !== undefined).reverse();
    if (drills.length === 0) {
      void vscode.window.showInformationMessage("No drill is on record yet.");
      return undefined;
    }
    const items = drills.map((run) => ({ label: run.title, description: `${new Date(run.startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC, ${run.verdict?.status ?? ""}`, run: run.run }));
    return (await vscode.window.showQuickPick(items, { title: "Open Drill Report", placeHolder: "Of which drill?", matchOnDescription: true }))?.run;
  }
}
