import assert from "node:assert/strict";
import { faultText } from "../../src/core/runbook/drillCase.ts";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, journalOf } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

/** Answers Yes to the gate that is open. */
async function sayYes(workbench: Workbench): Promise<string> {
  const question = await workbench.waitForQuickInput("No: do not run it");
  await workbench.pressInQuickInput("ArrowDown", "Enter");
  return question;
}

describe("the palette during a drill", function () {
  this.timeout(300_000);

  it("starts nothing on Escape; then injects a fault, cures it by a quick action, and keeps notes, ticks, skips and marks in the log", async () => {
    await withWorkbench({ extension: "vsix", files: FIRST_RUNBOOK_FILES, theme: "light", settings: { "dr-runbook.drillSpeed": 4 } }, async (workbench) => {
      const { page } = workbench;
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.openView("DR Runbook");
      await workbench.runCommand("Runbook: Start Drill…");
      await workbench.waitForQuickInput("what breaks", 60_000);
      await workbench.pressInQuickInput("Escape");
      await workbench.waitForStatus(/No run/);
      await page.waitForTimeout(1000);
      assert.deepEqual(workbench.processes(/world\.js/), []);

      await workbench.startDrill("Nothing yet");
      await workbench.runCommand("Runbook: Inject Fault…");
      await workbench.pick("Database crash loop");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
      await workbench.waitForStatus(/Acknowledge: \d\d:\d\d (?:left|overdue)/);
      await page.keyboard.press("Control+Alt+a");
      await page.locator(".part.statusbar .statusbar-item").filter({ hasText: "Acknowledge" }).waitFor({ state: "hidden" });
      await workbench.runCommand("Runbook: Inject Fault…");
      await workbench.pick("Standby far behind");
      await workbench.answer("How much of it", "lagSeconds=60");

      await workbench.runCommand("Runbook: View Logs");
      await workbench.waitForOutput(/redis|Redis/);
      await workbench.screenshot("quick-logs-light");
      await workbench.runCommand("Runbook: Restart Database Pod");
      assert.match(await sayYes(workbench), /^DRILL prod: Change: kubectl delete/);
      await workbench.waitForOutput(/condition met/, 120_000);
      await workbench.runCommand("Runbook: Emergency Rollback");
      assert.match(await sayYes(workbench), /kubectl rollout undo/);
      await workbench.waitForOutput(/successfully rolled out/, 120_000);

      await workbench.runCommand("Runbook: Add Note to Log…");
      await workbench.answer("What did you see", "Support confirms: orders come in again");
      await workbench.runCommand("Runbook: Skip Step…");
      await workbench.pick("Step 4");
      await workbench.answer("why?", "Nothing was restored");
      await workbench.runCommand("Runbook: Tick Checklist Items…");
      await workbench.waitForQuickInput("Data loss window documented");
      await workbench.pressInQuickInput("ArrowDown");
      // From the input the focus has gone to the box of the row.
      await page.keyboard.press("Space");
      await page.keyboard.press("Enter");
      await page.locator(".quick-input-widget:visible").waitFor({ state: "hidden" });
      await workbench.runCommand("Runbook: Mark Recovery Clock…");
      await workbench.pick("Cause identified");
      await workbench.answer("how many minutes ago?", "0");
      await workbench.answer("how do you know?", "The log of the container before");
      await workbench.runCommand("Runbook: Verify Recovery");
      await page.locator(".notifications-toasts").filter({ hasText: "Verification:" }).waitFor();
      await workbench.screenshot("palette-light");

      const records = journalOf(workbench);
      const texts = records.flatMap((record) => (record.type === "noteAdded" ? [record.text] : record.type === "stepSkipped" ? [record.reason] : record.type === "checklistTicked" ? [`ticked ${String(record.ticked)}`] : record.type === "clockMarked" && record.mark === "causeIdentified" ? [record.reason] : []));
      assert.deepEqual(texts, ["Support confirms: orders come in again", "Nothing was restored", "ticked true", "The log of the container before"]);
      assert.deepEqual(records.flatMap((record) => (record.type === "faultInjected" ? [faultText({ parameters: {}, ...record })] : [])), ["database-crash-loop", "replica-lag:lagSeconds=60"]);
      assert.deepEqual(records.flatMap((record) => (record.type === "cellOutcome" ? [record.cell.name] : [])), ["view-logs", "restart-database", "restart-check", "rollback-once", "emergency-rollback"]);
    });
  });
});
