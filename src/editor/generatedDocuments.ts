import * as vscode from "vscode";
import { DisposableStore } from "./disposables.ts";

/** Scheme of the documents that are made and not kept: plans, preflights, reports, logs. */
const SCHEME = "dr-runbook-report";

/** Read-only Markdown documents that commands make, shown as a preview. */
export class GeneratedDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #texts = new Map<string, string>();
  readonly #changed = this.#store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#store.add(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "This is made anew by the command that showed it.\n";
  }

  /** Shows a text under a title; `key` tells documents of the same title apart. */
  async show(title: string, key: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll("/", "-")}.md`, query: key });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
