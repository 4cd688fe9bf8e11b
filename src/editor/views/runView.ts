import * as vscode from "vscode";
import type { CellStatus } from "../../core/protocol.ts";
import { shortAge } from "../../core/health/age.ts";
import { clockText } from "../../core/run/clockText.ts";
import { describeEvent, timeInRun, type TimelineEntry } from "../../core/run/eventText.ts";
import type { JournalRecord, PinnedTarget } from "../../core/run/journalEvent.ts";
import { cellOfMove, failureWords, nextMove } from "../../core/run/nextMove.ts";
import { followProgress } from "../../core/run/progress.ts";
import { forecastOption, forecastWords } from "../../core/run/optionForecast.ts";
import { describeClock, formatDuration, greensText, remainingMs } from "../../core/run/recoveryClock.ts";
import { rpoExposureMs } from "../../core/run/recoveryPoint.ts";
import type { Step } from "../../core/runbook/document.ts";
import { messageOf } from "../../core/runtimeError.ts";
import type { CommandId, InternalCommandId, ViewId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import { findRunNotebook } from "../run/runNotebook.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";

const VIEW: ViewId = "dr-runbook.run";
const REVEAL: InternalCommandId = "dr-runbook.internal.revealCell";
const MARK: CommandId = "dr-runbook.markClock";
const DECIDE: CommandId = "dr-runbook.decideFailure";
const TAKE_OPTION: InternalCommandId = "dr-runbook.internal.takeOption";
const RUN_ACTION: InternalCommandId = "dr-runbook.internal.runQuickAction";
const TIMELINE_LIMIT = 200;
const TICK_MS = 1000;
const REFRESH_MS = 200;

type Node =
  | { readonly kind: "line"; readonly item: vscode.TreeItem }
  | { readonly kind: "targets" }
  | { readonly kind: "actions" }
  | { readonly kind: "timeline" };

/** The Run view: mode, driver, targets, clock, the step to work on, and the timeline. Never rejects: what fails becomes a line. */
export class RunView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #errors: ErrorReporter;
  readonly #actions: () => Promise<readonly string[]>;
  readonly #changed = this.#store.add(new vscode.EventEmitter<Node | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  /** `actions` gives the names of the quick actions that the workspace's runbooks offer. */
  constructor(runs: Runs, models: RunbookModels, errors: ErrorReporter, actions: () => Promise<readonly string[]>) {
    this.#actions = actions;
    this.#runs = runs;
    this.#models = models;
    this.#errors = errors;
    const view = this.#store.add(vscode.window.createTreeView(VIEW, { treeDataProvider: this }));
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
      if (view.visible) view.description = runs.active === undefined ? "" : describeClock(runs.active.clock).text;
    }, TICK_MS);
    this.#store.add({ dispose: () => clearInterval(timer) });
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "line":
        return node.item;
      case "targets":
        return new vscode.TreeItem("Targets", vscode.TreeItemCollapsibleState.Expanded);
      case "actions":
        return new vscode.TreeItem("Quick Actions", vscode.TreeItemCollapsibleState.Collapsed);
      case "timeline":
        return new vscode.TreeItem("Timeline", vscode.TreeItemCollapsibleState.Expanded);
    }
  }

  async getChildren(node?: Node): Promise<Node[]> {
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

  async #children(session: RunSession, node: Node | undefined): Promise<Node[]> {
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
      case "line":
        return [];
    }
  }

  async #roots(session: RunSession): Promise<Node[]> {
    const { status } = session;
    const isLive = status.mode === "incident";
    const state = status.ended !== undefined ? (isLive ? "ended" : status.ended.status) : session.isConnected ? `driven by ${status.driver}` : "the kernel is gone";
    return [
      line(isLive ? "LIVE incident" : "DRILL", {
        description: state, icon: isLive ? "flame" : "beaker", tooltip: `${status.title}\nRun ${status.run}`, colour: isLive ? "errorForeground" : "drRunbook.drillForeground",
      }),
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

  async #stepLines(session: RunSession): Promise<Node[]> {
    const notebook = findRunNotebook(session);
    if (notebook === undefined) return [line("Open the runbook to see its steps", { icon: "book", command: { command: "dr-runbook.openRunbook", title: "Open Runbook" } })];
    const model = await this.#models.of(notebook);
    const progress = followProgress(model.document, session.status);
    if (progress.current === undefined) return [line("Every step is done", { icon: "check-all" })];
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
      ...(progress.next === undefined ? [] : [stepLine("Then", progress.next, "debug-step-over", progress.next.cells[0])]),
    ];
  }
}

interface LineOptions {
  readonly description?: string;
  readonly icon?: string;
  readonly colour?: string;
  readonly tooltip?: string;
  readonly command?: vscode.Command;
}

function line(label: string, options: LineOptions = {}): Node {
  const item = new vscode.TreeItem(label);
  if (options.description !== undefined) item.description = options.description;
  if (options.icon !== undefined) item.iconPath = new vscode.ThemeIcon(options.icon, options.colour === undefined ? undefined : new vscode.ThemeColor(options.colour));
  if (options.command !== undefined) item.command = options.command;
  item.tooltip = options.tooltip ?? (options.description === undefined ? label : `${label}\n${options.description}`);
  return { kind: "line", item };
}

function clockLine(session: RunSession): Node {
  const { restoredAt, impactAt, rtoMs } = session.clock;
  if (impactAt === undefined) return line("The impact is not marked", { icon: "watch", description: "the clock does not run", command: { command: MARK, title: "Mark Recovery Clock" } });
  if (restoredAt !== undefined) return line(`Service restored after ${clockText(restoredAt - impactAt)}`, { icon: "check" });
  const objective = rtoMs === undefined ? "no RTO" : `RTO ${clockText(rtoMs)}`;
  return line(`Impact began ${new Date(impactAt).toISOString().slice(11, 19)} UTC`, { icon: "watch", description: `${objective}${greensText(session.clock)}` });
}

/** How old the newest data are that a backup brings back; nothing while no backup says. */
function exposureLine({ clock }: RunSession): Node[] {
  const exposedMs = rpoExposureMs(clock);
  if (exposedMs === undefined || clock.newestPointAt === undefined) return [];
  const isOver = clock.rpoMs !== undefined && exposedMs > clock.rpoMs;
  const objective = clock.rpoMs === undefined ? "" : `, RPO ${formatDuration(clock.rpoMs)}`;
  return [
    line(`Newest recovery point ${new Date(clock.newestPointAt).toISOString().slice(11, 16)} UTC`, {
      description: `${shortAge(exposedMs)} ago${objective}`, icon: "database", ...(isOver ? { colour: "list.warningForeground" } : {}),
      tooltip: "What was written after it is lost if nothing but this backup comes back: a replica may have more.",
    }),
  ];
}

/** The cell that did not succeed and waits for a person; selecting it asks what to do. */
function decisionLine(failure: CellStatus): Node {
  return line("What now?", { description: failureWords(failure), icon: "error", colour: "list.errorForeground", tooltip: `${failureWords(failure)}\nSelect to run it again, to go another way, or to go on with a reason.`, command: { command: DECIDE, title: "Decide After Failure" } });
}

function stepLine(word: string, step: Step, icon: string, cell: number | undefined): Node {
  const command = cell === undefined ? undefined : { command: REVEAL, title: "Go to Step", arguments: [cell] };
  return line(`${word}: ${step.title}`, { description: budgetText(step), icon, ...(command === undefined ? {} : { command }) });
}

function budgetText(step: Step): string {
  return step.budgetMs === undefined ? "" : ` ${formatDuration(step.budgetMs)}`;
}

function targetLine(target: PinnedTarget): Node {
  const tooltip = [`${target.kind} target ${target.name}`, target.address, `as ${target.actor || "unknown"}`, `identity ${target.identity || "not read yet"}`].join("\n");
  return line(target.alias, { description: `${target.address} as ${target.actor || "unknown"}`, icon: "server-environment", tooltip });
}

function timelineLines(session: RunSession): Node[] {
  const origin = session.status.clock.impactAt ?? session.events[0]?.at ?? 0;
  const entries = session.events.flatMap((event): [JournalRecord, TimelineEntry][] => {
    const entry = describeEvent(event);
    return entry === undefined ? [] : [[event, entry]];
  });
  const shown = entries.slice(-TIMELINE_LIMIT).reverse();
  const lines = shown.map(([event, entry]) =>
    line(entry.text, { description: timeInRun(event, origin), icon: TIMELINE_ICONS[entry.icon], tooltip: `${entry.text}\n${new Date(event.at).toISOString()}` }),
  );
  const older = entries.length - shown.length;
  return older > 0 ? [...lines, line(`${older} earlier events are in the exported log`, { icon: "ellipsis" })] : lines;
}

const TIMELINE_ICONS: Readonly<Record<TimelineEntry["icon"], string>> = {
  start: "play-circle", target: "server-environment", clock: "watch", cell: "terminal", good: "pass", bad: "error", gate: "shield", note: "note", fault: "bug", end: "stop-circle",
};
