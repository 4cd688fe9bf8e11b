import assert from "node:assert/strict";
import { readIncidentLog } from "../../src/core/log/incidentLog.ts";
import { printLog } from "../../src/core/log/printLog.ts";
import { chainEvent, parseJournal } from "../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../src/core/run/journalEvent.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";

const STATEMENTS = 1000;

/** Exporting a long run, journal to Markdown, against reading the same journal's lines as JSON. */
export async function exportRun(): Promise<Comparison> {
  const document = parseRunbook("# Shop\n\n## Step 1: Look (1 minute)\n\n```bash {name: look}\nkubectl get pods\n```\n");
  const journal = longJournal();
  const pairs = await inTurn(
    15,
    () =>
      milliseconds(() => {
        const markdown = printLog(readIncidentLog(document, parseJournal(journal)), "markdown");
        assert.ok(markdown.includes(`look-${STATEMENTS - 1}`));
      }),
    () => milliseconds(() => assert.equal(journal.trimEnd().split("\n").map((line): unknown => JSON.parse(line)).length, STATEMENTS * 4 + 1)),
  );
  return { name: `exporting a run of ${STATEMENTS} statements (${(journal.length / 1024).toFixed(0)} KiB)`, ours: "journal to Markdown", peer: "JSON.parse alone", unit: "ms", pairs };
}

function longJournal(): string {
  const records: JournalRecord[] = [];
  const add = (at: number, event: JournalEvent): void => void records.push(chainEvent(event, records.at(-1), at, at));
  add(0, { type: "runStarted", run: "r", mode: "incident", driver: "ann", rtoMs: 900_000, rpoMs: 300_000, rate: 1, unattended: false, version: "0", runbook: { path: "/x.runbook.md", title: "Shop", id: "x", sha256: "a".repeat(64) } });
  for (let index = 0; index < STATEMENTS; index += 1) {
    const execution = `look-${index}`;
    const cell = { name: "look", step: "step-1", language: "bash" } as const;
    const text = `kubectl get pods -l part=${execution}`;
    const outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: index, endedAt: index + 40 } as const;
    add(index, { type: "cellStarted", execution, cell, text });
    add(index, { type: "statementIntent", execution, statement: 0, text, risk: "read", operations: [] });
    add(index + 40, { type: "statementOutcome", execution, statement: 0, outcome, stdout: "db-0    1/1     Running   0          12d\n".repeat(10), stderr: "", files: [] });
    add(index + 40, { type: "cellOutcome", execution, cell, outcome, variables: {} });
  }
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
