import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { isLogFormat, printLog } from "../../../src/core/log/printLog.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { logOf, NASTY, NOON, STARTED, WHOLE } from "./sampleLog.ts";

describe("the incident log", () => {
  it("tells what was run, what came of it, and what was not seen to end", () => {
    assert.deepEqual(WHOLE.executions.map(({ cell, step, status, startedAt, endedAt }) => [cell, step, status, startedAt - NOON, endedAt === undefined ? undefined : endedAt - NOON]), [
      ["look", "Step 1: Look & See", "failed", 5000, 9000],
      ["look", undefined, "unknown", 20_000, undefined],
    ]);
    assert.deepEqual(WHOLE.executions[0]?.details.map((detail) => detail.kind), ["gate", "answer", "output", "output", "wholeOutput", "file", "message", "expectation", "override"]);
    assert.equal(WHOLE.facts.find((fact) => fact.name === "Recovery time")?.value, "04:20 (RTO 15:00)");
  });

  it("says in every form where the whole of a long output is, and what is missing of it", () => {
    assert.ok(printLog(WHOLE, "markdown").includes(`- Whole output: \`output/0001-look-stdout.txt\` in the run's folder (12,345 lines, 1.9 MiB; it ends early: the disk is <full>), 2000000 bytes, SHA-256 \`${"c".repeat(64)}\``));
    assert.ok(printLog(WHOLE, "html").includes("<code>output/0001-look-stdout.txt</code> in the run's folder (12,345 lines, 1.9 MiB; it ends early: the disk is &lt;full&gt;)"));
    assert.match(printLog(WHOLE, "json"), /"kind": "wholeOutput",\s+"stream": "stdout",\s+"path": "output\/0001-look-stdout.txt"/);
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
