import { randomInt } from "node:crypto";
import { dirname, resolve } from "node:path";
import * as vscode from "vscode";
import { chooseBySeed, surpriseFaults } from "../../core/drills/faultChoice.ts";
import type { RunKind } from "../../core/run/runKind.ts";
import { hasSameDefaults } from "../../core/run/targets.ts";
import type { FaultDescription } from "../../core/protocol.ts";
import type { FrontMatter, TargetSpec } from "../../core/runbook/document.ts";
import { checkFault, otherWorld, type FaultSpec } from "../../core/runbook/drillCase.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { ViewId } from "../contributions.ts";
import type { RunbookModels } from "../notebook/runbookModel.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { NO_FAULT, pickFault, readFaults, SURPRISE } from "./pickFault.ts";
import { askStartParameters } from "./reviewParameters.ts";
import type { RunbookFiles } from "./runbookFiles.ts";

const RUN_VIEW: ViewId = "dr-runbook.run";

/** Ends the world whose state file this is. */
export type ShutdownWorld = (worldStatePath: string) => Promise<void>;

/** A fault that a drill begins with. */
export interface ChosenFault extends FaultSpec {
  /** Whether the person is told of it; a surprise is named at the end. */
  readonly announced: boolean;
}

/** Starts runs of a notebook, asking the person for what the runbook leaves open. */
export class RunStarter {
  readonly #runs: Runs;
  readonly #models: RunbookModels;
  readonly #files: RunbookFiles;
  readonly #shutdownWorld: ShutdownWorld;
  /** Parameters that a link gave, by the notebook's address, until its next run starts. */
  readonly #prefilled = new Map<string, Readonly<Record<string, string>>>();

  constructor(runs: Runs, models: RunbookModels, files: RunbookFiles, shutdownWorld: ShutdownWorld) {
    this.#runs = runs;
    this.#files = files;
    this.#models = models;
    this.#shutdownWorld = shutdownWorld;
  }

  /** The run that this notebook's cells go to. Asks what to start where there is none; `undefined` when the person starts nothing. */
  async chooseRun(notebook: vscode.NotebookDocument): Promise<RunSession | undefined> {
    const { active } = this.#runs;
    if (active !== undefined) {
      if (active.status.mode === "incident") needTrust();
      if (active.status.runbookPath === notebook.uri.fsPath) return active;
      const own = await this.#targetsOf(active);
      if (hasSameDefaults((await this.#models.of(notebook)).document.frontMatter.targets, own)) return active;
      throw new RuntimeError("invalidInput", `A run of ${active.status.title} is going on, and its targets are not those of this runbook.`, { hint: "End that run first, or run the cell there." });
    }
    const picked = await vscode.window.showQuickPick(
      [
        { label: "$(beaker) Start Drill…", detail: "Rehearse on a fake cluster on this machine. Nothing real is touched.", starts: "drill" as const },
        { label: "$(eye) Start Live Look", detail: "Live, while nothing is known to be broken: no clock runs. Changes ask as ever.", starts: "look" as const },
        { label: "$(flame) Start Incident…", detail: "Live: the cells go to the runbook's real targets, and the clock runs.", starts: "incident" as const },
        { label: "$(close) Cancel", detail: "Run nothing.", starts: undefined },
      ],
      { title: "No run is going on: cells run only inside a drill, a look or an incident", placeHolder: "What do you want to start?", ignoreFocusOut: true },
    );
    return picked?.starts === undefined ? undefined : this.start(notebook, picked.starts);
  }

  /** Keeps values for the parameters of the run that is started next from this notebook. */
  prefill(uri: vscode.Uri, parameters: Readonly<Record<string, string>>): void {
    this.#prefilled.set(uri.toString(), parameters);
  }

  async #targetsOf({ status }: RunSession): Promise<readonly TargetSpec[]> {
    const open = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.fsPath === status.runbookPath);
    const document = open === undefined ? await this.#files.read(vscode.Uri.file(status.runbookPath)) : (await this.#models.of(open)).document;
    return document.frontMatter.targets;
  }

  /** Starts a run of this kind; `undefined` when the person closes a question. A drill with `faults` asks for none: it begins with them, or healthy without any. */
  async start(notebook: vscode.NotebookDocument, kind: RunKind, faults?: readonly ChosenFault[]): Promise<RunSession | undefined> {
    if (this.#runs.active !== undefined) throw new RuntimeError("invalidInput", `A run of ${this.#runs.active.status.title} is going on.`, { hint: "End it first." });
    if (kind !== "drill") needTrust();
    await saveFirst(notebook);
    const { frontMatter } = (await this.#models.of(notebook)).document;
    const parameters = await askStartParameters(frontMatter.parameters, this.#prefilled.get(notebook.uri.toString()) ?? {}, kind !== "drill");
    if (parameters === undefined) return undefined;
    this.#prefilled.delete(notebook.uri.toString());
    const session = await (kind === "drill" ? this.#startDrill(notebook, frontMatter, parameters, faults) : this.#startLive(notebook, frontMatter, parameters, kind));
    // Clock, cluster and whom to call beside the cells, which keep the focus.
    if (session !== undefined) await vscode.commands.executeCommand(`${RUN_VIEW}.focus`, { preserveFocus: true });
    return session;
  }

  async #startLive(notebook: vscode.NotebookDocument, frontMatter: FrontMatter, parameters: Readonly<Record<string, string>>, kind: Exclude<RunKind, "drill">): Promise<RunSession | undefined> {
    const impactAt = kind === "look" ? undefined : await pickImpact(frontMatter.targets.map((target) => `${target.alias} (${target.kind})`).join(", "));
    if (kind === "incident" && impactAt === undefined) return undefined;
    return progress("Going live: pinning the targets", () => this.#runs.start({ mode: "incident", runbookPath: notebook.uri.fsPath, worldStatePath: undefined, parameters, impactAt }));
  }

  async #startDrill(notebook: vscode.NotebookDocument, frontMatter: FrontMatter, parameters: Readonly<Record<string, string>>, given: readonly ChosenFault[] | undefined): Promise<RunSession | undefined> {
    if (frontMatter.world === undefined) {
      throw new RuntimeError("invalidInput", "Starting the drill: the runbook names no world to rehearse in.", { hint: 'Add "world: worlds/NAME.yaml" to its front matter.' });
    }
    const statePath = await this.#startWorld(resolve(dirname(notebook.uri.fsPath), frontMatter.world));
    const { chosen, other } = await this.#chosenOf(statePath, frontMatter, given);
    if (chosen === undefined) return undefined;
    const worldStatePath = other === undefined ? statePath : await this.#startWorld(other);
    const session = await progress("Starting the drill", () => this.#runs.start({ mode: "drill", runbookPath: notebook.uri.fsPath, worldStatePath, parameters, impactAt: undefined }));
    for (const { fault, parameters: values, announced } of chosen) await session.change("injectFault", { fault, parameters: values, announced });
    return session;
  }

  /** What the drill begins with, and the other world that it needs; a world in which nothing begins is ended. */
  async #chosenOf(statePath: string, frontMatter: FrontMatter, given: readonly ChosenFault[] | undefined): Promise<{ readonly chosen: readonly ChosenFault[] | undefined; readonly other: string | undefined }> {
    let isWanted = false;
    try {
      const faults = await readFaults(statePath);
      for (const spec of given ?? []) checkFault(spec, faults);
      const chosen = given ?? (await chooseFault(faults, frontMatter));
      const other = chosen === undefined ? undefined : otherWorld(chosen, faults);
      isWanted = chosen !== undefined && other === undefined;
      return { chosen, other };
    } finally {
      if (!isWanted) await this.#shutdownWorld(statePath);
    }
  }

  #startWorld(description: string): Promise<string> {
    return progress("Starting the rehearsal world", () => this.#runs.startWorld(description));
  }
}

/** A drill never leaves this machine; live cells reach clusters and clouds with the person's own rights. */
function needTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new RuntimeError("forbidden", "Going live: this workspace is not trusted, and a runbook's cells reach clusters and clouds. Drills can be run.", { hint: "Read the runbook, then trust the workspace (Manage Workspace Trust)." });
}

/** What the drill begins with, nothing when nothing shall break yet; `undefined` when the person closes the question. */
async function chooseFault(faults: readonly FaultDescription[], frontMatter: FrontMatter): Promise<readonly ChosenFault[] | undefined> {
  const surprises = surpriseFaults(frontMatter, faults.map(({ name }) => name));
  const picked = await pickFault(faults, frontMatter.drillFault, "Start Drill: what breaks?", ...(surprises.length === 0 ? [] : [SURPRISE]), NO_FAULT);
  if (picked?.fault === SURPRISE.fault) {
    const drawn = chooseBySeed(surprises, randomInt(2 ** 31));
    return drawn === undefined ? [] : [{ ...drawn, announced: false }];
  }
  return picked === undefined ? undefined : picked.fault === NO_FAULT.fault ? [] : [{ ...picked, announced: true }];
}

/** The kernel reads the file: what is on the screen must be in it. */
async function saveFirst(notebook: vscode.NotebookDocument): Promise<void> {
  if (notebook.isUntitled) throw new RuntimeError("invalidInput", "Starting a run: the runbook has never been saved.", { hint: "Save it to a file first." });
  if (notebook.isDirty && !(await notebook.save())) throw new RuntimeError("invalidInput", "Starting a run: the runbook could not be saved.", { hint: "Save it, then start again." });
}

/** When the impact began; `undefined` when the person starts nothing. */
async function pickImpact(targets: string): Promise<number | "now" | undefined> {
  const minutes = [0, 5, 10, 15, 30];
  const items = [
    { label: "$(circle-slash) No: start nothing", detail: "", minutes: undefined },
    ...minutes.map((ago) => ({ label: ago === 0 ? "$(flame) Impact began now" : `$(flame) Impact began ${ago} minutes ago`, detail: `Live on ${targets}. The clock runs from then; it can be corrected later.`, minutes: ago })),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: "Start Incident: LIVE", placeHolder: "When did the impact begin?", ignoreFocusOut: true });
  if (picked?.minutes === undefined) return undefined;
  return picked.minutes === 0 ? "now" : Date.now() - picked.minutes * 60_000;
}

function progress<T>(title: string, action: () => Promise<T>): Promise<T> {
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, action));
}
