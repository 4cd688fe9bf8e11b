import { sep } from "node:path";
import * as vscode from "vscode";
import type { CommandId } from "../contributions.ts";
import type { Runs } from "./runs.ts";

const RESUME: CommandId = "dr-runbook.resumeRun";

/** On activation: attaches to this window's live run; offers to take up one whose kernel died. */
export async function reattachRun(runs: Runs): Promise<void> {
  if (await runs.reattach(isOfThisWindow)) return;
  const interrupted = await runs.findInterrupted(isOfThisWindow);
  if (interrupted.length > 0) offerResume("A run was interrupted: its kernel ended before the run did.");
}

/** Tells the person that the kernel is gone, with the way to take the run up again. */
export function offerResume(text: string): void {
  void vscode.window.showWarningMessage(`${text} Nothing that was journalled is lost.`, "Resume Run…").then(async (answer) => {
    if (answer !== undefined) await vscode.commands.executeCommand(RESUME);
  });
}

function isOfThisWindow(runbookPath: string): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.some((folder) => runbookPath.startsWith(folder.uri.fsPath + sep)) || vscode.workspace.notebookDocuments.some((notebook) => notebook.uri.fsPath === runbookPath);
}
