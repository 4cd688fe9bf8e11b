import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import { messageValues } from "../../core/communication/messageValues.ts";
import { DRILL_NOTICE, fillTemplate } from "../../core/communication/template.ts";
import { sha256Hex } from "../../core/run/chain.ts";
import type { MessageTemplate } from "../../core/facts/facts.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { CommandId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import { type FactsFile, readText } from "../factsFiles.ts";
import type { RecordedRun, RecordedRuns } from "../run/recordedRuns.ts";
import { writeNewFile } from "./newFile.ts";
import { setContext } from "../settings.ts";

const COPY: CommandId = "dr-runbook.copyUpdate";
const SAVE: CommandId = "dr-runbook.saveUpdate";

/** Messages to others: a template is filled from the run, opened to be edited, and recorded when it is copied or written to a file. */
export class Updates implements vscode.Disposable {
  readonly #recorded: RecordedRuns;
  readonly #findFacts: (runbookPath: string) => Promise<FactsFile | undefined>;
  readonly #store = new DisposableStore();
  /** The template, and the name of the run that filled it, by the document that it was filled into. */
  readonly #open = new Map<vscode.TextDocument, { readonly template: string; readonly run: string }>();

  /** `findFacts` gives the facts that the runbook at a path names. */
  constructor(recorded: RecordedRuns, findFacts: (runbookPath: string) => Promise<FactsFile | undefined>) {
    this.#recorded = recorded;
    this.#findFacts = findFacts;
    this.#store.add(vscode.window.onDidChangeActiveTextEditor(() => this.#showButtons()));
    this.#store.add(vscode.workspace.onDidCloseTextDocument((document) => this.#open.delete(document)));
  }

  /** Fills the template that the person chooses from this window's run, or from one on record, and opens it. */
  async write(): Promise<void> {
    const run = await this.#recorded.choose("Write Update");
    if (run === undefined) return;
    const found = await this.#factsOf(run);
    const picked = await vscode.window.showQuickPick(found.facts.communication.templates.map((template) => ({ label: template.name, description: template.path, template })), { title: "Write Update", placeHolder: "It is filled from the run; nothing is sent by itself.", ignoreFocusOut: true });
    if (picked !== undefined) await this.#fill(run, found, picked.template);
  }

  /** Fills the template that the run's facts call the report, and opens it. */
  async writeReport(name: string): Promise<void> {
    const run = await this.#recorded.find(name);
    const found = await this.#factsOf(run);
    const { templates, report } = found.facts.communication;
    const template = templates.find((candidate) => candidate.name === report);
    if (template === undefined) throw new RuntimeError("notFound", `Writing the report: the runbook's facts name no template for it.`, { hint: "Name one of the templates in the facts file: communication: {report: NAME}." });
    await this.#fill(run, found, template);
  }

  /** Copies the open update to the clipboard. */
  async copy(): Promise<void> {
    const { run, document, template } = await this.#current();
    await vscode.env.clipboard.writeText(document.getText());
    await record(run, template, document.getText(), "clipboard");
    vscode.window.setStatusBarMessage(`Copied: ${template}`, 3000);
  }

  /** Writes the open update to a new file. */
  async save(): Promise<void> {
    const { run, document, template } = await this.#current();
    const slug = template.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
    const stamp = new Date(run.now).toISOString().slice(0, 16).replaceAll(/[:T]/g, "-");
    const path = await vscode.window.showInputBox({
      title: "Write Update to File", prompt: "An existing file is not written over.", value: join(dirname(run.runbookPath), `${slug}-${stamp}.md`), ignoreFocusOut: true,
      validateInput: (value) => (basename(value).trim() === "" ? "Name a file." : undefined),
    });
    if (path === undefined) return;
    await writeNewFile(path, document.getText());
    await record(run, template, document.getText(), path);
    vscode.window.setStatusBarMessage(`Written: ${path}`, 3000);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #offer(open: readonly string[]): Promise<void> {
    const places = open.length === 0 ? "" : ` In brackets stands what the run does not know: ${open.join("; ")}.`;
    const answer = await vscode.window.showInformationMessage(`Read and correct the update, then copy it or write it to a file; that is recorded.${places}`, "Copy", "Write to File…");
    if (answer === "Copy") await vscode.commands.executeCommand(COPY);
    else if (answer !== undefined) await vscode.commands.executeCommand(SAVE);
  }

  /** The facts of a run, which have a template at the least. */
  async #factsOf(run: RecordedRun): Promise<FactsFile> {
    const found = await this.#findFacts(run.runbookPath);
    if (found === undefined || found.facts.communication.templates.length === 0) throw new RuntimeError("notFound", "Writing an update: no templates are known.", { hint: "Name a facts file in the runbook's front matter (facts: FILE), with communication: {templates: {NAME: FILE}}." });
    return found;
  }

  async #fill(run: RecordedRun, { uri, facts }: FactsFile, { name, path }: MessageTemplate): Promise<void> {
    const template = await readText(vscode.Uri.joinPath(uri, "..", path));
    const filled = fillTemplate(template, messageValues({ document: await run.document(), records: await run.journal(), facts, now: run.now }));
    const content = run.mode === "drill" ? DRILL_NOTICE + filled.text : filled.text;
    const opened = await vscode.workspace.openTextDocument({ language: "markdown", content });
    this.#open.set(opened, { template: name, run: run.run });
    await vscode.window.showTextDocument(opened, { preview: false });
    this.#showButtons();
    await this.#offer(filled.open);
  }

  /** The open update. Its run is looked for anew: the kernel that had it may be gone since it was filled. */
  async #current(): Promise<{ readonly run: RecordedRun; readonly document: vscode.TextDocument; readonly template: string }> {
    const document = vscode.window.activeTextEditor?.document;
    const open = document === undefined ? undefined : this.#open.get(document);
    if (document === undefined || open === undefined) throw new RuntimeError("invalidInput", "The open editor holds no update.", { hint: "Write one first: Runbook: Write Update…" });
    return { document, template: open.template, run: await this.#recorded.find(open.run) };
  }

  #showButtons(): void {
    const document = vscode.window.activeTextEditor?.document;
    void setContext("dr-runbook.updateActive", document !== undefined && this.#open.has(document));
  }
}

/** The journal has the text's hash, so that what went out can be proven; also of a report that is written after the end. */
async function record(run: RecordedRun, template: string, text: string, destination: string): Promise<void> {
  await run.record({ template, sha256: sha256Hex(text), destination });
}
