import * as vscode from "vscode";
import { comparisonLines, reportDrill, reportHeadline, reportMarkdown, type DrillReport } from "../../core/drills/report.ts";
import { drillToRepeat } from "../../core/drills/repeatedDrill.ts";
import { clockText } from "../../core/run/clockText.ts";
import type { RunVerdict } from "../../core/run/journalEvent.ts";
import { runKind } from "../../core/run/runKind.ts";
import { faultText } from "../../core/runbook/drillCase.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { COMMANDS, type InternalCommandId } from "../contributions.ts";
import type { GeneratedDocuments } from "../generatedDocuments.ts";
import { reportOf, type DrillHistory } from "../run/drillHistory.ts";
import type { RecordedRuns } from "../run/recordedRuns.ts";
import { findCurrentNotebook } from "../run/runNotebook.ts";
import { exportLog } from "./exportLog.ts";
import { openNotebook, type RunbookFiles } from "./runbookFiles.ts";
import type { RunStarter } from "./startRun.ts";

const AGAIN = COMMANDS["dr-runbook.sameDrillAgain"];
const WRITE_REPORT: InternalCommandId = "dr-runbook.internal.writeRunReport";

/** What a person does with runs that are over: their reports and logs, and the next drill of a runbook. */
export class DrillCommands {
  readonly #history: DrillHistory;
  readonly #files: RunbookFiles;
  readonly #starter: RunStarter;
  readonly #documents: GeneratedDocuments;
  readonly #recorded: RecordedRuns;

  constructor(history: DrillHistory, files: RunbookFiles, starter: RunStarter, documents: GeneratedDocuments, recorded: RecordedRuns) {
    this.#history = history;
    this.#files = files;
    this.#starter = starter;
    this.#documents = documents;
    this.#recorded = recorded;
  }

  /** Shows the report of a drill; without a name the person chooses among those that are over. */
  async openReport(run?: string): Promise<void> {
    const name = run ?? (await this.#pickDrill());
    if (name === undefined) return;
    const report = await this.#report(name);
    await this.#documents.show(`Drill report: ${report.summary.title}`, name, reportMarkdown(report));
  }

  /** Shows the log of a run on record. */
  async openLog(name: string): Promise<void> {
    const run = await this.#recorded.find(name);
    await this.#documents.show(`Log: ${run.title}`, name, await run.printLog("markdown"));
  }

  /** Opens a runbook and starts a drill of it. */
  async startDrill(path: string): Promise<void> {
    await this.#starter.start(await openNotebook(vscode.Uri.file(path)), "drill");
  }

  /** Starts the drill of this run again: the same runbook and faults in a new world. Without a name the one that was over last, of the runbook that is open where it has one. */
  async again(run?: string): Promise<void> {
    const { runs } = await this.#history.refresh();
    const drill = run === undefined ? drillToRepeat(runs, findCurrentNotebook(undefined)?.uri.fsPath) : runs.find((other) => other.run === run);
    if (drill === undefined) throw new RuntimeError("notFound", "Starting the same drill again: no drill is on record that has ended.", { hint: "Start one with Runbook: Start Drill…" });
    const session = await this.#starter.start(await openNotebook(vscode.Uri.file(drill.runbookPath)), "drill", drill.faults.filter(({ isAtStart }) => isAtStart));
    const later = drill.faults.filter(({ isAtStart }) => !isAtStart);
    if (session === undefined || later.length === 0) return;
    const names = later.map((spec) => (spec.announced ? faultText(spec) : "a surprise")).join(", ");
    void vscode.window.showInformationMessage(`What broke later in that drill is left to you, with Runbook: Inject Fault…: ${names}.`);
  }

  /** Says how a live run went that has just ended, when its report is due, and the way to both. */
  async tellLive(run: string, { recoveryMs, rtoMs }: RunVerdict): Promise<void> {
    const { book, history } = await this.#history.readBook();
    const summary = history.runs.find((other) => other.run === run);
    const due = summary === undefined ? undefined : reportOf(book, summary);
    const recovery = recoveryMs === undefined ? "not restored" : `restored in ${clockText(recoveryMs)}`;
    const objective = rtoMs === undefined ? "" : `, RTO ${clockText(rtoMs)}`;
    const report = due === undefined ? "" : ` The report is ${due.words}; it can also be written later, from Runbooks and Drills.`;
    const words = summary !== undefined && runKind(summary) === "look" ? "The look has ended; no impact was marked" : `Incident ended: ${recovery}${objective}`;
    const answer = await vscode.window.showInformationMessage(`${words}.${report}`, ...(due === undefined ? [] : ["Write Report…"]), "Export Log…");
    if (answer === "Export Log…") await exportLog(this.#recorded, run);
    else if (answer !== undefined) await vscode.commands.executeCommand(WRITE_REPORT, run);
  }

  /** Says how a drill went that has just ended, with the way to its report. */
  async tellDrill(run: string): Promise<void> {
    const report = await this.#report(run);
    const { warnings } = report.score;
    const more = [warnings.length === 0 ? "" : `${String(warnings.length)} to look at.`, report.comparison === undefined ? "" : comparisonLines(report)[1]].filter((text) => text !== "" && text !== undefined);
    const answer = await vscode.window.showInformationMessage([`Drill ${reportHeadline(report)}.`, ...more].join(" ").replaceAll("..", "."), "Open Report", AGAIN, "Export Log…");
    if (answer === "Open Report") await this.openReport(run);
    else if (answer === AGAIN) await this.again(run);
    else if (answer !== undefined) await exportLog(this.#recorded, run);
  }

  async #report(run: string): Promise<DrillReport> {
    const { runs, unreadable } = await this.#history.refresh();
    const summary = runs.find((other) => other.run === run);
    if (summary === undefined) {
      const reason = unreadable.find((other) => other.run === run)?.reason ?? "there is no such run.";
      throw new RuntimeError("notFound", `Reporting run ${run}: ${reason}`, { hint: "Check its journal with dr-runbook verify." });
    }
    return reportDrill(summary, await this.#files.readIfThere(summary.runbookPath), runs);
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
