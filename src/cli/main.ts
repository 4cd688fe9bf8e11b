import { existsSync, realpathSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { planDocument } from "../core/command/planDocument.ts";
import { planJson } from "../core/plan/planJson.ts";
import { planMarkdown } from "../core/plan/planMarkdown.ts";
import { planText } from "../core/plan/planText.ts";
import { shellCopy } from "../core/plan/shellCopy.ts";
import { planWholeRunbook } from "../core/plan/runbookPlan.ts";
import { defaultValues } from "../core/plan/variableValues.ts";
import { cellsReport } from "../core/runbook/cellsReport.ts";
import type { KernelClient, RunStatus, StartRunParams } from "../core/protocol.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import type { ParameterValues } from "../core/runbook/parameters.ts";
import { fromNotebookCells, toNotebookMetadata, toNotebookCells } from "../core/runbook/notebook.ts";
import { parseRunbook } from "../core/runbook/parseRunbook.ts";
import { encodeSource } from "../core/runbook/source.ts";
import { seatWords } from "../core/run/driving.ts";
import { parseJournal, verifyChain } from "../core/run/chain.ts";
import { KIND_LABELS, runKind } from "../core/run/runKind.ts";
import { readIncidentLog } from "../core/log/incidentLog.ts";
import { isLogFormat, LOG_FORMATS, printLog } from "../core/log/printLog.ts";
import { hintOf, messageOf, RuntimeError } from "../core/runtimeError.ts";
import type { JournalRecord, RunVerdict } from "../core/run/journalEvent.ts";
import { targetWords } from "../core/run/targets.ts";
import { defaultStateRoot, isAlive, listRuns } from "../services/journal/runFolder.ts";
import { RunHistoryReader } from "../services/journal/runHistory.ts";
import { verifyRun } from "../services/journal/verifyRun.ts";
import { lintContextOf } from "../services/lintContext.ts";
import { controlWorld } from "../services/worldControl.ts";
import { readWorldState, startKernel, startWorld } from "../services/kernelProcess.ts";
import { connectKernel } from "../services/kernelClient.ts";
import { findKernels, readWorldStatePath } from "../services/kernelStates.ts";
import { readCall } from "./calls.ts";
import { printDrills } from "./drillsCommand.ts";
import { runbooksUnder, runDrillCommand } from "./drillCommand.ts";
import type { RehearsalPorts } from "./drillPorts.ts";
import { attempt, readRunbook, readRunbookWarning, readText, writeBytes } from "./files.ts";
import { importFile } from "./importFile.ts";
import { endWithPipe, Interruption, interruptedBySignals } from "./interruption.ts";
import { lintFiles } from "./lint.ts";
import { endOwnWorld, startOwnWorld } from "./ownWorlds.ts";
import { askMissingParameters, NOTHING_STARTED, parameterLines, readParameters } from "./parameters.ts";
import { preflight } from "./preflight.ts";
import { printReport } from "./rehearse.ts";
import { findStep, runLive, type Terminal } from "./runLive.ts";
import { askAtTerminal, readAtTerminal } from "./terminal.ts";
import { USAGE } from "./usage.ts";

/** Resolves with the exit code, as `USAGE` explains them. Rejects where there is no answer. */
async function main(argv: readonly string[]): Promise<number> {
  const call = readCall(argv);
  if (call === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { command, values, words } = call;
  const [file = "."] = words;
  const root = values["state-root"] ?? defaultStateRoot();
  switch (command) {
    case "cells":
      return printCells(file, values.save);
    case "import":
      return importFile(file, values.out, (text) => void process.stdout.write(text));
    case "lint":
      return lintFiles({ paths: words, format: values.format, today: values.today, withNotes: values.notes === true, contextOf: lintContextOf, write: (text) => void process.stdout.write(text) });
    case "plan":
      return printPlan(file, values.format ?? "json");
    case "shell":
      return printShell(file, words[1]);
    case "preflight":
      return preflight({ file: resolve(file), document: openRunbook(file), parameters: values.parameter ?? [], isDrill: values.drill === true, attach: stateOf(values.attach), isJson: values.json === true, ports: rehearsalPorts(root), print });
    case "drill":
      return runDrillCommand(
        file,
        { fault: values.fault ?? [], option: values.option ?? [], parameter: values.parameter ?? [], isUnattended: values.unattended === true, isAll: values.all === true, isSurprise: values.surprise === true, seed: values.seed, isIdle: values.idle === true, attach: stateOf(values.attach), rate: values.rate, engines: values.engines },
        { ports: rehearsalPorts(root), terminal: process.stdin.isTTY ? TERMINAL : undefined, print, read: openRunbook },
      );
    case "run":
      return runAtTerminal(resolve(file), { from: values.from, parameters: values.parameter ?? [], root });
    case "export":
      return printExport(runFolder(root, file), values.format ?? "markdown");
    case "verify":
      return printVerification(file, root, values.head);
    case "drills":
      return printHistory(file, root, values.json === true);
  }
}

/** This process ends what it has started before a signal ends it, until it is told to leave that running. */
function rehearsalPorts(root: string): RehearsalPorts {
  const bundles = bundleFolder();
  const { interrupted, release } = interruptedBySignals();
  return {
    interrupted, leaveRunning: release,
    startKernel: () => startKernel({ bundles, root, client: "cli" }),
    startWorld: (description, rate, engines) => startOwnWorld({ start: (folder) => startWorld({ bundles, description, folder, rate, engines }), isAlive }),
    readWorld: readWorldState,
    endWorld: (statePath) => endOwnWorld(statePath, { isAlive, shutDown: async (path) => void (await controlWorld(readWorldState(path), "shutdown", {})) }),
    sleep: (ms) => sleep(ms),
    readHistory: async () => (await new RunHistoryReader().read(root)).runs,
  };
}

const TERMINAL: Terminal = {
  print, write: (text) => void process.stdout.write(text), read: readAtTerminal, answer: askAtTerminal,
  onInterrupt: (listener) => {
    process.on("SIGINT", listener);
    return () => process.off("SIGINT", listener);
  },
};

async function runAtTerminal(file: string, { from, parameters, root }: { readonly from: string | undefined; readonly parameters: readonly string[]; readonly root: string }): Promise<number> {
  if (!process.stdin.isTTY) throw new RuntimeError("invalidInput", `Running ${file}: there is no terminal to ask at.`, { hint: "A live run needs a person at a terminal; without one use the drill." });
  const document = openRunbook(file);
  // A step that is not there must not start a clock first.
  if (from !== undefined) findStep(document, from);
  const kernel = await openRun(file, document, readParameters(parameters, document), root);
  if (kernel === undefined) return 1;
  try {
    const code = await runLive({ ...TERMINAL, kernel, document, from, history: (await new RunHistoryReader().read(root)).runs });
    const { ended, mode, run } = await kernel.request("status", {});
    return mode === "drill" && ended !== undefined ? await closeDrill(run, ended, { root, document }) : code;
  } finally {
    kernel.dispose();
  }
}

/** The world has no use after its drill, whoever started it. Resolves with the exit code. */
async function closeDrill(run: string, { status }: RunVerdict, { root, document }: { readonly root: string; readonly document: RunbookDocument }): Promise<number> {
  const ports = rehearsalPorts(root);
  const world = await readWorldStatePath(root, run);
  if (world !== undefined) await ports.endWorld(world);
  await printReport(run, { document, ports, print });
  return status === "passed" ? 0 : 1;
}

/** Attaches to the run of this runbook that is going on or was interrupted, whoever began it; else starts an incident. `undefined` when the person starts nothing, or leaves a run to who drives it. */
async function openRun(file: string, document: RunbookDocument, given: ParameterValues, root: string): Promise<KernelClient | undefined> {
  const driver = userInfo().username;
  const found = (await findKernels(root)).findLast((kernel) => kernel.state.runbookPath === file);
  if (found !== undefined && Object.keys(given).length > 0) throw new RuntimeError("invalidInput", `Taking up run ${found.state.run}: --parameter is for a run that starts.`, { hint: "Leave it out; p in the run sets parameters." });
  // What a person is asked comes before anything is started.
  const start = found === undefined ? await askStart(document, given) : undefined;
  if (found === undefined && start === undefined) return undefined;
  const kernel = found?.isAlive === true
    ? await connectKernel(found.state.socket, "cli")
    : await startKernel({ bundles: bundleFolder(), root, client: "cli", ...(found === undefined ? {} : { resume: found.state.run }) });
  const status = start === undefined
    ? await takeOver(kernel, driver)
    : await kernel.request("startRun", { mode: "incident", runbookPath: file, driver, unattended: false, worldStatePath: undefined, ...start });
  if (status === undefined) {
    kernel.dispose();
    return undefined;
  }
  print(`${KIND_LABELS[runKind({ mode: status.mode, impactAt: status.clock.impactAt })]} ${status.run}${found === undefined ? "" : found.isAlive ? ", taken over" : ", taken up again: its kernel had ended"}`);
  for (const target of status.targets) print(`  ${target.alias} (${target.name}): ${targetWords(target)}`);
  if (start !== undefined) for (const line of parameterLines(document, start.parameters)) print(line);
  return kernel;
}

/** What a live run starts with; `undefined` when the person closes a question. */
async function askStart(document: RunbookDocument, given: ParameterValues): Promise<Pick<StartRunParams, "impactAt" | "parameters"> | undefined> {
  const impactAt = await askImpact();
  const parameters = impactAt === undefined ? undefined : await askMissingParameters(document, given, TERMINAL);
  if (impactAt !== undefined && parameters !== undefined) return { impactAt: impactAt === "unknown" ? undefined : impactAt, parameters };
  print(NOTHING_STARTED);
  return undefined;
}

/** Where another front drives, the person is asked first; `undefined` when they leave it there. */
async function takeOver(kernel: KernelClient, driver: string): Promise<RunStatus | undefined> {
  const { seat } = kernel;
  if (!seat.isYours && seat.front !== undefined) {
    print(`This run is going on: ${seatWords(seat, (await kernel.request("status", {})).driver, await kernel.request("journal", {}))}.`);
    if (!/^y(es)?$/i.test((await readAtTerminal("Take it over? [y/N] ")) ?? "")) {
      print("It was left where it is.");
      return undefined;
    }
  }
  return kernel.request("takeOver", { driver });
}

/** When the impact began, `unknown` for a look; `undefined` when the person closes the question. What is no number is asked again: a clock that is wrong from the start misleads all night. */
async function askImpact(): Promise<number | "now" | "unknown" | undefined> {
  for (;;) {
    const answer = await readAtTerminal('Minutes since the impact began? "none" only looks. [0] ');
    if (answer === undefined) return undefined;
    if (answer === "none") return "unknown";
    if (answer === "" || answer === "0") return "now";
    if (/^\d{1,4}$/.test(answer)) return Date.now() - Number(answer) * 60_000;
    print('Answer with minutes, or with "none" to look only.');
  }
}

async function printHistory(path: string, root: string, isJson: boolean): Promise<number> {
  const runbooks = runbooksUnder(path).map((file) => ({ path: file, document: readRunbook(file) }));
  print(printDrills({ runbooks, history: await new RunHistoryReader().read(root), now: Date.now() }, isJson));
  return 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Where kernel and world lie: beside this bundle. */
function bundleFolder(): string {
  return dirname(fileURLToPath(import.meta.url));
}

/** A runbook whose front matter counts. */
function openRunbook(file: string): RunbookDocument {
  return readRunbookWarning(file, (text) => void process.stderr.write(text));
}

function printCells(file: string, save: string | undefined): number {
  const document = readRunbook(file);
  const plans = new Map(planDocument(document).map((plan, index) => [document.cells[index], plan]));
  print(JSON.stringify(cellsReport(document, (cell) => plans.get(cell)?.problems ?? []), undefined, 2));
  if (save !== undefined) writeBytes(save, encodeSource(fromNotebookCells(toNotebookCells(document), toNotebookMetadata(document))));
  return 0;
}

function printPlan(file: string, format: string): number {
  const document = openRunbook(file);
  const plan = planWholeRunbook(document, defaultValues(document));
  switch (format) {
    case "json":
      print(JSON.stringify(planJson(plan), undefined, 2));
      return 0;
    case "text":
      process.stdout.write(planText(plan));
      return 0;
    case "markdown":
      process.stdout.write(planMarkdown(plan));
      return 0;
    default:
      throw new RuntimeError("invalidInput", `Printing the plan: there is no format ${format}.`, { hint: "Formats are json, text and markdown." });
  }
}

function printShell(file: string, name: string | undefined): number {
  const document = openRunbook(file);
  const values = defaultValues(document);
  const plan = planWholeRunbook(document, values);
  const cells = plan.cells.filter((cell) => name === undefined || cell.name === name);
  if (plan.cells.length === 0) throw new RuntimeError("notFound", `Printing the cells as shell: ${file} has no command cells.`, { hint: "Commands stand in fences that are tagged bash, sh, shell, console or kubectl." });
  if (cells.length === 0) throw new RuntimeError("notFound", `Printing ${name ?? "it"} as shell: ${file} has no such cell.`, { hint: `It has ${plan.cells.map((cell) => cell.name).join(", ")}.` });
  for (const cell of cells) process.stdout.write(`${name === undefined ? `# ${cell.name}\n` : ""}${shellCopy(plan, cell, values)}${name === undefined ? "\n" : ""}`);
  return 0;
}

function runFolder(root: string, name: string): string {
  const folder = existsSync(join(name, "journal.jsonl")) ? name : join(root, name);
  if (existsSync(join(folder, "journal.jsonl"))) return folder;
  throw new RuntimeError("notFound", `Opening run ${name}: there is no journal under ${folder}.`, { hint: `Runs here: ${listRuns(root).slice(-5).join(", ") || "none"}.` });
}

/** The state file of a world that is named by it, or by the folder that it lies in. */
function stateOf(attach: string | undefined): string | undefined {
  if (attach === undefined) return undefined;
  const path = resolve(attach);
  return attempt("Reading", path, () => statSync(path)).isDirectory() ? join(path, "world.json") : path;
}

function readJournal(path: string): readonly JournalRecord[] {
  return parseJournal(readText(path));
}

function printExport(folder: string, format: string): number {
  if (!isLogFormat(format)) throw new RuntimeError("invalidInput", `Exporting ${folder}: there is no format ${format}.`, { hint: `Formats: ${Object.keys(LOG_FORMATS).join(", ")}.` });
  const records = readJournal(join(folder, "journal.jsonl"));
  const fault = verifyChain(records);
  const started = records[0];
  if (fault !== undefined) throw new RuntimeError("journalBroken", `Exporting ${folder}: ${fault.message}`, { hint: "Keep the folder as it is: its journal.jsonl can be read as text, a record a line." });
  if (started?.type !== "runStarted") throw new RuntimeError("journalBroken", `Exporting ${folder}: the journal does not begin with the start of a run.`, { hint: "Its kernel died before it began: there is nothing to export." });
  const { path } = started.runbook;
  const document = existsSync(path) ? readRunbook(path) : parseRunbook("");
  process.stdout.write(printLog(readIncidentLog(document, records), format));
  return 0;
}

async function printVerification(name: string, root: string, anchoredHead: string | undefined): Promise<number> {
  const path = name.endsWith(".jsonl") ? attempt("Reading", name, () => realpathSync(name)) : join(runFolder(root, name), "journal.jsonl");
  const { records, head, faults } = await verifyRun(path, anchoredHead);
  for (const fault of faults) print(fault);
  if (faults.length > 0) return 1;
  print(`OK ${records} records, head ${head}`);
  return 0;
}

process.stdout.on("error", endWithPipe);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const hint = hintOf(error);
  process.stderr.write(`${messageOf(error)}${hint === "" ? "" : `\n${hint}`}\n`);
  process.exitCode = error instanceof Interruption ? error.exitCode : 2;
}
