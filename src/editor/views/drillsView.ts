import * as vscode from "vscode";
import { reportDue, type Due } from "../../core/communication/due.ts";
import { figures, runLine } from "../../core/drills/bookText.ts";
import { provenWords, stalenessWords } from "../../core/drills/coverage.ts";
import type { DrillBook, RunbookStanding, ScheduledStanding } from "../../core/drills/drillBook.ts";
import { faultWords } from "../../core/drills/report.ts";
import type { RunHistory, RunSummary, UnreadableRun } from "../../core/drills/runSummary.ts";
import { dateText, openWords, standingWords, type DrillStanding } from "../../core/drills/schedule.ts";
import { titleOf } from "../../core/drills/score.ts";
import { clockText } from "../../core/run/clockText.ts";
import { formatDuration } from "../../core/run/recoveryClock.ts";
import { runKind } from "../../core/run/runKind.ts";
import { messageOf } from "../../core/runtimeError.ts";
import { NOTEBOOK_TYPE, type InternalCommandId, type ViewId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { DrillHistory } from "../run/drillHistory.ts";
import type { ErrorReporter } from "../showError.ts";

const VIEW: ViewId = "dr-runbook.drills";
const OPEN_REPORT: InternalCommandId = "dr-runbook.internal.openRunReport";
const OPEN_LOG: InternalCommandId = "dr-runbook.internal.openRunLog";
const RUN_LIMIT = 20;
/** A proof older than this is a quarter old: drills are planned by the quarter. */
const STALE_MS = 92 * 86_400_000;

/** A line of the tree. Commands of the context menu get it as their argument. */
export type DrillNode =
  | { readonly kind: "runbook"; readonly standing: RunbookStanding }
  | { readonly kind: "uncovered"; readonly lines: readonly string[] }
  | { readonly kind: "run"; readonly run: RunSummary; /** Where its report has not been written yet. */ readonly report: Due | undefined }
  | { readonly kind: "group"; readonly label: string; readonly description: string; readonly lines: readonly DrillNode[] }
  | { readonly kind: "scheduled"; readonly scheduled: ScheduledStanding }
  | { readonly kind: "unreadable"; readonly run: UnreadableRun }
  | { readonly kind: "line"; readonly text: string; readonly icon: string; readonly description?: string };

/** The Runbooks and Drills view: how ready the team is. Never rejects: what fails becomes a line. */
export class DrillsView implements vscode.TreeDataProvider<DrillNode>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #history: DrillHistory;
  readonly #errors: ErrorReporter;
  readonly #changed = this.#store.add(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(history: DrillHistory, errors: ErrorReporter) {
    this.#history = history;
    this.#errors = errors;
    this.#store.add(vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true }));
    this.#store.add(history.onDidChange(() => this.refresh()));
    this.#store.add(vscode.workspace.onDidSaveNotebookDocument((notebook) => {
      if (notebook.notebookType === NOTEBOOK_TYPE) this.refresh();
    }));
  }

  /** Reads runbooks and history again. */
  refresh(): void {
    this.#changed.fire(undefined);
  }

  getTreeItem(node: DrillNode): vscode.TreeItem {
    switch (node.kind) {
      case "runbook":
        return runbookItem(node.standing);
      case "uncovered":
        return leaf(`Never exercised: ${String(node.lines.length)}`, "circle-large-outline", node.lines.join("\n"), { isOpen: false });
      case "run":
        return runItem(node);
      case "group":
        return leaf(node.label, node.label === "Schedule" ? "calendar" : node.label === "Figures" ? "graph" : "warning", node.label, { isOpen: true, description: node.description });
      case "scheduled":
        return scheduledItem(node.scheduled);
      case "unreadable":
        return leaf(node.run.run, "error", `${node.run.path}\n${node.run.reason}\nIt counts for nothing.`, { description: node.run.reason, colour: "list.errorForeground" });
      case "line":
        return leaf(node.text, node.icon, node.description === undefined ? node.text : `${node.text}: ${node.description}`, node.description === undefined ? {} : { description: node.description });
    }
  }

  async getChildren(node?: DrillNode): Promise<DrillNode[]> {
    try {
      if (node === undefined) {
        const { book, history } = await this.#history.readBook();
        return roots(book, history);
      }
      return childrenOf(node);
    } catch (error) {
      this.#errors.log("Showing runbooks and drills", error);
      return [{ kind: "line", text: `This cannot be shown: ${messageOf(error)}`, icon: "error" }];
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function roots(book: DrillBook, { unreadable }: RunHistory): DrillNode[] {
  if (book.runbooks.length === 0 && unreadable.length === 0) return [];
  const groups: readonly DrillNode[] = [
    { kind: "group", label: "Schedule", description: openWords(book.schedule.map(({ standing }) => standing)), lines: book.schedule.map((scheduled) => ({ kind: "scheduled", scheduled })) },
    { kind: "group", label: "Figures", description: "of recorded incidents", lines: figures(book).map(({ name, value }) => ({ kind: "line", text: name, icon: "dash", description: value })) },
    { kind: "group", label: "Unreadable runs", description: "they count for nothing", lines: unreadable.map((run) => ({ kind: "unreadable", run })) },
  ];
  return [...book.runbooks.map((standing): DrillNode => ({ kind: "runbook", standing })), ...groups.filter((group) => group.kind === "group" && group.lines.length > 0)];
}

function childrenOf(node: DrillNode): DrillNode[] {
  switch (node.kind) {
    case "runbook":
      return runbookChildren(node.standing);
    case "uncovered":
      return node.lines.map((text) => ({ kind: "line", text, icon: "circle-small" }));
    case "group":
      return [...node.lines];
    case "run":
    case "scheduled":
    case "unreadable":
    case "line":
      return [];
  }
}

function runbookChildren({ staleness, document, runs, communication }: RunbookStanding): DrillNode[] {
  const { steps, options, branches } = staleness.neverExercised;
  const lines = [...steps, ...options].map(({ title }) => title);
  const ways = branches.map(({ owner, branch }) => `${owner.title}, if ${branch.condition}: ${titleOf(branch.goal ?? "", document)}`);
  const shown = runs.slice(0, RUN_LIMIT).map((run): DrillNode => ({ kind: "run", run, report: reportDue(run, communication, Date.now()) }));
  return [
    ...(lines.length + ways.length === 0 ? [] : [{ kind: "uncovered", lines: [...lines, ...ways] } as const]),
    ...shown,
    ...(runs.length === 0 ? [{ kind: "line", text: "No drill or incident on record", icon: "history" } as const] : []),
    ...(runs.length > shown.length ? [{ kind: "line", text: `${String(runs.length - shown.length)} earlier runs are in the state folder`, icon: "ellipsis" } as const] : []),
  ];
}

function runbookItem({ title, path, document, rtoMs, staleness }: RunbookStanding): vscode.TreeItem {
  const words = stalenessWords(staleness);
  const { severity } = document.frontMatter;
  const [icon, colour] = staleness.ageMs === undefined ? ["circle-outline", undefined] : staleness.ageMs > STALE_MS ? ["warning", "list.warningForeground"] : ["pass-filled", "testing.iconPassed"];
  const objective = rtoMs === undefined ? "" : `RTO ${formatDuration(rtoMs)}`;
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = path;
  item.iconPath = new vscode.ThemeIcon(icon, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  item.description = [provenWords(staleness), severity, objective].filter((part) => part !== undefined && part !== "").join(" · ");
  item.tooltip = [title, `Severity ${severity ?? "not given"}, ${objective === "" ? "no RTO" : objective}`, words, "Only drills that a person went through in real time, and passed, count as proof.", path].join("\n");
  item.accessibilityInformation = { label: `${title}, ${words}, ${severity ?? ""}, ${objective}` };
  item.contextValue = document.frontMatter.world === undefined ? "runbook" : "runbookWithWorld";
  return item;
}

function runItem(node: Extract<DrillNode, { readonly kind: "run" }>): vscode.TreeItem {
  const { run, report } = node;
  const status = run.verdict?.status;
  const [icon, colour] = runKind(run) === "look" ? ["eye", undefined] : run.mode === "incident" ? ["flame", "errorForeground"] : status === "passed" ? ["pass", "testing.iconPassed"] : status === "failed" ? ["error", "testing.iconFailed"] : ["circle-large-outline", undefined];
  const kind = run.isUnattended ? "unattended drill" : runKind(run);
  const label = `${dateText(run.startedAt)} ${kind}`;
  const item = leaf(label, icon ?? "circle-large-outline", `${runLine(run)}\nRun ${run.run}${run.faults.length === 0 || run.verdict === undefined ? "" : `\nFault: ${faultWords(run)}`}`, { description: [run.verdict === undefined ? "still open" : timeWords(run), report === undefined ? "" : `report ${report.words}`].filter((words) => words !== "").join(", "), ...(colour === undefined ? {} : { colour }) });
  item.contextValue = run.verdict === undefined ? "openRun" : run.mode === "drill" ? "endedDrill" : "endedIncident";
  const command = run.verdict === undefined ? undefined : run.mode === "drill" ? OPEN_REPORT : OPEN_LOG;
  if (command !== undefined) item.command = { command, title: "Open", arguments: [node] };
  return item;
}

/** `14:00 of 15:00`. */
function timeWords({ recoveryMs, rtoMs, ...run }: RunSummary): string {
  if (runKind(run) === "look") return "no impact marked";
  const time = recoveryMs === undefined ? "not recovered" : clockText(recoveryMs);
  return rtoMs === undefined ? time : `${time} of ${clockText(rtoMs)}`;
}

function scheduledItem({ drill, path, standing }: ScheduledStanding): vscode.TreeItem {
  const { icon, colour } = STANDINGS[standing.kind];
  const tooltip = [`${drill.quarter}: ${drill.scenario}`, standingWords(standing), drill.fault === undefined ? "" : `Fault ${drill.fault}`, drill.durationMs === undefined ? "" : `${formatDuration(drill.durationMs)} are planned`, path ?? "Its runbook is not in this workspace."];
  const item = leaf(drill.scenario, icon, tooltip.filter((line) => line !== "").join("\n"), { description: `${drill.quarter.slice(2)} ${standingWords(standing)}`, ...(colour === undefined ? {} : { colour }) });
  item.contextValue = path === undefined ? "scheduledElsewhere" : "scheduled";
  return item;
}

const STANDINGS: Readonly<Record<DrillStanding["kind"], { readonly icon: string; readonly colour?: string }>> = {
  pass: { icon: "pass", colour: "testing.iconPassed" }, fail: { icon: "error", colour: "testing.iconFailed" }, due: { icon: "bell-dot", colour: "list.warningForeground" },
  missed: { icon: "warning", colour: "list.errorForeground" }, planned: { icon: "calendar" },
};

function leaf(label: string, icon: string, tooltip: string, options: { readonly description?: string; readonly colour?: string; readonly isOpen?: boolean }): vscode.TreeItem {
  const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, options.isOpen === undefined ? None : options.isOpen ? Expanded : Collapsed);
  item.iconPath = new vscode.ThemeIcon(icon, options.colour === undefined ? undefined : new vscode.ThemeColor(options.colour));
  if (options.description !== undefined) item.description = options.description;
  item.tooltip = tooltip;
  item.accessibilityInformation = { label: options.description === undefined ? label : `${label}, ${options.description}` };
  return item;
}

/** The run that a node stands for, as commands are given it. */
export function runOfNode(node: unknown): string | undefined {
  return isNode(node) && node.kind === "run" ? node.run.run : undefined;
}

/** The runbook file that a node stands for. */
export function pathOfNode(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return node.kind === "runbook" ? node.standing.path : node.kind === "scheduled" ? node.scheduled.path : undefined;
}

function isNode(value: unknown): value is DrillNode {
  return typeof value === "object" && value !== null && "kind" in value;
}
