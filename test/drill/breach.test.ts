import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { assertIdlingFails, drill } from "./drillCommand.ts";
import type { CellResult } from "./rehearsedRun.ts";
import { runEveryCell } from "./runEveryCell.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = join(ROOT, "notebooks/05-security-breach.runbook.md");
const FAULT = "jwt-secret-leaked";
/** An intruder has to be answered in time: slower than the usual. */
const SLOWER = ["--rate", "8"];
const EVIDENCE = ["quarantine-policy", "quarantine-pods", "preserve-logs", "preserve-objects", "preserve-processes", "preserve-sessions", "name-intruder", "evidence-kept"];

describe("scenario 5, rehearsed", function suite() {
  this.timeout(240_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "breach-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  const unwell = (results: readonly CellResult[]): readonly string[] => results.filter(({ outcome }) => outcome.status !== "succeeded").map(({ cell, outcome }) => `${cell}: ${outcome.status}`);

  it("passes by its own steps, and fails when nobody does anything", async () => {
    const { code, text, last } = await drill(RUNBOOK, home, SLOWER);
    assert.match(last, /^PASS recovered in \d\d:\d\d/u, text);
    assert.equal(code, 0);
    await assertIdlingFails(RUNBOOK, home);
  });

  it("has no cell that does not do what it says", async () => {
    // Nothing answers a marked pod, which nc says by exit code 1.
    assert.deepEqual(unwell(await runEveryCell(RUNBOOK, home, { fault: FAULT })), ["quarantine-network: finding"]);
  });

  it("tells when sessions were deleted before they were kept", async () => {
    const results = await runEveryCell(RUNBOOK, home, { fault: FAULT, cells: ["revoke-sessions", ...EVIDENCE] });
    assert.deepEqual(unwell(results), ["evidence-kept: failed"]);
  });

  it("tells when the pods were scaled away before their logs were kept", async () => {
    const results = await runEveryCell(RUNBOOK, home, { fault: FAULT, cells: ["scale-to-zero", "scale-back", ...EVIDENCE] });
    assert.ok(unwell(results).includes("evidence-kept: failed"), unwell(results).join("\n"));
  });

  it("sees that the intruder is still in when the key was not changed", async () => {
    const cells = [...EVIDENCE, "token-before", "restart-application", "revoke-sessions", "quarantine-holds", "old-token-refused", "intruder-gone"];
    assert.deepEqual(unwell(await runEveryCell(RUNBOOK, home, { fault: FAULT, cells })), ["intruder-gone: failed"]);
  });
});
