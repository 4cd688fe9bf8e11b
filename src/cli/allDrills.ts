import { basename } from "node:path";
import { allCases } from "../core/drills/faultChoice.ts";
import { clockText } from "../core/run/clockText.ts";
import type { RunVerdict } from "../core/run/journalEvent.ts";
import { caseText } from "../core/runbook/drillCase.ts";
import { messageOf } from "../core/runtimeError.ts";
import { rehearse, type Rehearsal } from "./rehearse.ts";

interface Row {
  readonly runbook: string;
  readonly drill: string;
  readonly result: "PASS" | "FAIL" | "NONE";
  readonly detail: string;
}

/**
 * Rehearses every way that each runbook names, and its own fault with each option, one after the other. Prints a table; resolves
 * with 1 when one did not pass. A runbook that names no fault is listed as not rehearsed and fails nothing.
 */
export async function rehearseAll(runbooks: readonly Pick<Rehearsal, "file" | "document" | "parameters">[], common: Omit<Rehearsal, "file" | "document" | "parameters" | "faults" | "options">): Promise<number> {
  const rows: Row[] = [];
  for (const { file, document, parameters } of runbooks) {
    const runbook = basename(file).replace(/(\.runbook)?\.md$/, "");
    const cases = allCases(document);
    if (cases.length === 0) rows.push({ runbook, drill: "", result: "NONE", detail: "its front matter names no fault to rehearse" });
    for (const { faults, options } of cases) {
      const drill = caseText({ faults, options });
      common.print(`\n== ${runbook}: ${drill}`);
      rows.push({ runbook, drill, ...(await rehearseOne({ ...common, file, document, parameters, faults, options })) });
    }
  }
  common.print(`\n${tableText(rows)}`);
  const [passed, failed, none] = (["PASS", "FAIL", "NONE"] as const).map((result) => rows.filter((row) => row.result === result).length);
  common.print(`${passed} passed, ${failed} failed, ${none} not rehearsed`);
  return rows.some(({ result }) => result === "FAIL") || passed === 0 ? 1 : 0;
}

/** One drill that cannot even begin must not keep the others from being rehearsed. */
async function rehearseOne(rehearsal: Rehearsal): Promise<Pick<Row, "result" | "detail">> {
  try {
    const verdict = await rehearse(rehearsal);
    return { result: verdict.status === "passed" ? "PASS" : "FAIL", detail: detailOf(verdict) };
  } catch (error) {
    if (rehearsal.ports.interrupted.aborted) throw error;
    const detail = messageOf(error);
    rehearsal.print(detail);
    return { result: "FAIL", detail };
  }
}

function detailOf({ recoveryMs, rtoMs, reasons }: RunVerdict): string {
  const time = recoveryMs === undefined ? "not recovered" : clockText(recoveryMs);
  return [`${time}${rtoMs === undefined ? "" : ` of ${clockText(rtoMs)}`}`, ...reasons].join(" ");
}

function tableText(rows: readonly Row[]): string {
  const widths = (["runbook", "drill"] as const).map((key) => Math.max(key.length, ...rows.map((row) => row[key].length)));
  const line = (runbook: string, drill: string, result: string, detail: string): string => `${runbook.padEnd(widths[0] ?? 0)}  ${drill.padEnd(widths[1] ?? 0)}  ${result.padEnd(6)}  ${detail}`;
  return [line("RUNBOOK", "DRILL", "RESULT", "RECOVERED"), ...rows.map((row) => line(row.runbook, row.drill, row.result === "NONE" ? "—" : row.result, row.detail))].join("\n");
}
