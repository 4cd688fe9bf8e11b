import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import { messageValues } from "../../core/communication/messageValues.ts";
import { DRILL_NOTICE, fillTemplate } from "../../core/communication/template.ts";
import { sha256Hex } from "../../core/run/chain.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { CommandId } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import { type FactsFile, readText } from "../factsFiles.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import { setContext } from "../settings.ts";
import type { RunbookFiles } from "./runbookFiles.ts";

const COPY: CommandId = "dr-runbook.copyUpdate";
const SAVE: CommandId = "dr-runbook.saveUpdate";

/** Messages to others: a template is filled from the run, opened to be edited, and recorded when it is copied or written to a file. */
export class Updates implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #files: RunbookFiles;
  readonly #findFacts: () => Promise<FactsFile | undefined>;
  readonly #store = new DisposableStore();
  /** Name of the template by the document that it was filled into. */
  readonly #open = new Map<vscode.TextDocument, string>();

  constructor(runs: Runs, files: RunbookFiles, findFacts: () => Promise<FactsFile | undefined>) {
    this.#runs = runs;
    this.#files = files;
    this.#findFacts = findFacts;
    this.#store.add(vscode.window.onDidChangeActiveTextEditor(() => this.#showButtons()));
    this.#store.add(vscode.workspace.onDidCloseTextDocument((document) => this.#open.delete(document)));
  }

  /** Fills the template that the person chooses and opens it. */
  async write(): Promise<void> {
    const session = this.#session();
    const found = await this.#findFacts();
    const templates = found?.facts.communication.templates ?? [];
    if (found === undefined || templates.length === 0) throw new RuntimeError("notFound", "Writing an update: no templates are known.", { hint: "Name a facts file in the runbook's front matter (facts: FILE), with communication: {templates: {NAME: FILE}}." });
    const picked = await vscode.window.showQuickPick(templates.map((template) => ({ label: template.name, description: template.path, template })), { title: "Write Update", placeHolder: "It is filled from the run; nothing is sent by itself.", ignoreFocusOut: true });
    if (picked === undefined) return;
    const template = await readText(vscode.Uri.joinPath(found.uri, "..", picked.template.path));
    const document = await this.#files.read(vscode.Uri.file(session.status.runbookPath));
    const records = await session.client.request("journal", {});
    const filled = fillTemplate(template, messageValues({ document, records, facts: found.facts, now: session.clock.now }));
    const content = session.status.mode === "drill" ? DRILL_NOTICE + filled.text : filled.text;
    const opened = await vscode.workspace.openTextDocument({ language: "markdown", content });
    this.#open.set(opened, picked.template.name);
    await vscode.window.showTextDocument(opened, { preview: false });
    this.#showButtons();
    await this.#offer(filled.open);
  }

  /** Copies the open update to the clipboard. */
  async copy(): Promise<void> {
    const { session, document, template } = this.#current();
    await vscode.env.clipboard.writeText(document.getText());
    await record(session, template, document.getText(), "clipboard");
    vscode.window.setStatusBarMessage(`Copied: ${template}`, 3000);
  }

  /** Writes the open update to a new file. */
  async save(): Promise<void> {
    const { session, document, template } = this.#current();
    const slug = template.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
    const stamp = new Date(session.clock.now).toISOString().slice(0, 16).replaceAll(/[:T]/g, "-");
    const path = await vscode.window.showInputBox({
      title: "Write Update to File", prompt: "An existing file is not written over.", value: join(dirname(session.status.runbookPath), `${slug}-${stamp}.md`), ignoreFocusOut: true,
      validateInput: (value) => (basename(value).trim() === "" ? "Name a file." : undefined),
    });
    if (path === undefined) return;
    try {
      await writeFile(path, document.getText(), { flag: "wx", mode: 0o600 });
    } catch (cause) {
      throw new RuntimeError("invalidInput", `Writing ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { hint: "Choose another path.", cause });
    }
    await record(session, template, document.getText(), path);
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

  #session(): RunSession {
    const { session } = this.#runs;
    if (session === undefined || !session.isConnected) throw new RuntimeError("invalidInput", "Writing an update: there is no run to fill it from.", { hint: "Start a drill or an incident first." });
    return session;
  }

  #current(): { readonly session: RunSession; readonly document: vscode.TextDocument; readonly template: string } {
    const document = vscode.window.activeTextEditor?.document;
    const template = document === undefined ? undefined : this.#open.get(document);
    if (document === undefined || template === undefined) throw new RuntimeError("invalidInput", "The open editor holds no update.", { hint: "Write one first: Runbook: Write Update…" });
    return { session: this.#session(), document, template };
  }

  #showButtons(): void {
    const document = vscode.window.activeTextEditor?.document;
    void setContext("dr-runbook.updateActive", document !== undefined && this.#open.has(document));
  }
}

/** The journal has the text's hash, so that what went out can be proven; also of a report that is written after the end. */
async function record(session: RunSession, template: string, text: string, destination: string): Promise<void> {
  await session.change("recordMessage", { template, sha256: sha256Hex(text), destination });
}
