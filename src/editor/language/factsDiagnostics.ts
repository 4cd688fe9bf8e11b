import * as vscode from "vscode";
import { isFactsFile } from "../../core/facts/factsFile.ts";
import type { RunbookReader } from "../../core/reading.ts";
import type { RunbookFiles } from "../commands/runbookFiles.ts";
import { DisposableStore } from "../disposables.ts";
import { factsUri } from "../factsFiles.ts";
import type { ErrorReporter } from "../showError.ts";
import { toDiagnostic } from "./diagnostics.ts";

/** What lint finds in open files of shared facts: those that a runbook of the workspace names. */
export class FactsDiagnostics implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #files: RunbookFiles;
  readonly #reader: RunbookReader;
  readonly #errors: ErrorReporter;
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection("dr-runbook-facts"));
  readonly #open = new Set<vscode.TextDocument>();

  constructor(files: RunbookFiles, errors: ErrorReporter, reader: RunbookReader) {
    this.#files = files;
    this.#reader = reader;
    this.#errors = errors;
    const { workspace } = vscode;
    const opened = (document: vscode.TextDocument): void => void errors.guard(`Checking ${document.uri.fsPath}`, () => this.#opened(document));
    this.#store.add(workspace.onDidOpenTextDocument(opened));
    this.#store.add(workspace.onDidChangeTextDocument(({ document }) => this.#open.has(document) && void this.#update(document)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#open.delete(document) && this.#collection.delete(document.uri)));
    for (const document of workspace.textDocuments) opened(document);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #opened(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== "file" || !isFactsFile(document.uri.path)) return;
    const runbooks = await this.#files.readAll();
    const isNamed = runbooks.some((runbook) => factsUri(runbook.uri, runbook.document.frontMatter)?.toString() === document.uri.toString());
    if (!isNamed || document.isClosed) return;
    this.#open.add(document);
    await this.#update(document);
  }

  async #update(document: vscode.TextDocument): Promise<void> {
    try {
      const { version } = document;
      const findings = await this.#reader.ask("lintFacts", document.getText(), new Date().toISOString().slice(0, 10));
      if (document.isClosed || document.version !== version) return;
      this.#collection.set(document.uri, findings.map((finding) => toDiagnostic(finding, new vscode.Range(document.positionAt(finding.start), document.positionAt(finding.end)))));
    } catch (error) {
      this.#errors.log(`Checking ${document.uri.fsPath}`, error);
    }
  }
}
