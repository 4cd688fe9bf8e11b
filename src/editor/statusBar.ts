import * as vscode from "vscode";
import { describeClock, type ClockText } from "../core/run/recoveryClock.ts";
import type { PinnedTarget } from "../core/run/journalEvent.ts";
import { NOTEBOOK_TYPE, type CommandId } from "./contributions.ts";
import { DisposableStore } from "./disposables.ts";
import type { RunSession } from "./run/runSession.ts";
import type { Runs } from "./run/runs.ts";

const TICK_MS = 1000;
const START: CommandId = "dr-runbook.startDrill";
const CLOCK: CommandId = "dr-runbook.markClock";
const SHOW_RUN = "dr-runbook.run.focus";

/** Two items at the left of the status bar: what is being touched (LIVE or DRILL, and the targets), and the recovery clock. */
export class RunStatusBar implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #target = this.#store.add(vscode.window.createStatusBarItem("dr-runbook.target", vscode.StatusBarAlignment.Left, 1000));
  readonly #clock = this.#store.add(vscode.window.createStatusBarItem("dr-runbook.clock", vscode.StatusBarAlignment.Left, 999));

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#target.name = "Runbook Targets";
    this.#clock.name = "Recovery Clock";
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
    if (session === undefined) {
      this.#clock.hide();
      return;
    }
    const clock = describeClock(session.clock);
    this.#clock.text = `$(${clock.level === "restored" ? "check" : "watch"}) ${clock.text}`;
    this.#clock.backgroundColor = backgroundOf(clock.level);
    this.#clock.tooltip = clockTooltip(session);
    this.#clock.command = session.isActive ? CLOCK : SHOW_RUN;
    this.#clock.accessibilityInformation = { label: `Recovery clock: ${clock.text}`, role: "timer" };
    this.#clock.show();
  }
}

function showIdle(item: vscode.StatusBarItem): void {
  item.text = "$(circle-slash) No run: cells ask first";
  item.tooltip = "No incident or drill is running: no cell goes anywhere. Click to start a drill.";
  item.command = START;
  item.backgroundColor = undefined;
  item.color = undefined;
  item.show();
}

function showRun(item: vscode.StatusBarItem, session: RunSession): void {
  const { mode, targets, ended } = session.status;
  const isLive = mode === "incident";
  const names = targets.map((target) => target.alias).join(", ");
  const state = ended !== undefined ? "ended " : session.isConnected ? "" : "KERNEL LOST ";
  item.text = isLive ? `$(flame) LIVE ${state}· ${names}` : `$(beaker) DRILL ${state}· ${names}`;
  const isOver = ended !== undefined;
  item.backgroundColor = isLive && !isOver ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  item.color = isLive || isOver ? undefined : new vscode.ThemeColor("drRunbook.drillForeground");
  item.tooltip = targetTooltip(session, targets);
  item.command = SHOW_RUN;
  item.accessibilityInformation = { label: `${isLive ? "Live incident" : "Drill"} ${state}on ${names}`, role: "button" };
  item.show();
}

function targetTooltip(session: RunSession, targets: readonly PinnedTarget[]): string {
  const first = session.status.mode === "incident" ? "Live incident: cells touch the real targets." : "Drill: cells touch the rehearsal world on this machine only.";
  return [first, ...targets.map((target) => `${target.alias} (${target.name}): ${target.address}, as ${target.actor || "unknown"}`)].join("\n");
}

function clockTooltip(session: RunSession): string {
  const { greens, greensNeeded, restoredAt, impactAt } = session.clock;
  if (impactAt === undefined) return "The start of the impact is not marked: click to mark it.";
  if (restoredAt !== undefined) return "Service is restored: the clock stands.";
  return `Time since the impact began, against the recovery time objective. Verification green ${greens} of ${greensNeeded} times in a row.`;
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
