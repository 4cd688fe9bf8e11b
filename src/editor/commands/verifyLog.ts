import * as vscode from "vscode";
import type { RecordVerification } from "../../core/run/chain.ts";
import type { Runs } from "../run/runs.ts";

/** What checking the record of a run needs of the outside. */
export interface LogVerifier {
  /** Names of the runs on record, oldest first. */
  runs(): readonly string[];
  verify(run: string, anchoredHead: string | undefined): Promise<RecordVerification>;
}

const HASH = /^[0-9a-f]{64}$/;

/** Checks that the record of a run is as it was written: the chain of its journal, its end against a report, and its whole outputs. */
export async function verifyLog(runs: Runs, verifier: LogVerifier): Promise<void> {
  const current = runs.session?.status.run;
  const names = verifier.runs().toReversed();
  const items = [...names.filter((name) => name === current), ...names.filter((name) => name !== current)].map((label) => ({ label, description: label === current ? "the run of this window" : "" }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage("No run is on record here.");
    return;
  }
  const picked = await vscode.window.showQuickPick(items, { title: "Verify Incident Log", placeHolder: "Of which run?" });
  if (picked === undefined) return;
  const head = await vscode.window.showInputBox({
    title: `Verify Incident Log: ${picked.label}`,
    prompt: "The hash under \"Record\" in an exported log shows a tail that was cut off. Leave this empty to check the chain alone.",
    placeHolder: "64 characters, or nothing",
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === "" || HASH.test(value.trim()) ? undefined : "The hash has 64 characters from 0 to 9 and a to f."),
  });
  if (head === undefined) return;
  const { records, faults } = await verifier.verify(picked.label, head.trim() === "" ? undefined : head.trim());
  if (faults.length === 0) void vscode.window.showInformationMessage(`The log of ${picked.label} is as it was written: ${records} records${head.trim() === "" ? "" : ", the last one as in the report"}.`);
  else void vscode.window.showErrorMessage(`The log of ${picked.label} is not as it was written.`, { modal: true, detail: faults.join("\n") });
}
