import type * as vscode from "vscode";
import { loadInPieces } from "./editor/loadInPieces.ts";

type Compose = (context: vscode.ExtensionContext) => void;

/** Loads the code of the extension and gives its composition root. */
export async function loadExtension(): Promise<Compose> {
  return (await loadInPieces("src/extension.ts", () => import("./extension.ts"))).compose;
}

/** Called by VS Code, which waits for it before it opens a runbook. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const compose = await loadExtension();
  compose(context);
}
