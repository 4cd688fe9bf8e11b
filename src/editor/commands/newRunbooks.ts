import { basename } from "node:path";
import * as vscode from "vscode";
import { importReport } from "../../core/import/importReport.ts";
import type { RunbookReader } from "../../core/reading.ts";
import { decodeSource, encodeSource } from "../../core/runbook/source.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";

const SHOW_REPORT = "Show Report";

/** Making runbooks: of any Markdown document, or of the template. */
export class NewRunbooks {
  readonly #reader: RunbookReader;

  constructor(reader: RunbookReader) {
    this.#reader = reader;
  }

  /** Writes a runbook made of a Markdown document that the person chooses, opens it and says what could not be read. */
  async importMarkdown(): Promise<void> {
    const from = await pickMarkdown();
    if (from === undefined) return;
    const name = basename(from.path).replace(/\.(?:md|markdown)$/i, "");
    const imported = await this.#reader.ask("importMarkdown", decodeSource(await vscode.workspace.fs.readFile(from)), name);
    const to = await askWhere(vscode.Uri.joinPath(from, "..", `${name}.runbook.md`), "Import as Runbook");
    if (to === undefined) return;
    await write(to, imported.text);
    const { unread } = imported;
    const words = unread.length === 0 ? "Imported; everything was read." : `Imported; ${String(unread.length)} ${unread.length === 1 ? "place was" : "places were"} not read.`;
    const answer = await vscode.window.showInformationMessage(words, SHOW_REPORT);
    if (answer !== SHOW_REPORT) return;
    const report = await vscode.workspace.openTextDocument({ content: `${basename(to.path)}\n\n${importReport(imported)}`, language: "plaintext" });
    await vscode.window.showTextDocument(report, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  /** Writes a runbook from the template and opens it. */
  async create(): Promise<void> {
    const title = await vscode.window.showInputBox({ title: "New Runbook", prompt: "What has failed? It becomes the title.", placeHolder: "Checkout is Down", ignoreFocusOut: true });
    if (title === undefined || title.trim() === "") return;
    const owner = await vscode.window.showInputBox({ title: "New Runbook", prompt: "Who keeps it? A role of your contacts.", placeHolder: "Shop Team", ignoreFocusOut: true });
    if (owner === undefined || owner.trim() === "") return;
    const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const wanted = folder === undefined ? undefined : vscode.Uri.joinPath(folder, `${name === "" ? "new" : name}.runbook.md`);
    const to = await askWhere(wanted, "New Runbook");
    if (to === undefined) return;
    const { newRunbook } = await import("../../core/import/newRunbook.ts");
    await write(to, newRunbook({ title: title.trim(), owner: owner.trim(), today: new Date().toISOString().slice(0, 10) }));
  }
}

/** The Markdown document in front, or one that the person chooses. */
async function pickMarkdown(): Promise<vscode.Uri | undefined> {
  const front = vscode.window.activeTextEditor?.document;
  if (front?.languageId === "markdown" && front.uri.scheme === "file" && !front.uri.path.endsWith(".runbook.md")) return front.uri;
  const picked = await vscode.window.showOpenDialog({ title: "Import Markdown", openLabel: "Import", canSelectMany: false, filters: { Markdown: ["md", "markdown"] } });
  return picked?.[0];
}

/** Beside the original where nothing of that name is there yet; else where the person says. */
async function askWhere(wanted: vscode.Uri | undefined, title: string): Promise<vscode.Uri | undefined> {
  if (wanted !== undefined && !(await exists(wanted))) return wanted;
  return vscode.window.showSaveDialog({ title, ...(wanted === undefined ? {} : { defaultUri: wanted }), filters: { Runbook: ["runbook.md"] } });
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") return false;
    throw error;
  }
}

async function write(to: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(to, encodeSource(text));
  await vscode.commands.executeCommand("vscode.openWith", to, NOTEBOOK_TYPE);
}
