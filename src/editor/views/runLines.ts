import * as vscode from "vscode";
import type { CellStatus } from "../../core/protocol.ts";
import { shortAge } from "../../core/health/age.ts";
import { acknowledgeWords, openAcknowledgement } from "../../core/run/acknowledgement.ts";
import type { ChecklistEntry } from "../../core/run/checklist.ts";
import { clockText } from "../../core/run/clockText.ts";
import { describeEvent, timeInRun, type TimelineEntry } from "../../core/run/eventText.ts";
import { seatWords } from "../../core/run/driving.ts";
import type { JournalRecord, PinnedTarget } from "../../core/run/journalEvent.ts";
import { failureWords } from "../../core/run/nextMove.ts";
import { formatDuration, greensText } from "../../core/run/recoveryClock.ts";
import { isOverRpo, rpoExposureMs } from "../../core/run/recoveryPoint.ts";
import { targetWords } from "../../core/run/targets.ts";
import type { Step } from "../../core/runbook/document.ts";
import type { CommandId, InternalCommandId } from "../contributions.ts";
import type { RunSession } from "../run/runSession.ts";

const REVEAL: InternalCommandId = "dr-runbook.internal.revealCell";
const MARK: CommandId = "dr-runbook.markClock";
const ACKNOWLEDGE: CommandId = "dr-runbook.acknowledge";
const TAKE_OVER: CommandId = "dr-runbook.takeOver";
const DECIDE: CommandId = "dr-runbook.decideFailure";
const TIMELINE_LIMIT = 200;

/** A node of the Run view. */
export type RunNode =
  | { readonly kind: "line"; readonly item: vscode.TreeItem }
  | { readonly kind: "checklist"; readonly entries: readonly ChecklistEntry[] }
  | { readonly kind: "check"; readonly entry: ChecklistEntry }
  | { readonly kind: "targets" }
  | { readonly kind: "actions" }
  | { readonly kind: "timeline" };

interface LineOptions {
  readonly description?: string;
  readonly icon?: string;
  readonly colour?: string;
  readonly tooltip?: string;
  readonly command?: vscode.Command;
}

/** A line that only informs, or does what its command says. */
export function line(label: string, options: LineOptions = {}): RunNode {
  const item = new vscode.TreeItem(label);
  if (options.description !== undefined) item.description = options.description;
  if (options.icon !== undefined) item.iconPath = new vscode.ThemeIcon(options.icon, options.colour === undefined ? undefined : new vscode.ThemeColor(options.colour));
  if (options.command !== undefined) item.command = options.command;
  item.tooltip = options.tooltip ?? (options.description === undefined ? label : `${label}\n${options.description}`);
  return { kind: "line", item };
}

/** As the first line says it; `undefined` when there is nothing to acknowledge. */
export function acknowledgeDescription(session: RunSession | undefined): string | undefined {
  const open = session === undefined ? undefined : openAcknowledgement(session.clock);
  return open === undefined ? undefined : acknowledgeWords(open);
}

/** Where another front drives, or none: this window watches, and selecting the line takes over. */
export function watchLine(session: RunSession): RunNode[] {
  const { seat, status, events, isActive } = session;
  if (!isActive || seat.isYours) return [];
  return [line("You watch: take over…", { description: seatWords(seat, status.driver, events), icon: "eye", colour: "editorWarning.foreground", command: { command: TAKE_OVER, title: "Take Over Run" } })];
}

/** The first thing to do in an incident: somebody has it. Selecting it records who, and when. */
export function acknowledgeLine(session: RunSession | undefined): RunNode[] {
  const open = session === undefined ? undefined : openAcknowledgement(session.clock);
  if (open === undefined) return [];
  return [
    line("Acknowledge", {
      description: acknowledgeWords(open), icon: "bell", ...(open.isOverdue ? { colour: "list.warningForeground" } : {}),
      tooltip: "Nobody has acknowledged yet. Select to record that you have taken it.", command: { command: ACKNOWLEDGE, title: "Acknowledge" },
    }),
  ];
}

/** The checklist as a node; none without items. */
export function checklistNodes(entries: readonly ChecklistEntry[]): RunNode[] {
  return entries.length === 0 ? [] : [{ kind: "checklist", entries }];
}

/** The head of the checklist: how many of its items are ticked. */
export function checklistItem(entries: readonly ChecklistEntry[]): vscode.TreeItem {
  const item = new vscode.TreeItem("Checklist", vscode.TreeItemCollapsibleState.Expanded);
  item.description = `${String(entries.filter(({ isTicked }) => isTicked).length)} of ${String(entries.length)}`;
  return item;
}

/** An item with its box. */
export function checkItem({ step, item: text, isTicked }: ChecklistEntry): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.id = `check ${step} ${text}`;
  item.tooltip = `${text}\nTicks go into the log, never into the file.`;
  item.checkboxState = isTicked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
  return item;
}

/** When the impact began, or that service is restored. */
export function clockLine(session: RunSession): RunNode {
  const { restoredAt, impactAt, rtoMs } = session.clock;
  if (impactAt === undefined) return line("The impact is not marked", { icon: "watch", description: "the clock does not run", command: { command: MARK, title: "Mark Recovery Clock" } });
  if (restoredAt !== undefined) return line(`Service restored after ${clockText(restoredAt - impactAt)}`, { icon: "check" });
  const objective = rtoMs === undefined ? "no RTO" : `RTO ${clockText(rtoMs)}`;
  return line(`Impact began ${new Date(impactAt).toISOString().slice(11, 19)} UTC`, { icon: "watch", description: `${objective}${greensText(session.clock)}` });
}

/** How old the newest data are that a backup brings back; nothing while no backup says. */
export function exposureLine({ clock }: RunSession): RunNode[] {
  const exposedMs = rpoExposureMs(clock);
  if (exposedMs === undefined || clock.newestPointAt === undefined) return [];
  const objective = clock.rpoMs === undefined ? "" : `, RPO ${formatDuration(clock.rpoMs)}`;
  return [
    line(`Newest recovery point ${new Date(clock.newestPointAt).toISOString().slice(11, 16)} UTC`, {
      description: `${shortAge(exposedMs)} ago${objective}`, icon: "database", ...(isOverRpo(clock) ? { colour: "list.warningForeground" } : {}),
      tooltip: "What was written after it is lost if nothing but this backup comes back: a replica may have more.",
    }),
  ];
}

/** The cell that did not succeed and waits for a person; selecting it asks what to do. */
export function decisionLine(failure: CellStatus): RunNode {
  return line("What now?", { description: failureWords(failure), icon: "error", colour: "list.errorForeground", tooltip: `${failureWords(failure)}\nSelect to run it again, to go another way, or to go on with a reason.`, command: { command: DECIDE, title: "Decide After Failure" } });
}

/** A step with its budget; selecting it goes to `cell`. */
export function stepLine(word: string, step: Step, icon: string, cell: number | undefined): RunNode {
  const command = cell === undefined ? undefined : { command: REVEAL, title: "Go to Step", arguments: [cell] };
  return line(`${word}: ${step.title}`, { description: budgetText(step), icon, ...(command === undefined ? {} : { command }) });
}

function budgetText(step: Step): string {
  return step.budgetMs === undefined ? "" : ` ${formatDuration(step.budgetMs)}`;
}

/** A pinned target: where it is, and as whom. */
export function targetLine(target: PinnedTarget): RunNode {
  const tooltip = [`${target.kind} target ${target.name}`, ...(target.address === "" ? [] : [target.address]), `as ${target.actor || "unknown"}`, `identity ${target.identity || "not read yet"}`].join("\n");
  return line(target.alias, { description: targetWords(target), icon: "server-environment", tooltip });
}

/** The latest events, the newest first. */
export function timelineLines(session: RunSession): RunNode[] {
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
