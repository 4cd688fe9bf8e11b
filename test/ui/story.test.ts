import { FIRST_RUNBOOK_FILES } from "../host/firstRunbook.ts";
import { rehearseByRestart } from "../host/firstRehearsal.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

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
      await workbench.pressInQuickInput("Enter");
      await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: /log/ }).waitFor();
      await workbench.page.locator(".notebookOverlay .cell-list-container .monaco-list-row").first().waitFor({ state: "attached" });
      await workbench.screenshot("exported-dark");
    });
  });
});
