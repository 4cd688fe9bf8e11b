import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { JournalEvent } from "./core/run/journalEvent.ts";
import type { WorldState } from "./core/protocol.ts";
import { AlertLinks } from "./editor/commands/alertLinks.ts";
import { QuickActions } from "./editor/commands/quickActions.ts";
import { PlanningCommands } from "./editor/commands/planningCommands.ts";
import { ContactCommands } from "./editor/commands/contactCommands.ts";
import { registerCommands } from "./editor/commands/registerCommands.ts";
import { NewRunbooks } from "./editor/commands/newRunbooks.ts";
import { OutputCommands } from "./editor/commands/outputCommands.ts";
import { RunbookFiles } from "./editor/commands/runbookFiles.ts";
import { DrillCommands } from "./editor/commands/drillCommands.ts";
import { FailureCommands } from "./editor/commands/failureCommands.ts";
import { RunCommands } from "./editor/commands/runCommands.ts";
import { RunStarter } from "./editor/commands/startRun.ts";
import { Updates } from "./editor/commands/updates.ts";
import { NOTEBOOK_TYPE } from "./editor/contributions.ts";
import { loadInPieces } from "./editor/loadInPieces.ts";
import { GeneratedDocuments } from "./editor/generatedDocuments.ts";
import { RunbookDiagnostics } from "./editor/language/diagnostics.ts";
import { FactsDiagnostics } from "./editor/language/factsDiagnostics.ts";
import { OptionLenses } from "./editor/language/optionLenses.ts";
import { CellStatusItems } from "./editor/notebook/statusItems.ts";
import { findFacts } from "./editor/factsFiles.ts";
import { RunbookController } from "./editor/notebook/controller.ts";
import { RunbookModels } from "./editor/notebook/runbookModel.ts";
import { RunbookSerializer, SERIALIZER_OPTIONS } from "./editor/notebook/serializer.ts";
import { Asker } from "./editor/run/asker.ts";
import { DrillHistory } from "./editor/run/drillHistory.ts";
import { driven } from "./editor/run/driving.ts";
import { offerResume, reattachRun } from "./editor/run/reattach.ts";
import { RecordedRuns } from "./editor/run/recordedRuns.ts";
import { Runs } from "./editor/run/runs.ts";
import { readSetting } from "./editor/settings.ts";
import { ErrorReporter } from "./editor/showError.ts";
import { RunStatusBar } from "./editor/statusBar.ts";
import { DrillsView } from "./editor/views/drillsView.ts";
import { HealthView } from "./editor/views/healthView.ts";
import { ContactsView } from "./editor/views/contactsView.ts";
import { RunView } from "./editor/views/runView.ts";
import { defaultStateRoot, listRuns } from "./services/journal/runFolder.ts";
import { appendToJournal, readJournal } from "./services/journal/journalStore.ts";
import { RunHistoryReader } from "./services/journal/runHistory.ts";
import { verifyRun } from "./services/journal/verifyRun.ts";
import { findKernels, readWorldStatePath } from "./services/kernelStates.ts";
import { ThreadReader } from "./services/reading/threadReader.ts";
import { controlWorld } from "./services/worldControl.ts";

/** Composition root of the editor: builds the parts, in order of dependence. */
export function compose(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  // The way to a kernel, with the library that speaks to it, is loaded when a run starts or is found, not when a runbook opens.
  const kernelProcess = () => loadInPieces("src/services/kernelProcess.ts", () => import("./services/kernelProcess.ts"));
  const bundles = vscode.Uri.joinPath(context.extensionUri, "dist").fsPath;
  const errors = own(new ErrorReporter());
  const asker = own(new Asker());
  const reader = own(new ThreadReader(join(bundles, "reading.js")));
  const models = new RunbookModels(reader);
  const runs = own(
    new Runs({
      asker,
      errors,
      startKernel: async (root, resume) => (await kernelProcess()).startKernel({ bundles, root, client: "vscode", ...(resume === undefined ? {} : { resume }) }),
      startWorld: async (description, folder) => (await kernelProcess()).startWorld({ bundles, description, folder, rate: Math.max(1, readSetting("dr-runbook.drillSpeed")), engines: readSetting("dr-runbook.drillEngines") === "real" ? "real" : "embedded" }),
      findKernels,
      readWorldStatePath,
      onLost: () => offerResume("The kernel of this run has ended unexpectedly."),
      connect: async (socket) => (await import("./services/kernelClient.ts")).connectKernel(socket, "vscode"),
      stateRoot,
    }),
  );
  const files = new RunbookFiles(runs, errors, reader);
  const starter = new RunStarter(runs, models, files, shutdownWorld);
  const chooseRun = driven((notebook: vscode.NotebookDocument) => starter.chooseRun(notebook));
  own(vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, new RunbookSerializer(reader), SERIALIZER_OPTIONS));
  const failures = new FailureCommands(runs, models);
  own(new RunbookController({ runs, models, errors, extensionId: context.extension.id, chooseRun, onFailure: (session, execution) => failures.tell(session, execution) }));
  own(new CellStatusItems(runs, models, errors));
  // They know every command, and so are most of the editor's code.
  void errors.guard("Loading completion and hover", async () => {
    const { CommandHelp } = await loadInPieces("src/editor/language/commandHelp.ts", () => import("./editor/language/commandHelp.ts"));
    own(new CommandHelp(runs, models, errors));
  });
  own(new RunbookDiagnostics(models, errors, reader));
  own(new OptionLenses(runs, models, errors));
  own(new FactsDiagnostics(files, errors, reader));
  const documents = own(new GeneratedDocuments());
  const past = new RunHistoryReader();
  const history = own(new DrillHistory(runs, files, errors, () => past.read(stateRoot())));
  const journals = { read: (name: string) => readJournal(stateRoot(), name), append: (name: string, event: JournalEvent) => appendToJournal(stateRoot(), name, event) };
  const recorded = new RecordedRuns(runs, history, files, reader, journals);
  const drills = new DrillCommands(history, files, starter, documents, recorded);
  const drillsView = own(new DrillsView(history, errors));
  own(new RunStatusBar(runs, models, history));
  const actions = new QuickActions(runs, models, files, chooseRun);
  const links = new AlertLinks(files, models, starter, errors);
  own(vscode.window.registerUriHandler(links));
  own(new RunView(runs, models, errors, () => actions.names()));
  const facts = (): ReturnType<typeof findFacts> => findFacts(runs, files);
  const health = own(new HealthView(runs, facts));
  const run = new RunCommands(runs, models, shutdownWorld, drills, failures);
  const contactsView = own(new ContactsView(runs, facts));
  const planning = new PlanningCommands(runs, models, documents, reader);
  own(registerCommands({ runs, starter, run, failures, recorded, health, errors, files, made: new NewRunbooks(reader), actions, links, planning, drills, drillsView, contactsView, outputs: own(new OutputCommands(runs, errors, stateRoot)), verifier: { runs: () => listRuns(stateRoot()), verify: (name, head) => verifyRun(join(stateRoot(), name, "journal.jsonl"), head) }, contacts: new ContactCommands(runs, facts), updates: own(new Updates(recorded, (path) => findFacts(runs, files, path))) }));
  void errors.guard("Looking for a run that is going on", () => reattachRun(runs));
}

function stateRoot(): string {
  return readSetting("dr-runbook.stateFolder") || defaultStateRoot();
}

async function shutdownWorld(worldStatePath: string): Promise<void> {
  const world = JSON.parse(await readFile(worldStatePath, "utf8")) as WorldState;
  await controlWorld(world, "shutdown", {});
}
