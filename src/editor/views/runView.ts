import * as vscode from "vscode";
import { checklistOf } from "../../core/run/checklist.ts";
import { cellOfMove, nextMove } from "../../core/run/nextMove.ts";
import { followProgress } from "../../core/run/progress.ts";
import { forecastOption, forecastWords } from "../../core/run/optionForecast.ts";
import { describeClock, remainingMs } from "../../core/run/recoveryClock.ts";
import { KIND_LABELS } from "../../core/run/runKind.ts";
import { messageOf } from "../../core/runtimeError.ts";
import type { InternalCommandId, ViewId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { findRunNotebook } from "../run/runNotebook.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";
import { acknowledgeDescription, acknowledgeLine, checkItem, checklistItem, checklistNodes, clockLine, decisionLine, exposureLine, line, stepLine, targetLine, timelineLines, watchLine, type RunNode } from "./runLines.ts";

const VIEW: ViewId = "dr-runbook.run";
const TAKE_OPTION: InternalCommandId = "dr-runbook.internal.takeOption";
const RUN_ACTION: InternalCommandId = "dr-runbook.internal.runQuickAction";
const TICK_MS = 1000;
const REFRESH_MS = 200;

/** The Run view: mode, driver, targets, clock, the step to work on, and the timeline. Never rejects: what fails becomes a line. */
export class RunView implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  /** What the line of the acknowledgement said last. */
  #acknowledge: string | undefined;
  readonly #actions: () => Promise<readonly string[]>;
  readonly #changed = this.#store.add(new vscode.EventEmitter<RunNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  /** `actions` gives the names of the quick actions that the workspace's runbooks offer. */
  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter, actions: () => Promise<readonly string[]>) {
    this.#actions = actions;
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
    const view = this.#store.add(vscode.window.createTreeView(VIEW, { treeDataProvider: this }));
    this.#store.add(view.onDidChangeCheckboxState(({ items }) => void errors.guard("Ticking the checklist", () => this.#tick(items))));
    let isDue = false;
    this.#store.add(
      runs.onDidChange(() => {
        if (isDue) return;
        isDue = true;
        setTimeout(() => {
          isDue = false;
          this.#changed.fire(undefined);
        }, REFRESH_MS);
      }),
    );
    // The title counts by the second; refreshing the tree so often would flash its progress bar.
    const timer = setInterval(() => {
      if (!view.visible) return;
      view.description = runs.active === undefined ? "" : describeClock(runs.active.clock).text;
      if (acknowledgeDescription(runs.active) !== this.#acknowledge) this.#changed.fire(undefined);
    }, TICK_MS);
    this.#store.add({ dispose: () => clearInterval(timer) });
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    switch (node.kind) {
      case "line":
        return node.item;
      case "checklist":
        return checklistItem(node.entries);
      case "check":
        return checkItem(node.entry);
      case "targets":
        return new vscode.TreeItem("Targets", vscode.TreeItemCollapsibleState.Expanded);
      case "actions":
        return new vscode.TreeItem("Quick Actions", vscode.TreeItemCollapsibleState.Collapsed);
      case "timeline":
        return new vscode.TreeItem("Timeline", vscode.TreeItemCollapsibleState.Expanded);
    }
  }

  async getChildren(node?: RunNode): Promise<RunNode[]> {
    const { session } = this.#runs;
    if (session === undefined) return [];
    try {
      return await this.#children(session, node);
    } catch (error) {
      this.#errors.log("Showing the run", error);
      return [line(`This cannot be shown: ${messageOf(error)}`, { icon: "error" })];
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #children(session: RunSession, node: RunNode | undefined): Promise<RunNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.#roots(session);
      case "targets":
        return session.status.targets.length === 0 ? [line("No targets are pinned", { icon: "circle-slash" })] : session.status.targets.map(targetLine);
      case "actions": {
        const names = await this.#actions();
        return names.length === 0 ? [line("The workspace's runbooks offer none", { icon: "circle-slash" })] : names.map((name) => line(name, { icon: "zap", command: { command: RUN_ACTION, title: "Run Quick Action", arguments: [name] } }));
      }
      case "timeline":
        return timelineLines(session);
      case "checklist":
        return node.entries.map((entry) => ({ kind: "check", entry }));
      case "check":
      case "line":
        return [];
    }
  }

  async #tick(items: readonly (readonly [RunNode, vscode.TreeItemCheckboxState])[]): Promise<void> {
    try {
      const session = this.#runs.needDriving();
      for (const [node, state] of items) {
        const ticked = state === vscode.TreeItemCheckboxState.Checked;
        if (node.kind === "check" && ticked !== node.entry.isTicked) await session.change("tick", { step: node.entry.step, item: node.entry.item, ticked });
      }
    } finally {
      // The box goes back to what is recorded where that was not taken.
      this.#changed.fire(undefined);
    }
  }

  async #roots(session: RunSession): Promise<RunNode[]> {
    const { status } = session;
    const isLive = status.mode === "incident";
    const { kind } = session;
    const state = status.ended !== undefined ? (isLive ? "ended" : status.ended.status) : session.isConnected ? `driven by ${status.driver}` : "the kernel is gone";
    this.#acknowledge = acknowledgeDescription(this.#runs.active);
    return [
      ...acknowledgeLine(this.#runs.active),
      line(KIND_LABELS[kind], {
        description: state, icon: { drill: "beaker", look: "eye", incident: "flame" }[kind], tooltip: `${status.title}\nRun ${status.run}`, colour: isLive ? "errorForeground" : "drRunbook.drillForeground",
      }),
      ...watchLine(session),
      ...(status.unwritten === 0 ? [] : [line("Not on the disk", { description: `${status.unwritten} events are recorded in memory only`, icon: "warning", colour: "errorForeground" })]),
      clockLine(session),
      ...exposureLine(session),
      ...(status.ended === undefined ? await this.#stepLines(session) : []),
      ...(status.ended?.reasons ?? []).map((reason) => line(reason, { icon: "info" })),
      { kind: "targets" },
      ...(session.isActive ? [{ kind: "actions" } as const] : []),
      { kind: "timeline" },
    ];
  }

  async #stepLines(session: RunSession): Promise<RunNode[]> {
    const notebook = findRunNotebook(session);
    if (notebook === undefined) return [line("Open the runbook to see its steps", { icon: "book", command: { command: "dr-runbook.openRunbook", title: "Open Runbook" } })];
    const model = await this.#models.of(notebook);
    const progress = followProgress(model.document, session.status);
    const checklist = checklistNodes(checklistOf(model.document, progress.current, session.status));
    if (progress.current === undefined) return [...(model.document.steps.some(({ kind }) => kind === "step") ? [line("Every step is done", { icon: "check-all" })] : []), ...checklist];
    const move = nextMove(model.document, session.status);
    return [
      stepLine("Now", progress.current, "arrow-right", cellOfMove(move)),
      ...(move.kind === "decide" ? [decisionLine(move.failure)] : []),
      ...progress.openOptions.map((option) =>
        line(option.title, {
          description: forecastWords(forecastOption(model.document, option), remainingMs(session.clock)), icon: "git-branch",
          command: { command: TAKE_OPTION, title: "Take Option", arguments: [progress.current?.id, option.id] },
        }),
      ),
      ...checklist,
      ...(progress.next === undefined ? [] : [stepLine("Then", progress.next, "debug-step-over", progress.next.cells[0])]),
    ];
  }
}
