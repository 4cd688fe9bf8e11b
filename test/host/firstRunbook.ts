import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.ts";
import { parseJournal } from "../../src/core/run/chain.ts";
import type { JournalRecord } from "../../src/core/run/journalEvent.ts";
import type { RunbookDocument } from "../../src/core/runbook/document.ts";
import { toNotebookCells } from "../../src/core/runbook/notebook.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import type { Workbench } from "./workbench.ts";

/** The runbook that UI tests open. */
export const FIRST_RUNBOOK = "01-database-failure.runbook.md";
/** What a workspace needs to rehearse it. */
export const FIRST_RUNBOOK_FILES = [`notebooks/${FIRST_RUNBOOK}`, "notebooks/worlds", "notebooks/monitoring"] as const;

const documents = new Map<string, RunbookDocument>();

/** Row of the cell of this name in the notebook; the front matter's cell comes before the document's. */
export function rowOf(name: string, runbook = FIRST_RUNBOOK): number {
  const document = documents.get(runbook) ?? parseRunbook(readFileSync(join(root, "notebooks", runbook), "utf8"));
  documents.set(runbook, document);
  const index = document.cells.findIndex((cell) => cell.command?.name === name);
  assert.ok(index >= 0, name);
  return index + toNotebookCells(document).length - document.cells.length;
}

/** The journal of the newest of the runs that were started from this workbench: a run more or less than these fails. */
export function journalOf(workbench: Workbench, runs = 1): readonly JournalRecord[] {
  const paths = readdirSync(workbench.scratch, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("journal.jsonl")).toSorted();
  assert.equal(paths.length, runs, paths.join(", "));
  return parseJournal(readFileSync(join(workbench.scratch, paths.at(-1) ?? ""), "utf8"));
}

/** `NAME STATUS` of each cell that has come to an end, in order. */
export function outcomesOf(records: readonly JournalRecord[]): readonly string[] {
  return records.flatMap((record) => (record.type === "cellOutcome" ? [`${record.cell.name} ${record.outcome.status}`] : []));
}

/** Waits until the journal has the end of a cell, also of one that is not on the screen. */
export async function waitForOutcome(workbench: Workbench, cell: string): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (outcomesOf(journalOf(workbench)).some((outcome) => outcome.startsWith(`${cell} `))) return;
    await workbench.page.waitForTimeout(200);
  }
  throw new Error(`${cell} has no outcome in the journal after 120 s`);
}
