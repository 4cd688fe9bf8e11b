import * as vscode from "vscode";
import { RuntimeError } from "../../core/runtimeError.ts";
import { QUICK_ACTIONS, type CommandId, type InternalCommandId, type QuickActionId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import { findCurrentNotebook } from "../run/runNotebook.ts";
import type { RecordedRuns } from "../run/recordedRuns.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";
import type { ContactsView } from "../views/contactsView.ts";
import { pathOfNode, runOfNode, type DrillsView } from "../views/drillsView.ts";
import type { HealthView } from "../views/healthView.ts";
import type { AlertLinks } from "./alertLinks.ts";
import type { FailureCommands } from "./failureCommands.ts";
import type { NewRunbooks } from "./newRunbooks.ts";
import type { ContactCommands } from "./contactCommands.ts";
import type { QuickActions } from "./quickActions.ts";
import type { PlanningCommands } from "./planningCommands.ts";
import { markRecoveryPoint } from "./recoveryPoint.ts";
import type { DrillCommands } from "./drillCommands.ts";
import type { OutputCommands } from "./outputCommands.ts";
import { exportLog } from "./exportLog.ts";
import { openNotebook, type RunbookFiles } from "./runbookFiles.ts";
import type { RunCommands } from "./runCommands.ts";
import type { RunStarter } from "./startRun.ts";
import type { Updates } from "./updates.ts";
import { verifyLog, type LogVerifier } from "./verifyLog.ts";

/** What the commands are made of. */
export interface CommandParts {
  readonly runs: Runs;
  readonly starter: RunStarter;
  readonly run: RunCommands;
  readonly recorded: RecordedRuns;
  readonly failures: FailureCommands;
  readonly files: RunbookFiles;
  readonly made: NewRunbooks;
  readonly actions: QuickActions;
  readonly links: AlertLinks;
  readonly planning: PlanningCommands;
  readonly health: HealthView;
  readonly contactsView: ContactsView;
  readonly contacts: ContactCommands;
  readonly updates: Updates;
  readonly drills: DrillCommands;
  readonly drillsView: DrillsView;
  readonly outputs: OutputCommands;
  readonly verifier: LogVerifier;
  readonly errors: ErrorReporter;
}

/** Registers every command of the contributions: the record is complete by its type. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const { run, files, actions, starter, errors, contacts, updates } = parts;
  const handlers: Readonly<Record<Exclude<CommandId, QuickActionId> | InternalCommandId, (...args: readonly unknown[]) => Promise<unknown>>> = {
    "dr-runbook.openRunbook": () => files.openRunbook(),
    "dr-runbook.newRunbook": () => parts.made.create(),
    "dr-runbook.importMarkdown": () => parts.made.importMarkdown(),
    "dr-runbook.openBySymptom": (sign) => files.openBySymptom(textOf(sign)),
    "dr-runbook.openAlertLink": () => parts.links.openPasted(),
    "dr-runbook.showPlan": async () => parts.planning.showPlan(await needNotebook(parts)),
    "dr-runbook.copyAsShell": async (cell) => parts.planning.copyAsShell(await needNotebook(parts), cell),
    "dr-runbook.preflight": async () => parts.planning.preflight(await needNotebook(parts)),
    "dr-runbook.startLook": async () => starter.start(await needNotebook(parts), "look"),
    "dr-runbook.startIncident": async () => starter.start(await needNotebook(parts), "incident"),
    "dr-runbook.startDrill": async () => starter.start(await needNotebook(parts), "drill"),
    "dr-runbook.sameDrillAgain": () => parts.drills.again(),
    "dr-runbook.resumeRun": () => run.resumeRun(),
    "dr-runbook.takeOver": () => run.takeOver(),
    "dr-runbook.endRun": () => run.endRun(),
    "dr-runbook.exportLog": () => exportLog(parts.recorded),
    "dr-runbook.verifyLog": () => verifyLog(parts.runs, parts.verifier),
    "dr-runbook.injectFault": () => run.injectFault(),
    "dr-runbook.verifyRecovery": () => run.verify(),
    "dr-runbook.markClock": () => run.markClock(),
    "dr-runbook.acknowledge": () => run.acknowledge(),
    "dr-runbook.addNote": () => run.addNote(),
    "dr-runbook.nameCommander": () => contacts.nameCommander(),
    "dr-runbook.escalate": () => contacts.escalate(),
    "dr-runbook.markRecoveryPoint": () => markRecoveryPoint(parts.runs),
    "dr-runbook.writeUpdate": () => updates.write(),
    "dr-runbook.copyUpdate": () => updates.copy(),
    "dr-runbook.saveUpdate": () => updates.save(),
    "dr-runbook.takeOption": () => run.takeOption(),
    "dr-runbook.skipStep": () => run.skipStep(),
    "dr-runbook.decideFailure": () => parts.failures.decide(),
    "dr-runbook.setParameters": () => run.setParameters(),
    "dr-runbook.tickChecklist": () => run.tickChecklist(),
    "dr-runbook.goToNextStep": () => run.goToNextStep(),
    "dr-runbook.runStep": () => run.runAhead("step"),
    "dr-runbook.runUntilChange": () => run.runAhead("untilChange"),
    "dr-runbook.showLastOutput": () => parts.outputs.showLast(),
    "dr-runbook.refreshHealth": async () => parts.health.refresh(),
    "dr-runbook.refreshContacts": async () => parts.contactsView.refresh(),
    "dr-runbook.refreshDrills": async () => parts.drillsView.refresh(),
    "dr-runbook.openDrillReport": () => parts.drills.openReport(),
    "dr-runbook.internal.openRunReport": (node) => parts.drills.openReport(runOfNode(node)),
    "dr-runbook.internal.openRunLog": async (node) => onText(runOfNode(node), (run) => parts.drills.openLog(run)),
    "dr-runbook.internal.exportRunLog": async (node) => onText(runOfNode(node), (name) => exportLog(parts.recorded, name)),
    "dr-runbook.internal.writeRunReport": async (node) => onText(textOf(node) ?? runOfNode(node), (name) => updates.writeReport(name)),
    "dr-runbook.internal.openRunbookFile": async (node) => onText(pathOfNode(node), (path) => openNotebook(vscode.Uri.file(path))),
    "dr-runbook.internal.startDrillOf": async (node) => onText(pathOfNode(node), (path) => parts.drills.startDrill(path)),
    "dr-runbook.internal.sameDrillAs": async (node) => onText(runOfNode(node), (name) => parts.drills.again(name)),
    "dr-runbook.showLog": async () => errors.reveal(),
    "dr-runbook.runQuickAction": () => actions.pickAndRun(),
    "dr-runbook.internal.takeOption": (step, option) => run.takeOption(textOf(step), textOf(option)),
    "dr-runbook.internal.runQuickAction": async (name) => (typeof name === "string" ? actions.run(name) : undefined),
    "dr-runbook.internal.callContact": (node) => contacts.reach("call", node),
    "dr-runbook.internal.mailContact": (node) => contacts.reach("mail", node),
    "dr-runbook.internal.pageContact": (node) => contacts.reach("page", node),
    "dr-runbook.internal.copyContact": (node) => contacts.copy(node),
    "dr-runbook.internal.revealCell": async (index) => (typeof index === "number" ? run.reveal(index) : undefined),
  };
  const store = new DisposableStore();
  const quick = Object.entries(QUICK_ACTIONS).map(([id, name]) => [id, () => actions.run(name)] as const);
  for (const [id, handler] of [...Object.entries(handlers), ...quick]) {
    store.add(vscode.commands.registerCommand(id, (...args: unknown[]) => errors.guard("DR Runbook", () => handler(...args))));
  }
  return store;
}

async function needNotebook(parts: CommandParts): Promise<vscode.NotebookDocument> {
  const current = findCurrentNotebook(parts.runs.session) ?? (await parts.files.openRunbook());
  if (current === undefined) throw new RuntimeError("invalidInput", "No runbook is open.", { hint: "Open the runbook that you want to run, then start again." });
  return current;
}

/** Does `action` with what an item stands for; an item of another kind does nothing. */
function onText(value: string | undefined, action: (value: string) => Promise<unknown>): Promise<unknown> {
  return value === undefined ? Promise.resolve(undefined) : action(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
