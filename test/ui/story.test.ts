import assert from "node:assert/strict";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, rowOf } from "../host/firstRunbook.ts";
import { rehearseByRestart, runCells, startFirstDrill, verifyRecovery } from "../host/firstRehearsal.ts";
import { withWorkbench } from "../host/workbench.ts";

/** With the shared facts: they say which backups bring data back. */
const FILES = [...FIRST_RUNBOOK_FILES, "notebooks/buildnest.yaml"];

describe("the story of scenario 1", function () {
  this.timeout(420_000);

  it("is opened, rehearsed by the restart, verified, exported and opened again, all by keyboard and mouse", async () => {
    await withWorkbench({ extension: "vsix", files: FILES, theme: "dark" }, async (workbench) => {
      await rehearseByRestart(workbench, async () => {
        await workbench.page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /Newest recovery point \d\d:\d\d UTC.*6[01]m ago, RPO 5 min/ }).waitFor();
        await workbench.screenshot("drill-dark");
      });
      await workbench.screenshot("restored-dark");
      await workbench.runCommand("Runbook: Export Incident Log…");
      await workbench.pick("Markdown");
      await workbench.waitForQuickInput("Where to?");
      await workbench.page.keyboard.press("Enter");
      await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: /log/ }).waitFor();
      await workbench.page.locator(".notebookOverlay .cell-list-container .monaco-list-row").first().waitFor({ state: "attached" });
      await workbench.screenshot("exported-dark");
    });
  });

  it("needs the restore from the bucket where the data is damaged; the rows are those of the backup", async () => {
    await withWorkbench({ extension: "vsix", files: FILES, theme: "light", settings: { "dr-runbook.drillSpeed": 4 } }, async (workbench) => {
      await startFirstDrill(workbench, "data corrupted");
      // The crash that leaves a previous log takes its time, as it does in a real cluster.
      await workbench.page.waitForTimeout(5_000);
      await workbench.runThroughGates(rowOf("triage-error-log"));
      await workbench.waitForOutput(/corrupt/i);
      await workbench.runThroughGates(rowOf("row-counts"));
      await workbench.runCommand("Runbook: Take Option…");
      await workbench.waitForQuickInput("Option B");
      await workbench.screenshot("options-light");
      await workbench.pick("Option B");
      await workbench.waitForStatus(/DRILL/);
      await workbench.openRunbook(FIRST_RUNBOOK);
      await runCells(workbench, ["list-backups", "choose-backup", "fetch-backup", "stop-application", "replace-volume", "restore-backup", "start-application", "migrate", "row-counts"]);
      const counts = await workbench.waitForOutput(/orders\s+2000/);
      assert.match(counts, /users\s+300[\s\S]*products\s+200/);
      await workbench.screenshot("drill-light");
      await verifyRecovery(workbench);
    });
  });
});
