import assert from "node:assert/strict";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, rowOf } from "../host/firstRunbook.ts";
import { type Workbench, withWorkbench } from "../host/workbench.ts";

/** With the shared facts: they say which backups bring data back. */
const FILES = [...FIRST_RUNBOOK_FILES, "notebooks/buildnest.yaml"];

async function run(workbench: Workbench, name: string): Promise<"success" | "failure"> {
  return workbench.runThroughGates(rowOf(name));
}

async function startDrill(workbench: Workbench, fault: string): Promise<void> {
  await workbench.openRunbook(FIRST_RUNBOOK);
  await workbench.openView("DR Runbook");
  await workbench.startDrill(fault);
  await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
}

async function verify(workbench: Workbench): Promise<void> {
  for (const name of ["app-health", "app-products", "test-login", "test-order"]) assert.equal(await run(workbench, name), "success", name);
  const clock = await workbench.waitForStatus(/restored \d\d:\d\d/, 60_000);
  assert.match(clock, /\/ 15:00/);
}

describe("the story of scenario 1", function () {
  this.timeout(420_000);

  it("is opened, rehearsed by the restart, verified, exported and opened again, all by keyboard and mouse", async () => {
    await withWorkbench({ extension: "vsix", files: FILES, theme: "dark" }, async (workbench) => {
      await startDrill(workbench, "Database crash loop");
      await run(workbench, "detect-pods");
      await workbench.waitForOutput(/mysql-0/);
      await run(workbench, "triage-error-log");
      await workbench.page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /Newest recovery point \d\d:\d\d UTC.*6[01]m ago, RPO 5 min/ }).waitFor();
      await workbench.screenshot("drill-dark");
      assert.equal(await run(workbench, "restart-database"), "success");
      assert.equal(await run(workbench, "restart-check"), "success");
      await verify(workbench);
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
      await startDrill(workbench, "data corrupted");
      // The crash that leaves a previous log takes its time, as it does in a real cluster.
      await workbench.page.waitForTimeout(5_000);
      await run(workbench, "triage-error-log");
      await workbench.waitForOutput(/corrupt/i);
      await run(workbench, "row-counts");
      await workbench.runCommand("Runbook: Take Option…");
      await workbench.waitForQuickInput("Option B");
      await workbench.screenshot("options-light");
      await workbench.pick("Option B");
      await workbench.waitForStatus(/DRILL/);
      await workbench.openRunbook(FIRST_RUNBOOK);
      for (const name of ["list-backups", "choose-backup", "fetch-backup", "stop-application", "replace-volume", "restore-backup", "start-application", "migrate"]) {
        assert.equal(await run(workbench, name), "success", name);
      }
      assert.equal(await run(workbench, "row-counts"), "success");
      const counts = await workbench.waitForOutput(/orders\s+2000/);
      assert.match(counts, /users\s+300[\s\S]*products\s+200/);
      await workbench.screenshot("drill-light");
      await verify(workbench);
    });
  });
});
