import { join } from "node:path";
import * as vscode from "vscode";
import type { CellStatus } from "../../core/protocol.ts";
import type { WholeOutput } from "../../core/run/journalEvent.ts";
import { STREAM_WORDS, wholeOutputWords } from "../../core/run/wholeOutputText.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { RENDERER_ID } from "../contributions.ts";
import { DisposableStore } from "../disposables.ts";
import type { RunSession } from "../run/runSession.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";

/** Opens what cells printed in an editor of its own. */
export class OutputCommands implements vscode.Disposable {
  readonly #runs: Runs;
  readonly #stateRoot: () => string;
  readonly #store = new DisposableStore();

  /** `stateRoot` gives the folder that holds the runs. */
  constructor(runs: Runs, errors: ErrorReporter, stateRoot: () => string) {
    this.#runs = runs;
    this.#stateRoot = stateRoot;
    const messaging = vscode.notebooks.createRendererMessaging(RENDERER_ID);
    this.#store.add(messaging.onDidReceiveMessage(({ message }) => void errors.guard("Opening the whole output", () => this.#openNamed(message))));
  }

  /** The output of a cell that the person picks: whole where it is kept whole, otherwise as the journal has it. */
  async showLast(): Promise<void> {
    const { session } = this.#runs;
    if (session === undefined) throw new RuntimeError("invalidInput", "There has been no run in this window.", { hint: "Start a drill or an incident first." });
    const picked = await vscode.window.showQuickPick(session.status.cells.toReversed().flatMap(outputItems), { title: "Show Last Output of Cell", placeHolder: "Which cell?" });
    if (picked === undefined) return;
    if (picked.whole === undefined) await showRecorded(session, picked.status);
    else await this.#open(session.status.run, picked.whole.path);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** A message of the renderer's button: it names a run and a file in it, and nothing else may be opened by it. */
  async #openNamed(message: unknown): Promise<void> {
    if (typeof message !== "object" || message === null || !("run" in message) || !("path" in message)) return;
    const { run, path } = message;
    if (typeof run !== "string" || typeof path !== "string" || !/^[\w-]+$/.test(run) || !/^output\/[\w-]+\.txt$/.test(path)) return;
    await this.#open(run, path);
  }

  async #open(run: string, path: string): Promise<void> {
    const uri = vscode.Uri.file(join(this.#stateRoot(), run, path));
    try {
      await vscode.workspace.fs.stat(uri);
    } catch (cause) {
      throw new RuntimeError("notFound", `Opening ${uri.fsPath}: the file is not there any more.`, { hint: "Its head and tail are in the incident log.", cause });
    }
    // Not by openTextDocument, which refuses what is too large for extensions.
    await vscode.commands.executeCommand("vscode.open", uri, { preview: true } satisfies vscode.TextDocumentShowOptions);
  }
}

interface OutputItem extends vscode.QuickPickItem {
  readonly status: CellStatus;
  readonly whole: WholeOutput | undefined;
}

function outputItems(status: CellStatus): readonly OutputItem[] {
  const kept = status.whole.filter((whole) => whole.bytes > 0);
  const recorded = { label: status.cell.name, description: status.outcome?.status ?? "running", status, whole: undefined };
  if (kept.length === 0) return [recorded];
  const wholes = kept.map((whole) => ({ ...recorded, detail: `The whole ${STREAM_WORDS[whole.stream]}: ${wholeOutputWords(whole)}`, whole }));
  return [...wholes, { ...recorded, detail: "All streams as the incident log has them: head and tail of what is long" }];
}

async function showRecorded(session: RunSession, status: CellStatus): Promise<void> {
  const parts = await session.client.request("cellOutput", { execution: status.execution });
  const document = await vscode.workspace.openTextDocument({ language: "plaintext", content: parts.map((part) => part.text).join("") });
  await vscode.window.showTextDocument(document, { preview: true });
}
