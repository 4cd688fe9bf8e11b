import * as vscode from "vscode";
import { formatDuration } from "../../core/run/recoveryClock.ts";
import { readPointInTime, suggestRecoveryPoint } from "../../core/run/recoveryPoint.ts";
import type { Runs } from "../run/runs.ts";
import { askText } from "./askText.ts";

/** Asks for the newest data that is there after the recovery, and for the evidence; the achieved RPO counts from it. */
export async function markRecoveryPoint(runs: Runs): Promise<void> {
  const session = runs.needDriving();
  const suggested = suggestRecoveryPoint(session.events);
  const { impactAt, now } = session.clock;
  const read = (text: string): number | undefined => readPointInTime(text, now);
  const text = await vscode.window.showInputBox({
    title: "Mark Recovery Point: until when is the data there? (UTC)",
    prompt: "What was written after it and before the impact is lost: it is the recovery point achieved.",
    value: suggested === undefined ? "" : new Date(suggested.pointAt).toISOString().slice(0, 16).replace("T", " "),
    placeHolder: "2026-01-31 14:26, or 14:26",
    ignoreFocusOut: true,
    validateInput: (value) => {
      const at = read(value);
      if (at === undefined) return "A time in UTC: 2026-01-31 14:26, or 14:26";
      const lost = impactAt === undefined ? undefined : Math.max(0, impactAt - at);
      return lost === undefined ? undefined : { message: lost === 0 ? "No data is lost." : `${formatDuration(lost)} of data are lost.`, severity: vscode.InputBoxValidationSeverity.Info };
    },
  });
  const pointAt = text === undefined ? undefined : read(text);
  if (pointAt === undefined) return;
  const evidence = await askText("Mark Recovery Point: how do you know?", "The evidence goes into the log: a backup's name, a replica's position.", suggested?.pointAt === pointAt ? suggested.evidence : "");
  if (evidence !== undefined) await session.change("markRecoveryPoint", { pointAt, evidence });
}
