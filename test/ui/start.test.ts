import assert from "node:assert/strict";
import { FIRST_RUNBOOK, journalOf, outcomesOf, rowOf, waitForOutcome } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

describe("the start of a run", function () {
  this.timeout(420_000);

  it("goes from what a person sees to the runbook, runs ahead until a change, and takes in a quick action of another runbook", async () => {
    const files = [`notebooks/${FIRST_RUNBOOK}`, "notebooks/03-redis-failure.runbook.md", "notebooks/worlds", "notebooks/monitoring"];
    await withWorkbench({ extension: "vsix", files, theme: "dark" }, async (workbench) => {
      const { page } = workbench;
      await workbench.openView("DR Runbook");
      await workbench.runCommand("Runbook: What Do You See?…");
      await workbench.waitForQuickInput("Session loss");
      await workbench.screenshot("symptoms-dark");
      await workbench.quickInput().pressSequentially("CrashLoop");
      await workbench.pick("Database pod in CrashLoopBackOff");
      await page.locator(".tabs-container .tab.active").filter({ hasText: FIRST_RUNBOOK }).waitFor();

      await workbench.runCommand("Runbook: Open Alert Link…");
      await workbench.answer("A link of the form", "vscode://dr-runbook.dr-runbook/open?runbook=buildnest-database-failure&step=step-7&param.DB_POD=mysql-0");
      await workbench.cell(rowOf("app-health")).waitFor({ timeout: 30_000 });

      await workbench.runCommand("Runbook: Start Drill…");
      assert.match(await workbench.waitForQuickInput("Start: what the run uses", 60_000), /DB_POD\s*mysql-0 \(default\)/);
      await workbench.pick("MAX_LAG_SECONDS");
      await workbench.waitForQuickInput("Parameter MAX_LAG_SECONDS");
      await workbench.quickInput().pressSequentially("often");
      await workbench.waitForQuickInput("It must be a whole number.");
      await workbench.quickInput().fill("120");
      await workbench.pressInQuickInput("Enter");
      await workbench.waitForQuickInput("120 (changed)");
      await workbench.screenshotInBothThemes("start-parameters");
      await workbench.pick("Start");
      await workbench.waitForQuickInput("what breaks", 60_000);
      await workbench.pick("Database crash loop");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);

      await workbench.runCommand("Runbook: Set Parameters…");
      await workbench.waitForQuickInput("120 (of this run)");
      await workbench.pressInQuickInput("Enter");

      await workbench.runCommand("Runbook: Run Until a Change");
      await waitForOutcome(workbench, "triage-error-log");
      // Then the next cell takes the focus; a palette that is open by then would lose it.
      await page.locator(`.notebookOverlay .monaco-list-row.focused[data-index="${rowOf("restart-database")}"]`).waitFor({ state: "attached" });
      await workbench.runCommand("Runbook: Run Until a Change");
      await page.locator(".notifications-toasts").filter({ hasText: "is next and changes something" }).waitFor();
      await workbench.screenshot("ahead-dark");
      await workbench.runCommand("Runbook: Restart Redis");
      await workbench.waitForQuickInput("No: do not run it", 60_000);
      await workbench.screenshot("guest-gate-dark");
      await workbench.pressInQuickInput("ArrowDown", "Enter");
      await workbench.waitForOutput(/condition met/, 120_000);
      await waitForOutcome(workbench, "buildnest-redis-failure/redis-ping");
      // Whether a pod that crashes again and again can be asked for its volume depends on the moment.
      const outcomes = outcomesOf(journalOf(workbench)).filter((outcome) => !outcome.startsWith("triage-room "));
      assert.deepEqual(outcomes, ["triage-pod succeeded", "triage-volume succeeded", "triage-error-log succeeded", "buildnest-redis-failure/restart-redis succeeded", "buildnest-redis-failure/redis-ping succeeded"]);
    });
  });
});
