import { basename, dirname, extname, join } from "node:path";
import * as vscode from "vscode";
import { LOG_FORMATS, type LogFormat } from "../../core/log/printLog.ts";
import { NOTEBOOK_TYPE } from "../contributions.ts";
import type { RecordedRuns } from "../run/recordedRuns.ts";
import { writeNewFile } from "./newFile.ts";

const TITLE = "Export Incident Log";

const FORMATS: readonly (vscode.QuickPickItem & { readonly format: LogFormat })[] = [
  { label: "$(notebook) Markdown", detail: "Opens as a notebook, and reads well anywhere.", format: "markdown" },
  { label: "$(browser) HTML", detail: "One page that stands alone, with a picture of the timeline; to hand in or print.", format: "html" },
  { label: "$(json) JSON", detail: "For other programs; docs/incident-log.schema.json describes it.", format: "json" },
];

/** Writes the log of a run, by its name, into a file and shows it. Without a name: of this window's run, else of one that the person chooses. */
export async function exportLog(recorded: RecordedRuns, name?: string): Promise<void> {
  const run = await (name === undefined ? recorded.choose(TITLE) : recorded.find(name));
  if (run === undefined) return;
  const picked = await vscode.window.showQuickPick(FORMATS, { title: TITLE, placeHolder: "In which form?", ignoreFocusOut: true });
  if (picked === undefined) return;
  const ending = LOG_FORMATS[picked.format];
  const lastEnding = extname(ending);
  const path = await vscode.window.showInputBox({
    title: TITLE,
    prompt: "Where to? An existing file is not written over.",
    value: join(dirname(run.runbookPath), `${basename(run.runbookPath).replace(/(\.runbook)?\.md$/, "")}-${run.run}${ending}`),
    ignoreFocusOut: true,
    validateInput: (value) => (value.endsWith(lastEnding) ? undefined : `The name must end in ${lastEnding}`),
  });
  if (path === undefined) return;
  await writeNewFile(path, await run.printLog(picked.format));
  await show(vscode.Uri.file(path), picked.format);
}

/** Opens an exported log where it is read best: HTML is for a browser, and a window without one still shows its text. */
async function show(uri: vscode.Uri, format: LogFormat): Promise<void> {
  switch (format) {
    case "markdown":
      await vscode.commands.executeCommand("vscode.openWith", uri, NOTEBOOK_TYPE);
      return;
    case "json":
      await vscode.window.showTextDocument(uri);
      return;
    case "html": {
      const answer = await vscode.window.showInformationMessage(`The log is in ${uri.fsPath}`, "Open in Browser", "Show Text");
      if (answer === "Open in Browser") await vscode.env.openExternal(uri);
      if (answer === "Show Text") await vscode.window.showTextDocument(uri);
    }
  }
}
