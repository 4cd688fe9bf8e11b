import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readIncidentLog, type IncidentLog } from "../../../src/core/log/incidentLog.ts";
import { isLogFormat, printLog } from "../../../src/core/log/printLog.ts";
import { chainEvent } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const NOON = Date.UTC(2026, 0, 31, 12);
const DOCUMENT = parseRunbook("# Shop\n\n## Step 1: Look & See (1 minute)\n\n```bash {name: look}\nkubectl get pods\n```\n");
const LOOK = { name: "look", step: "step-1", language: "bash" };
const NASTY = `<script>alert("x")</script> & 'y' | z\n\`\`\`\nnot a fence\u0007`;

function outcome(status: Outcome["status"], startedAt: number, endedAt: number): Outcome {
  return { status, exitCode: 0, reason: undefined, message: status === "succeeded" ? undefined : NASTY, startedAt, endedAt };
}

/** A journal of events at seconds after noon. */
function logOf(...events: readonly (readonly [atSeconds: number, event: JournalEvent])[]): IncidentLog {
  const records: JournalRecord[] = [];
  for (const [at, event] of events) records.push(chainEvent(event, records.at(-1), NOON + at * 1000, 0));
  return readIncidentLog(DOCUMENT, records);
}

const STARTED: JournalEvent = {
  type: "runStarted", run: "r1", mode: "incident", driver: "ann", rtoMs: 900_000, rpoMs: 300_000, rate: 1, unattended: false, version: "0",
  runbook: { path: "/x.runbook.md", title: "Shop <down>", id: "x", sha256: "a".repeat(64) },
};

const WHOLE = logOf(
  [0, STARTED],
  [0, { type: "clockMarked", mark: "impact", markedAt: NOON - 60_000, by: "person", reason: NASTY }],
  [5, { type: "cellStarted", execution: "a", cell: LOOK, text: NASTY }],
  [6, { type: "gateAsked", execution: "a", question: { statement: 0, risk: "change", title: NASTY, request: "", target: "prod", alias: "prod", address: "https://x", actor: "ann", objects: [], moved: [], why: NASTY, undo: undefined, typed: undefined } }],
  [7, { type: "gateAnswered", execution: "a", answer: "yes", by: "ann" }],
  [9, { type: "statementOutcome", execution: "a", statement: 0, outcome: outcome("finding", NOON, NOON + 4000), stdout: NASTY, stderr: NASTY, files: [{ path: "/tmp/x", bytes: 3, sha256: "b".repeat(64) }] }],
  [9, { type: "expectationChecked", execution: "a", statement: 0, expected: NASTY, actual: NASTY, result: "notMet" }],
  [9, { type: "cellOutcome", execution: "a", cell: LOOK, outcome: outcome("failed", NOON + 5000, NOON + 9000), variables: {} }],
  [20, { type: "cellStarted", execution: "b", cell: { ...LOOK, step: "gone" }, text: "kubectl get pods" }],
  [240, { type: "clockMarked", mark: "restored", markedAt: NOON + 200_000, by: "machine", reason: "" }],
);

describe("the incident log", () => {
  it("tells what was run, what came of it, and what was not seen to end", () => {
    assert.deepEqual(WHOLE.executions.map(({ cell, step, status, startedAt, endedAt }) => [cell, step, status, startedAt - NOON, endedAt === undefined ? undefined : endedAt - NOON]), [
      ["look", "Step 1: Look & See", "failed", 5000, 9000],
      ["look", undefined, "unknown", 20_000, undefined],
    ]);
    assert.deepEqual(WHOLE.executions[0]?.details.map((detail) => detail.kind), ["gate", "answer", "output", "output", "file", "message", "expectation"]);
    assert.equal(WHOLE.facts.find((fact) => fact.name === "Recovery time")?.value, "04:20 (RTO 15:00)");
  });

  it("is a notebook in which nothing can be run on a target, whatever the outputs hold", () => {
    const document = parseRunbook(printLog(WHOLE, "markdown"));
    assert.equal(document.frontMatter.title, "Incident log: Shop <down>");
    assert.deepEqual(document.frontMatter.targets, []);
    assert.deepEqual(document.cells.filter((cell) => cell.command !== undefined).map((cell) => cell.text), [NASTY, "kubectl get pods"]);
  });

  it("is a page without scripts and without anything from outside", () => {
    const page = printLog(WHOLE, "html");
    assert.ok(!page.includes("<script"));
    assert.deepEqual([...page.matchAll(/\b(?:src|href)\s*=|url\(|@import/g)], []);
    assert.ok(page.includes("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;"));
    assert.ok(!page.includes("\u0007"));
    // Every element that is opened is closed, in order.
    const open: string[] = [];
    for (const [, slash, name = "", , empty] of page.matchAll(/<(\/?)([a-z0-9]+)((?:\s[^>]*?)?)(\/?)>/gi)) {
      if (["meta", "line", "rect"].includes(name) && empty === "" && !page.includes(`</${name}>`)) continue;
      if (empty === "/") continue;
      if (slash === "/") assert.equal(open.pop(), name);
      else open.push(name);
    }
    assert.deepEqual(open, []);
  });

  it("draws the objective and every execution, and says it in words", () => {
    const page = printLog(WHOLE, "html");
    assert.equal(page.match(/<rect class="bar /g)?.length, 2);
    assert.match(page, /<desc[^>]*>Service was restored 04:20 after the impact began, against an objective of 15:00\. 2 cells were run\.<\/desc>/);
    assert.match(page, /RTO 15:00<\/text>/);
    const coordinates = [...page.matchAll(/ (?:x|x1|x2)="(-?[\d.]+)"/g)].map((match) => Number(match[1]));
    assert.ok(coordinates.every((x) => x >= 0 && x <= 960), String(coordinates));
  });

  it("can be printed of a journal that has hardly begun", () => {
    for (const log of [logOf(), logOf([0, STARTED])]) {
      for (const format of ["markdown", "html", "json"] as const) assert.ok(printLog(log, format).includes("log"));
    }
  });

  it("follows its published schema as JSON", () => {
    const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../../../docs/incident-log.schema.json"), "utf8"));
    const validate = new Ajv2020({ strict: true }).compile(schema as object);
    for (const log of [WHOLE, logOf([0, STARTED]), logOf()]) assert.ok(validate(JSON.parse(printLog(log, "json"))), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...(JSON.parse(printLog(WHOLE, "json")) as object), extra: 1 }));
  });

  it("knows its formats", () => {
    assert.deepEqual(["markdown", "html", "json", "pdf", "toString"].map(isLogFormat), [true, true, true, false, false]);
  });
});
