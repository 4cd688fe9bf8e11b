import { userInfo } from "node:os";
import * as vscode from "vscode";
import { markWords } from "../../core/run/eventText.ts";
import type { ClockMark } from "../../core/run/journalEvent.ts";
import { forecastOption, forecastWords } from "../../core/run/optionForecast.ts";
import type { Risk } from "../../core/command/operation.ts";
import { riskOfCell } from "../../core/command/plan.ts";
import { cellOfMove, moveWords, nextMove } from "../../core/run/nextMove.ts";
import { followProgress, optionsOf, takenOption } from "../../core/run/progress.ts";
import { cellsAhead, type Extent } from "../../core/run/runAhead.ts";
import { remainingMs } from "../../core/run/recoveryClock.ts";
import { openParameters } from "../../core/runbook/parameters.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { takeOver } from "../run/driving.ts";
import { executeCells, findRunNotebook, modelOfRun, revealCell } from "../run/runNotebook.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { askText } from "./askText.ts";
import type { DrillCommands } from "./drillCommands.ts";
import type { FailureCommands } from "./failureCommands.ts";
import { reviewParameters, setParameters } from "./reviewParameters.ts";
import { pickFault, readFaults } from "./pickFault.ts";
import type { ShutdownWorld } from "./startRun.ts";

const MARKS: readonly ClockMark[] = ["impact", "detected", "acknowledged", "causeIdentified", "fixed", "restored", "stable"];

/** What a person can do to a run beside running cells. */
export class RunCommands {
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #shutdownWorld: ShutdownWorld;
  readonly #drills: DrillCommands;
  readonly #failures: FailureCommands;

  constructor(runs: Runs, models: RunbookModels, shutdownWorld: ShutdownWorld, drills: DrillCommands, failures: FailureCommands) {
    this.#failures = failures;
    this.#drills = drills;
    this.#runs = runs;
    this.#models = models;
    this.#shutdownWorld = shutdownWorld;
  }

  /** Lets this window drive the run that it watches. */
  async takeOver(): Promise<void> {
    await takeOver(this.#runs.needActive());
  }

  async endRun(): Promise<void> {
    const session = this.#runs.needDriving();
    const { kind } = session;
    const detail = kind === "look" ? "No impact was marked." : session.clock.restoredAt !== undefined ? "Service is restored." : "The clock still runs: service is not shown to be restored.";
    const picked = await vscode.window.showQuickPick(
      [
        { label: "$(circle-slash) No: go on", end: false },
        { label: `$(stop-circle) End the ${kind}`, detail, end: true },
      ],
      { title: `End Run: ${session.status.title}`, placeHolder: "The journal is closed; the log can be exported afterwards.", ignoreFocusOut: true },
    );
    if (picked?.end !== true) return;
    const verdict = await session.client.request("endRun", { by: "person" });
    await this.#endWorld();
    await (session.status.mode === "drill" ? this.#drills.tellDrill(session.status.run) : this.#drills.tellLive(session.status.run, verdict));
  }

  async injectFault(): Promise<void> {
    const session = this.#runs.needDriving();
    if (session.status.mode !== "drill") throw new RuntimeError("invalidInput", "Injecting a fault: this run is not a drill.", { hint: "Faults exist in drills only." });
    const path = await this.#runs.worldStatePath();
    const fault = path === undefined ? undefined : await pickFault((await readFaults(path)).filter(({ world }) => world === undefined), undefined, "Inject Fault");
    if (fault !== undefined) await session.change("injectFault", { ...fault, announced: true });
  }

  async verify(): Promise<void> {
    const session = this.#runs.needDriving();
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: "Verifying recovery" }, () => session.change("verify", {}));
    const { greens, greensNeeded, restoredAt } = session.status.clock;
    const text = restoredAt !== undefined ? "service is restored." : greens === 0 ? "red. The timeline says why." : `green, ${greens} of ${greensNeeded} in a row.`;
    void vscode.window.showInformationMessage(`Verification: ${text}`);
  }

  async markClock(): Promise<void> {
    const session = this.#runs.needDriving();
    const items = MARKS.map((mark) => ({ label: markWords(mark), mark }));
    const picked = await vscode.window.showQuickPick(items, { title: "Mark Recovery Clock", placeHolder: "What happened?", ignoreFocusOut: true });
    if (picked === undefined) return;
    const ago = await vscode.window.showInputBox({
      title: `${picked.label}: how many minutes ago?`, value: "0", ignoreFocusOut: true,
      validateInput: (value) => (/^\d{1,4}$/.test(value) ? undefined : "A whole number of minutes, 0 for now."),
    });
    if (ago === undefined) return;
    const isWordOnly = picked.mark === "restored" && session.status.mode === "drill";
    const reason = await askText(`${picked.label}: how do you know?`, `The reason goes into the log.${isWordOnly ? " A drill passes only when the verification has seen it." : ""}`);
    if (reason === undefined) return;
    await session.change("markClock", { mark: picked.mark, at: ago === "0" ? undefined : session.clock.now - Number(ago) * 60_000, reason });
  }

  /** Records who has taken the incident, and when. */
  async acknowledge(): Promise<void> {
    const session = this.#runs.needDriving();
    const { acknowledgedAt } = session.clock;
    if (acknowledgedAt === undefined) await session.change("markClock", { mark: "acknowledged", at: undefined, reason: `by ${userInfo().username}` });
    else void vscode.window.showInformationMessage(`Acknowledged at ${new Date(acknowledgedAt).toISOString().slice(11, 19)} UTC already.`);
  }

  async addNote(): Promise<void> {
    const session = this.#runs.needDriving();
    const text = await askText("Add Note to Log", "What did you see, decide or do outside the notebook?");
    if (text !== undefined) await session.change("addNote", { text });
  }

  /** Takes an option; without arguments the person chooses among those of the current step. */
  async takeOption(stepId?: string, optionId?: string): Promise<void> {
    const session = this.#runs.needDriving();
    if (stepId !== undefined && optionId !== undefined) {
      await session.change("takeOption", { step: stepId, option: optionId });
      return;
    }
    const { document } = await modelOfRun(session, this.#models);
    const forks = document.steps.filter((step) => step.kind === "step" && optionsOf(document, step).length > 0);
    const items = forks.flatMap((step) =>
      optionsOf(document, step).map((option) => ({
        label: option.title, description: takenOption(document, step, session.status) === option ? "taken" : "",
        detail: `${step.title}: ${forecastWords(forecastOption(document, option), remainingMs(session.clock))}`, step: step.id, option: option.id,
      })),
    );
    const picked = await vscode.window.showQuickPick(items, { title: "Take Option", placeHolder: "Of alternatives one is taken; the choice goes into the log.", ignoreFocusOut: true });
    if (picked !== undefined) await session.change("takeOption", { step: picked.step, option: picked.option });
  }

  async skipStep(): Promise<void> {
    const session = this.#runs.needDriving();
    const { document } = await modelOfRun(session, this.#models);
    const { current } = followProgress(document, session.status);
    const steps = document.steps.filter((step) => step.kind === "step").sort((a, b) => Number(b === current) - Number(a === current));
    const items = steps.map((step) => ({ label: step.title, description: step === current ? "current" : "", step: step.id }));
    const picked = await vscode.window.showQuickPick(items, { title: "Skip Step", placeHolder: "Which step?", ignoreFocusOut: true });
    if (picked === undefined) return;
    const reason = await askText(`Skip ${picked.label}: why?`, "The reason goes into the log.");
    if (reason !== undefined) await session.change("skipStep", { step: picked.step, reason });
  }

  /** Shows the parameters of the run, and lets the person set them. */
  async setParameters(): Promise<void> {
    const session = this.#runs.needDriving();
    const specs = openParameters((await modelOfRun(session, this.#models)).document.frontMatter.parameters);
    if (specs.length === 0) {
      void vscode.window.showInformationMessage("This runbook has no parameters.");
      return;
    }
    const current = await session.client.request("variables", {});
    const changed = await reviewParameters({ title: "Set Parameters: what the cells use from now on", goOn: { label: "$(check) Go on", detail: "What was changed goes into the log." }, specs, current, origin: "of this run" });
    if (changed !== undefined) await setParameters(session, changed);
  }

  /** Ticks and unticks checklist items; ticks belong to the run, never to the file. */
  async tickChecklist(): Promise<void> {
    const session = this.#runs.needDriving();
    const { document } = await modelOfRun(session, this.#models);
    const ticked = new Set(session.status.ticked.map(keyOf));
    const items = document.steps.flatMap((step) => step.checklist.map(({ text }) => ({ label: text, description: step.title, step: step.id, item: text, picked: ticked.has(keyOf({ step: step.id, item: text })) })));
    if (items.length === 0) {
      void vscode.window.showInformationMessage("This runbook has no checklist.");
      return;
    }
    const picked = await vscode.window.showQuickPick(items, { title: "Tick Checklist Items", canPickMany: true, ignoreFocusOut: true });
    if (picked === undefined) return;
    for (const entry of items) {
      const isTicked = picked.includes(entry);
      if (isTicked !== entry.picked) await session.change("tick", { step: entry.step, item: entry.item, ticked: isTicked });
    }
  }

  async goToNextStep(): Promise<void> {
    const session = this.#runs.needActive();
    const model = await modelOfRun(session, this.#models);
    const index = cellOfMove(nextMove(model.document, session.status));
    if (index !== undefined) await this.reveal(index);
  }

  /** Runs the cells ahead, as far as the person may foresee what comes of them. */
  async runAhead(extent: Extent): Promise<void> {
    const session = this.#runs.needDriving();
    const model = await modelOfRun(session, this.#models);
    const riskOf = (index: number): Risk => riskOfCell(model.planAt(index));
    const ahead = cellsAhead(model.document, session.status, extent, riskOf);
    const cells = ahead.flatMap((index) => model.cellAt(index) ?? []);
    const notebook = cells[0]?.notebook;
    if (notebook !== undefined) {
      await executeCells(notebook, cells);
      await this.goToNextStep();
      return;
    }
    await this.goToNextStep();
    const move = nextMove(model.document, session.status);
    if (move.kind === "decide") await this.#failures.decide();
    else void vscode.window.showInformationMessage(moveWords(move, model.document, riskOf));
  }

  /** Shows a cell of the run's notebook; `index` counts in the document's cells. */
  async reveal(index: number): Promise<void> {
    const session = this.#any();
    const notebook = findRunNotebook(session);
    const cell = notebook === undefined ? undefined : (await this.#models.of(notebook)).cellAt(index);
    if (notebook !== undefined && cell !== undefined) await revealCell(notebook, cell);
  }

  /** Takes up a run whose kernel died. */
  async resumeRun(): Promise<void> {
    const interrupted = await this.#runs.findInterrupted(() => true);
    if (interrupted.length === 0) {
      void vscode.window.showInformationMessage("No run is interrupted.");
      return;
    }
    const items = interrupted.map((state) => ({ label: state.run, description: state.runbookPath, state })).reverse();
    const picked = await vscode.window.showQuickPick(items, { title: "Resume Run: what ran when its kernel ended is marked unknown", placeHolder: "Verify its effect before you repeat it.", ignoreFocusOut: true });
    if (picked !== undefined) await this.#runs.resume(picked.state);
  }

  /** The rehearsal world has no use after its drill. */
  async #endWorld(): Promise<void> {
    const path = await this.#runs.worldStatePath();
    if (path !== undefined) await this.#shutdownWorld(path);
  }

  #any(): RunSession {
    const { session } = this.#runs;
    if (session === undefined) throw new RuntimeError("invalidInput", "There has been no run in this window.", { hint: "Start a drill or an incident first." });
    return session;
  }
}

function keyOf(entry: { readonly step: string; readonly item: string }): string {
  return `${entry.step}\n${entry.item}`;
}
