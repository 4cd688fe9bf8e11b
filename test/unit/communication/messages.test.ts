import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageValues } from "../../../src/core/communication/messageValues.ts";
import { nextUpdate, reportDue } from "../../../src/core/communication/due.ts";
import { fillTemplate } from "../../../src/core/communication/template.ts";
import { readFacts } from "../../../src/core/facts/readFacts.ts";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const NOTEBOOKS = resolve(import.meta.dirname, "../../../notebooks");
const T0 = Date.UTC(2026, 0, 31, 14, 30);
const MINUTE = 60_000;
const DONE: Outcome = { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 };
const CELL = { name: "restart-database", step: "step-2", language: "bash" };
const DOCUMENT = parseRunbook("---\ntitle: 'Scenario 1: Database Failure'\nseverity: critical\n---\n# Recovery\n\n## Step 2: Attempt Quick Restart (3 minutes)\n\n```bash {name: restart-database}\nls\n```\n");
const { facts } = readFacts(readFileSync(join(NOTEBOOKS, "buildnest.yaml"), "utf8"));

const BEGUN: readonly (readonly [number, JournalEvent])[] = [
  [2, { type: "runStarted", run: "r1", mode: "incident", driver: "ann", rtoMs: 15 * MINUTE, rpoMs: 5 * MINUTE, rate: 1, unattended: false, version: "0", runbook: { path: "/x.runbook.md", title: "Scenario 1: Database Failure", id: "x", sha256: "" } }],
  [2, { type: "clockMarked", mark: "impact", markedAt: T0, by: "person", reason: "" }],
  [2, { type: "clockMarked", mark: "detected", markedAt: T0 + 2 * MINUTE, by: "person", reason: "page" }],
  [3, { type: "commanderNamed", name: "Ada" }],
  [4, { type: "cellStarted", execution: "a", cell: CELL, text: "" }],
  [4, { type: "statementIntent", execution: "a", statement: 0, text: "", risk: "change", operations: [] }],
];
const ENDED: readonly (readonly [number, JournalEvent])[] = [
  [5, { type: "cellOutcome", execution: "a", cell: CELL, outcome: DONE, variables: {} }],
  [5, { type: "escalated", role: "Database Admin", means: "call", address: "+1" }],
  [6, { type: "clockMarked", mark: "causeIdentified", markedAt: T0 + 5 * MINUTE, by: "person", reason: "The socket was taken" }],
  [20, { type: "clockMarked", mark: "restored", markedAt: T0 + 20 * MINUTE, by: "machine", reason: "three greens" }],
  [21, { type: "recoveryPointMarked", pointAt: T0 - 4 * MINUTE, by: "person", evidence: "replica position" }],
];

function recordsOf(events: readonly (readonly [number, JournalEvent])[]): readonly JournalRecord[] {
  return events.reduce<readonly JournalRecord[]>((records, [minute, event]) => [...records, chainEvent(event, records.at(-1), T0 + minute * MINUTE, 0)], []);
}

function fill(template: string, events: readonly (readonly [number, JournalEvent])[], minute: number): ReturnType<typeof fillTemplate> {
  const values = messageValues({ document: DOCUMENT, records: recordsOf(events), facts, now: T0 + minute * MINUTE });
  return fillTemplate(readFileSync(join(NOTEBOOKS, `templates/${template}.md`), "utf8"), values);
}

describe("templates", () => {
  it("name in brackets what is not known, and list it", () => {
    assert.deepEqual(fillTemplate("{{a}} {{ b | two words }} {{rootCause}} {{c|}} {{ not a name }}", { a: "1", b: "" }), { text: "1 [two words] [Root cause] [] {{ not a name }}", open: ["two words", "Root cause", ""] });
  });

  it("of the shipped notebooks use only values that there are", () => {
    const known = new Set([...Object.keys(messageValues({ document: DOCUMENT, records: recordsOf(BEGUN), facts, now: T0 })), "impact", "ordersAffected", "dataRecovery"]);
    const files = globSync("templates/*.md", { cwd: NOTEBOOKS });
    assert.equal(files.length, 3);
    for (const file of files) for (const [, name = ""] of readFileSync(join(NOTEBOOKS, file), "utf8").matchAll(/\{\{\s*(\w+)/g)) assert.ok(known.has(name), `${file}: ${name}`);
  });

  it("are what the shared facts list", () => {
    assert.deepEqual(facts.communication.templates.map(({ path }) => path).toSorted(), globSync("templates/*.md", { cwd: NOTEBOOKS }).toSorted());
  });
});

describe("messages", () => {
  it("to the team, while it goes on", () => {
    const { text, open } = fill("internal-notification", BEGUN, 5);
    assert.equal(text, `SUBJECT: [P1] BuildNest Production Incident - Database Failure

INCIDENT: Database Failure detected at 14:32 UTC
STATUS: Investigating
IMPACT: [Full service outage]
ETA: 10 minutes to recovery
ACTIONS: Attempt Quick Restart
NEXT UPDATE: 14:50 UTC

Incident Commander: Ada
War Room: https://zoom.us/j/emergency
`);
    assert.deepEqual(open, ["Full service outage"]);
  });

  it("promise nothing once the objective is missed", () => {
    assert.match(fill("internal-notification", BEGUN, 16).text, /ETA: \[not known: say so/);
    assert.match(fill("customer-communication", BEGUN, 16).text, /ESTIMATED RESOLUTION: \[not known: promise nothing\]/);
    assert.match(fill("customer-communication", BEGUN, 5).text, /ESTIMATED RESOLUTION: 10 minutes\nSTATUS UPDATES: https:\/\/status\.buildnest\.com/);
  });

  it("of the report have times, cause, resolution and data loss against its target", () => {
    const { text, open } = fill("post-incident-report", [...BEGUN, ...ENDED], 30);
    assert.match(text, /# Post-Incident Report - 2026-01-31/);
    assert.match(text, /- \*\*Duration\*\*: 20 minutes\n- \*\*Severity\*\*: P1/);
    assert.match(text, /- 14:30 - Impact began\n- 14:32 - Detected\n- 14:33 - Incident commander: Ada\n- 14:35 - Called Database Admin \(\+1\)\n- 14:35 - Cause identified\n- 14:50 - Service restored/);
    assert.match(text, /## Root Cause\nThe socket was taken\n/);
    assert.match(text, /## Resolution\n- 14:35 - Step 2: Attempt Quick Restart: restart-database\n/);
    assert.match(text, /- RPO Achievement: 4 min \(target: 5 min\) ✅\n- RTO Achievement: 20 min \(target: 15 min\) ❌ missed\n- Data loss window: 14:26 UTC to 14:30 UTC \(4 min\)\n/);
    assert.match(text, /## Sign-Off\n- DevOps Lead: \[Name\]\n- Database Admin: \[Name\]\n- Product Owner: \[Name\]\n/);
    assert.deepEqual(open, ["Description", "count them in that window", "share of them that was recovered"]);
  });
});

describe("the next update", () => {
  const cases: readonly (readonly [number | undefined, number | undefined, number | undefined, string | undefined])[] = [
    [undefined, 0, 15, "due in 15 min"], [10, 0, 15, "due in 25 min"], [undefined, -20, 15, "overdue by 5 min"], [undefined, undefined, 15, undefined], [0, 0, undefined, undefined],
  ];
  for (const [messaged, impact, every, words] of cases) {
    it(`after an update at ${String(messaged)}, impact at ${String(impact)}, every ${String(every)} minutes: ${String(words)}`, () => {
      const ms = (minutes: number | undefined): number | undefined => (minutes === undefined ? undefined : T0 + minutes * MINUTE);
      assert.equal(nextUpdate({ messagedAt: ms(messaged), impactAt: ms(impact) }, every === undefined ? undefined : every * MINUTE, T0)?.words, words);
    });
  }
});

describe("the report of an incident", () => {
  const hour = 60 * MINUTE;
  const wanted = readFacts("communication: { reportWithin: 24h, report: Report, templates: { Report: r.md } }").facts.communication;
  const ended = { mode: "incident", impactAt: T0, endedAt: T0, messages: [] } as const;
  const words = (run: Parameters<typeof reportDue>[0], communication: Parameters<typeof reportDue>[1], hours: number): string | undefined => reportDue(run, communication, T0 + hours * hour)?.words;

  it("is due from the incident's end until it is written", () => {
    assert.deepEqual([words(ended, wanted, 1), words(ended, wanted, 26)], ["due in 23 h", "overdue by 2 h"]);
    assert.equal(words({ ...ended, messages: ["Update"] }, wanted, 1), "due in 23 h");
    assert.equal(words({ ...ended, messages: ["Update", "Report"] }, wanted, 1), undefined);
  });

  it("is not wanted of drills, of looks, of runs that are open, and where no time or template is given", () => {
    assert.equal(words({ ...ended, mode: "drill" }, wanted, 1), undefined);
    assert.equal(words({ ...ended, impactAt: undefined }, wanted, 1), undefined);
    assert.equal(words({ ...ended, endedAt: undefined }, wanted, 1), undefined);
    assert.equal(words(ended, undefined, 1), undefined);
    assert.equal(words(ended, { ...wanted, report: undefined }, 1), undefined);
  });
});
