import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const manifest = {
  name: "open-first-runbook",
  publisher: "dr-runbook-start",
  version: "1.0.0",
  engines: { vscode: "*" },
  main: "./main.js",
  extensionKind: ["workspace"],
  activationEvents: ["onStartupFinished"],
};

/** Runs in the extension host. A window that has something open (a reload, a restart) is left as it is. */
const code = `const vscode = require("vscode");
exports.activate = async () => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder || vscode.window.tabGroups.all.some((group) => group.tabs.length > 0)) return;
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.joinPath(folder.uri, RUNBOOK));
};
`;

/**
 * Gives a folder of built-in extensions like `builtin`, with one more that opens `runbook` (a path in the workspace) in a new window: a
 * web address cannot name a file before the extensions have said how to show it.
 */
export function withOpener(builtin: string, folder: string, runbook: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(builtin)) symlinkSync(realpathSync(join(builtin, name)), join(folder, name));
  const opener = join(folder, manifest.name);
  mkdirSync(opener);
  writeFileSync(join(opener, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(opener, "main.js"), code.replace("RUNBOOK", JSON.stringify(runbook)));
  return folder;
}
