import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJournal } from "../../src/core/run/chain.ts";
import { listRuns } from "../../src/services/journal/runFolder.ts";
import { rowOf, FIRST_RUNBOOK } from "../host/firstRunbook.ts";
import { writePastRun } from "../host/pastRuns.ts";
import { waitForWebview } from "../host/webviews.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

const DAY_MS = 86_400_000;
const RUNBOOK = { path: "/elsewhere/01-database-failure.runbook.md", title: "Scenario 1: Database Failure", id: "buildnest-database-failure" };

/** A proof of 143 days ago, an incident of last week, and a run whose journal was tampered with. */
function writeHistory(root: string): void {
  const now = Date.now();
  writePastRun(root, { run: "a-drill", mode: "drill", runbook: RUNBOOK, driver: "ann", startedAt: now - 143 * DAY_MS, rtoMs: 900_000, fault: "database-crash-loop", steps: [["step-1", 60], ["step-2", 200], ["step-7", 400]], restoredSecond: 840 });
  writePastRun(root, { run: "b-incident", mode: "incident", runbook: RUNBOOK, driver: "ben", startedAt: now - 7 * DAY_MS, rtoMs: 900_000, steps: [["step-1", 60]], restoredSecond: 1500 });
  mkdirSync(join(root, "c-broken"), { recursive: true });
  writeFileSync(join(root, "c-broken", "journal.jsonl"), '{"type":"runStarted","seq":0}\n');
}

/** The row of the view whose text matches. */
async function waitForRow(workbench: Workbench, pattern: RegExp): Promise<void> {
  await workbench.page.locator(".part.sidebar .monaco-list-row").filter({ hasText: pattern }).first().waitFor();
}

async function expand(workbench: Workbench, pattern: RegExp): Promise<void> {
  await workbench.page.locator(".part.sidebar .monaco-list-row").filter({ hasText: pattern }).first().click();
  await workbench.page.keyboard.press("ArrowRight");
}

/** Waits until a cell shows neither the output nor the mark of a run, and no other one on the screen an output. */
async function waitUntilClean(workbench: Workbench, index: number): Promise<void> {
  await workbench.cell(index).locator(".codicon-notebook-state-success, .codicon-notebook-state-error").waitFor({ state: "detached" });
  for (const deadline = Date.now() + 10_000; (await workbench.outputs()).length > 0; await workbench.page.waitForTimeout(100)) assert.ok(Date.now() < deadline, (await workbench.outputs()).join("\n"));
}

/** Gives the view all the room that the other ones take. */
async function showOnlyDrills(workbench: Workbench): Promise<void> {
  for (const title of ["Run", "Cluster Health", "Contacts"]) await workbench.page.locator(".part.sidebar .pane-header").filter({ has: workbench.page.getByText(title, { exact: true }) }).click();
}

describe("the view of runbooks and drills", function () {
  this.timeout(420_000);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "drill-history-"));
    writeHistory(root);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  it("shows staleness and past logs, forecast and report of a drill, and counts it as proof", async () => {
    await withWorkbench({ extension: "vsix", files: ["notebooks"], theme: "dark", environment: { DR_RUNBOOK_STATE: root } }, async (workbench) => {
      const { page } = workbench;
      await workbench.openView("DR Runbook");
      await showOnlyDrills(workbench);
      await waitForRow(workbench, /Scenario 1: Database Failure.*proven 143 days ago/s);
      await waitForRow(workbench, /Schedule/);
      await expand(workbench, /Scenario 1: Database Failure/);
      await waitForRow(workbench, /incident.*25:00 of 15:00/s);
      await waitForRow(workbench, /c-broken/);
      await waitForRow(workbench, /Availability.*99\.942 %, objective 99\.9 %, 25 min down/s);
      await waitForRow(workbench, /Security Breach Response/);
      await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /incident.*25:00/s }).first().click();
      await page.locator(".tabs-container .tab.active").filter({ hasText: "Log: Scenario 1" }).waitFor();
      await waitForWebview(page, /What was run/);
      await workbench.screenshotInBothThemes("drills-view");

      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.runCommand("Runbook: Start Drill…");
      await workbench.waitForQuickInput("what breaks", 60_000);
      assert.ok((await workbench.quickTexts()).some((text) => text.includes("Surprise me")));
      await workbench.screenshot("surprise-dark");
      await workbench.pick("Database crash loop");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00, at this pace \d.* to spare/);
      await workbench.runCommand("Runbook: Mark Recovery Clock…");
      await workbench.pick("Impact began");
      await workbench.answer("how many minutes ago?", "5");
      await workbench.answer("how do you know?", "The first alert");
      await workbench.waitForStatus(/05:\d\d \/ 15:00, at this pace \d min over, at step 7/);
      await workbench.screenshot("forecast-dark");

      for (const name of ["restart-database", "app-health", "app-products", "takes-writes"]) await workbench.runThroughGates(rowOf(name));
      await workbench.waitForStatus(/restored \d\d:\d\d/, 60_000);
      await workbench.runCommand("Runbook: End Run…");
      await workbench.pick("End the drill");
      const toast = page.locator(".notifications-toasts").filter({ hasText: /Drill PASS recovered in \d\d:\d\d, RTO 15:00.*Recovery was \d\d:\d\d faster/ });
      await toast.waitFor();
      await workbench.screenshot("drill-ended-dark");
      await toast.getByText("Open Report").click();
      await page.locator(".tabs-container .tab.active").filter({ hasText: "Drill report" }).waitFor();
      await waitForRow(workbench, /Scenario 1: Database Failure.*proven today/s);
      await waitForWebview(page, /Against the last drill of this scenario/);
      await workbench.screenshot("drill-report-dark");

      // The same again: nothing is asked, and the new world has the old fault.
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.focusCell(rowOf("takes-writes"));
      assert.equal(await workbench.waitForCellEnd(rowOf("takes-writes")), "success");
      await workbench.waitForOutput("takes writes");
      await workbench.runCommand("Runbook: Same Drill Again");
      await workbench.waitForStatus(/0\d:\d\d \/ 15:00, at this pace/, 60_000);
      const records = parseJournal(readFileSync(join(root, listRuns(root).findLast((name) => /^\d.*-drill-/u.test(name)) ?? "", "journal.jsonl"), "utf8"));
      assert.deepEqual(records.flatMap((record) => (record.type === "faultInjected" ? [[record.fault, record.announced]] : [])), [["database-crash-loop", true]]);
      assert.ok(records.every(({ type }) => type !== "cellStarted"), "it is another run");
      await waitUntilClean(workbench, rowOf("takes-writes"));
      await workbench.screenshot("same-drill-again-dark");

      // What this run prints is shown, and stays when its kernel dies and it is taken up again.
      await workbench.runCell(rowOf("detect-pods"));
      assert.equal(await workbench.waitForCellEnd(rowOf("detect-pods")), "success");
      await workbench.waitForOutput(/mysql-0/);
      const shown = await workbench.outputs();
      for (const pid of workbench.processes(/kernel\.js/)) process.kill(pid, "SIGKILL");
      await page.locator(".notifications-toasts").filter({ hasText: "Nothing that was journalled is lost" }).getByText("Resume Run…").click();
      await workbench.pick("-drill-");
      await workbench.waitForStatus(/DRILL/, 60_000);
      await page.waitForTimeout(2_000);
      assert.deepEqual(await workbench.outputs(), shown);
    });
  });
});
