import type * as vscode from "vscode";
import { loadPieces } from "./editor/loadPieces.ts";

type Compose = (context: vscode.ExtensionContext) => void;

/** Loads the code of the extension, in pieces that are about as large, and gives its composition root. */
export async function loadExtension(): Promise<Compose> {
  const pieces = [
    () => import("./editor/notebook/controller.ts"),
    () => import("./editor/language/diagnostics.ts"),
    () => import("./editor/views/drillsView.ts"),
    () => import("./editor/commands/runCommands.ts"),
    () => import("./editor/views/runView.ts"),
    () => import("./editor/commands/updates.ts"),
    () => import("./editor/commands/planningCommands.ts"),
    () => import("./editor/commands/registerCommands.ts"),
  ];
  return (await loadPieces(pieces, () => import("./extension.ts"))).compose;
}

/** Called by VS Code, which waits for it before it opens a runbook. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const compose = await loadExtension();
  compose(context);
}
