import * as vscode from "vscode";
import { forecastRun, recoveryForecastWords, stepWords, type RecoveryForecast } from "../core/drills/forecast.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { shortAge } from "../core/health/age.ts";
import { acknowledgeClock, acknowledgeWords, openAcknowledgement } from "../core/run/acknowledgement.ts";
import { isOverRpo, rpoExposureMs } from "../core/run/recoveryPoint.ts";
import { describeClock, formatDuration, type ClockText } from "../core/run/recoveryClock.ts";
import type { RunKind } from "../core/run/runKind.ts";
import type { PinnedTarget } from "../core/run/journalEvent.ts";
import { targetWords } from "../core/run/targets.ts";
import { NOTEBOOK_TYPE, type CommandId } from "./contributions.ts";
import { DisposableStore } from "./disposables.ts";
import type { RunbookModels } from "./notebook/runbookModel.ts";
import type { DrillHistory } from "./run/drillHistory.ts";
import { findRunNotebook } from "./run/runNotebook.ts";
import type { RunSession } from "./run/runSession.ts";
import type { Runs } from "./run/runs.ts";

const TICK_MS = 1000;
const START: CommandId = "dr-runbook.startDrill";
const CLOCK: CommandId = "dr-runbook.markClock";
const ACKNOWLEDGE: CommandId = "dr-runbook.acknowledge";
const SHOW_RUN = "dr-runbook.run.focus";

/** At the left of the status bar: what is being touched (LIVE or DRILL, and the targets), the recovery clock, and until somebody has acknowledged, that. */
export class RunStatusBar implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #history: DrillHistory;
  readonly #target = this.#store.add(vscode.window.createStatusBarItem("dr-runbook.target", vscode.StatusBarAlignment.Left, 1000));
  readonly #clock = this.#store.add(vscode.window.createStatusBarItem("dr-runbook.clock", vscode.StatusBarAlignment.Left, 999));

  readonly #acknowledge = this.#store.add(vscode.window.createStatusBarItem("dr-runbook.acknowledge", vscode.StatusBarAlignment.Left, 998));

  constructor(runs: Runs, models: RunbookModels, history: DrillHistory) {
    this.#runs = runs;
    this.#models = models;
    this.#history = history;
    this.#target.name = "Runbook Targets";
    this.#clock.name = "Recovery Clock";
    this.#acknowledge.name = "Acknowledge";
    this.#acknowledge.command = ACKNOWLEDGE;
    this.#acknowledge.tooltip = "Nobody has acknowledged yet. Click to record that you have taken it.";
    const timer = setInterval(() => this.#showClock(), TICK_MS);
    this.#store.add({ dispose: () => clearInterval(timer) });
    this.#store.add(runs.onDidChange(() => this.#show()));
    this.#store.add(vscode.window.onDidChangeVisibleNotebookEditors(() => this.#show()));
    this.#show();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #show(): void {
    const { session } = this.#runs;
    const isRunbookVisible = vscode.window.visibleNotebookEditors.some((editor) => editor.notebook.notebookType === NOTEBOOK_TYPE);
    if (session !== undefined) showRun(this.#target, session);
    else if (isRunbookVisible) showIdle(this.#target);
    else this.#target.hide();
    this.#showClock();
  }

  #showClock(): void {
    const { session } = this.#runs;
    showAcknowledge(this.#acknowledge, session);
    if (session === undefined) {
      this.#clock.hide();
      return;
    }
    const clock = describeClock(session.clock);
    const forecast = session.isActive ? forecastRun(session.events, session.clock, this.#history.runsOf(session)) : undefined;
    const words = forecast === undefined ? "" : recoveryForecastWords(forecast, (step) => stepWords(step, this.#documentOf(session)));
    const isLate = (forecast?.overMs ?? 0) > 0;
    const text = [clock.text, words, exposureWords(session)].filter((part) => part !== "").join(", ");
    this.#clock.text = `$(${clock.level === "restored" ? "check" : "watch"}) ${text}`;
    this.#clock.backgroundColor = backgroundOf(clock.level === "calm" && isLate ? "warning" : clock.level);
    this.#clock.tooltip = clockTooltip(session, forecast);
    this.#clock.command = session.isActive ? CLOCK : SHOW_RUN;
    this.#clock.accessibilityInformation = { label: `Recovery clock: ${text}`, role: "timer" };
    this.#clock.show();
  }

  /** The runbook that names the steps; `undefined` while it is closed or has not been read. */
  #documentOf(session: RunSession): RunbookDocument | undefined {
    const notebook = findRunNotebook(session);
    return notebook === undefined ? undefined : this.#models.known(notebook)?.document;
  }
}

function showAcknowledge(item: vscode.StatusBarItem, session: RunSession | undefined): void {
  const open = session?.isActive === true ? openAcknowledgement(session.clock) : undefined;
  if (open === undefined) {
    item.hide();
    return;
  }
  item.text = `$(bell) Acknowledge: ${acknowledgeClock(open)}`;
  item.backgroundColor = backgroundOf(open.isOverdue ? "warning" : "calm");
  item.accessibilityInformation = { label: `Acknowledge: ${acknowledgeWords(open)}`, role: "button" };
  item.show();
}

function showIdle(item: vscode.StatusBarItem): void {
  item.text = "$(circle-slash) No run: cells ask first";
  item.tooltip = "No run is going on: no cell goes anywhere. Click to start a drill.";
  item.command = START;
  item.backgroundColor = undefined;
  item.color = undefined;
  item.show();
}

function showRun(item: vscode.StatusBarItem, session: RunSession): void {
  const { mode, targets, ended, clock } = session.status;
  const isLive = mode === "incident";
  const speed = clock.rate === 1 ? "" : `${String(clock.rate)}× `;
  const names = targets.map((target) => target.alias).join(", ");
  const state = ended !== undefined ? "ended " : !session.isConnected ? "KERNEL LOST " : session.seat.isYours ? "" : "watching ";
  item.text = isLive ? `$(flame) LIVE ${state}· ${names}` : `$(beaker) DRILL ${speed}${state}· ${names}`;
  const isOver = ended !== undefined;
  item.backgroundColor = isLive && !isOver ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  item.color = isLive || isOver ? undefined : new vscode.ThemeColor("drRunbook.drillForeground");
  item.tooltip = targetTooltip(session, targets);
  item.command = SHOW_RUN;
  item.accessibilityInformation = { label: `${isLive ? "Live" : "Drill"} ${state}on ${names}`, role: "button" };
  item.show();
}

const KIND_WORDS: Readonly<Record<RunKind, string>> = {
  drill: "Drill: cells touch the rehearsal world on this machine only.",
  look: "Live, and no impact is marked: cells touch the real targets, the recovery clock does not run.",
  incident: "Live incident: cells touch the real targets.",
};

function targetTooltip(session: RunSession, targets: readonly PinnedTarget[]): string {
  const { clock } = session.status;
  const speed = clock.rate === 1 ? [] : [`Its time runs ${String(clock.rate)} times as fast as the real one: good for practice, and not counted for the forecast.`];
  return [KIND_WORDS[session.kind], ...speed, ...targets.map((target) => `${target.alias} (${target.name}): ${targetWords(target)}`)].join("\n");
}

/** Only when it is over the objective: a clock that always says more is read less. */
function exposureWords({ clock }: RunSession): string {
  const exposedMs = rpoExposureMs(clock);
  return exposedMs === undefined || !isOverRpo(clock) ? "" : `over RPO: newest backup ${shortAge(exposedMs)} old`;
}

function clockTooltip(session: RunSession, forecast: RecoveryForecast | undefined): string {
  const { greens, greensNeeded, restoredAt, impactAt } = session.clock;
  if (impactAt === undefined) return "The start of the impact is not marked: click to mark it.";
  if (restoredAt !== undefined) return "Service is restored: the clock stands.";
  const basis = forecast === undefined ? "No drill by a person has come to this step: there is no forecast." : `The forecast rests on ${String(forecast.drills)} past ${forecast.drills === 1 ? "drill" : "drills"} by people in real time: restored after ${formatDuration(forecast.recoveryMs)}.`;
  const exposedMs = rpoExposureMs(session.clock);
  const exposure = exposedMs === undefined ? "" : `\nThe newest backup holds data until ${shortAge(exposedMs)} ago${session.clock.rpoMs === undefined ? "" : `, against an RPO of ${formatDuration(session.clock.rpoMs)}`}.`;
  return `Time since the impact began, against the recovery time objective. Verification green ${greens} of ${greensNeeded} times in a row.\n${basis}${exposure}`;
}

function backgroundOf(level: ClockText["level"]): vscode.ThemeColor | undefined {
  switch (level) {
    case "late":
      return new vscode.ThemeColor("statusBarItem.errorBackground");
    case "warning":
      return new vscode.ThemeColor("statusBarItem.warningBackground");
    case "calm":
    case "restored":
      return undefined;
  }
}
