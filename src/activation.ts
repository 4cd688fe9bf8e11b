import { setImmediate } from "node:timers/promises";
import type * as vscode from "vscode";

type Compose = (context: vscode.ExtensionContext) => void;

/** What the extension consists of: each piece has a package, or a large part of our own, that those before it lack. */
const PIECES = [
  () => import("./core/runbook/yamlReader.ts"),
  () => import("./core/shell/parse.ts"),
  () => import("./core/runbook/blocks.ts"),
  () => import("./core/command/planDocument.ts"),
  () => import("./services/kernelProcess.ts"),
] as const;

/**
 * Loads the code of the extension and gives its composition root. Reading and evaluating all of it takes longer than others should wait for
 * the extension host, which all extensions share, so each piece has a turn of its own.
 */
export async function loadExtension(): Promise<Compose> {
  for (const load of PIECES) {
    await load();
    await setImmediate();
  }
  const { compose } = await import("./extension.ts");
  return compose;
}

/** Called by VS Code, which waits for it before it opens a runbook. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const compose = await loadExtension();
  await setImmediate();
  compose(context);
}
