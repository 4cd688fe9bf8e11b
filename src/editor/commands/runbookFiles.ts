import { basename } from "node:path";
import * as vscode from "vscode";
import type { Facts } from "../../core/facts/facts.ts";
import type { RunbookReader } from "../../core/reading.ts";
import type { RunbookDocument } from "../../core/runbook/document.ts";
import { decodeSource } from "../../core/runbook/source.ts";
import { readSymptoms } from "../../core/runbook/symptoms.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import type { Runs } from "../run/runs.ts";
import type { ErrorReporter } from "../showError.ts";

const PATTERN = "**/*.runbook.md";
const EXCLUDED = "**/node_modules/**";
const FILE_LIMIT = 500;

/** A runbook of the workspace, as its file is on the disk. */
export interface RunbookFile {
  readonly uri: vscode.Uri;
  readonly document: RunbookDocument;
}

/** The workspace's runbooks: listing, reading and opening them. */
export class RunbookFiles {
  readonly #runs: Runs;
  readonly #errors: ErrorReporter;
  readonly #reader: RunbookReader;

  constructor(runs: Runs, errors: ErrorReporter, reader: RunbookReader) {
    this.#runs = runs;
    this.#errors = errors;
    this.#reader = reader;
  }

  /** Reads a runbook from the disk. Rejects when the file cannot be read as text. */
  async read(uri: vscode.Uri): Promise<RunbookDocument> {
    return this.#reader.ask("parse", await this.readText(uri));
  }

  /** The runbook as it is now; an empty one where it is gone, which is logged: whoever names its steps then does so by their ids. */
  async readIfThere(path: string): Promise<RunbookDocument> {
    return this.#reader.ask("parse", await this.textIfThere(path));
  }

  /** Its text; empty where it is gone. */
  async textIfThere(path: string): Promise<string> {
    try {
      return await this.readText(vscode.Uri.file(path));
    } catch (error) {
      this.#errors.log(`Reading ${path}`, error);
      return "";
    }
  }

  /** The text of a file. */
  async readText(uri: vscode.Uri): Promise<string> {
    return decodeSource(await vscode.workspace.fs.readFile(uri));
  }

  /** Reads shared facts from the disk. Rejects when the file cannot be read as text. */
  async readFacts(uri: vscode.Uri): Promise<Facts> {
    return this.#reader.ask("facts", await this.readText(uri));
  }

  /** Every runbook of the workspace that can be read, by path. One that cannot must not hide the others: it is logged. */
  async readAll(): Promise<readonly RunbookFile[]> {
    const read = (await findFiles()).map(async (uri): Promise<readonly RunbookFile[]> => {
      try {
        return [{ uri, document: await this.read(uri) }];
      } catch (error) {
        this.#errors.log(`Reading ${uri.fsPath}`, error);
        return [];
      }
    });
    return (await Promise.all(read)).flat();
  }

  /** Lets the person choose among the workspace's runbooks, the run's own first, and opens it; `undefined` when nothing is chosen. */
  async openRunbook(): Promise<vscode.NotebookDocument | undefined> {
    const running = this.#runs.active?.status.runbookPath;
    const files = (await findFiles()).toSorted((a, b) => Number(b.fsPath === running) - Number(a.fsPath === running));
    if (files.length === 0) {
      void vscode.window.showInformationMessage("This workspace has no *.runbook.md file. Any other Markdown file opens as a runbook by Open With….");
      return undefined;
    }
    const items = files.map((uri) => ({ label: basename(uri.fsPath), description: vscode.workspace.asRelativePath(uri), detail: uri.fsPath === running ? "A run of it is going on" : "", uri }));
    const picked = await vscode.window.showQuickPick(items, { title: "Open Runbook", matchOnDescription: true });
    return picked === undefined ? undefined : openNotebook(picked.uri);
  }

  /**
   * "What do you see?": the symptoms that the workspace's runbooks name, to open the runbook by. Those of runbooks that speak of `sign`, such
   * as a service that is down, come first. `undefined` when nothing is chosen.
   */
  async openBySymptom(sign?: string): Promise<vscode.NotebookDocument | undefined> {
    const found = (await this.readAll()).flatMap(({ uri, document }) => {
      const { title, severity } = document.frontMatter;
      return readSymptoms(document).map((symptom) => ({ label: symptom, description: severity ?? "", detail: `$(notebook) ${title ?? basename(uri.fsPath)}`, uri }));
    });
    const items = sign === undefined ? found : speakingFirst(found, sign);
    if (items.length === 0) {
      void vscode.window.showInformationMessage('No runbook of this workspace names symptoms: give it a heading "Symptoms" with a list below.');
      return undefined;
    }
    const picked = await vscode.window.showQuickPick(items, { title: sign === undefined ? "What Do You See?" : `${sign}: What Do You See?`, placeHolder: "Type a word of it: logged out, unreachable, slow …", matchOnDetail: true, ignoreFocusOut: true });
    return picked === undefined ? undefined : openNotebook(picked.uri);
  }
}

/** Items whose texts have a word of `sign` before the others, else in their order. */
function speakingFirst<T extends vscode.QuickPickItem>(items: readonly T[], sign: string): readonly T[] {
  const words = sign.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2);
  const speaks = ({ label, detail }: T): boolean => words.some((word) => `${label} ${detail ?? ""}`.toLowerCase().includes(word));
  return [...items.filter(speaks), ...items.filter((item) => !speaks(item))];
}

/** Opens a file as a notebook and shows it. */
export async function openNotebook(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  await vscode.commands.executeCommand("vscode.openWith", uri, NOTEBOOK_TYPE);
  return vscode.workspace.openNotebookDocument(uri);
}

async function findFiles(): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(PATTERN, EXCLUDED, FILE_LIMIT);
  return found.toSorted((a, b) => a.fsPath.localeCompare(b.fsPath));
}
