import assert from "node:assert/strict";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, rowOf } from "../host/firstRunbook.ts";
import { waitForWebview } from "../host/webviews.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

/** Puts the cursor at the end of a cell's text and types. */
async function typeInto(workbench: Workbench, row: number, text: string): Promise<void> {
  await workbench.focusCell(row);
  await workbench.page.keyboard.press("Enter");
  await workbench.cell(row).locator(".monaco-editor.focused").waitFor();
  await workbench.page.keyboard.press("Control+End");
  await workbench.page.keyboard.type(text, { delay: 20 });
}

describe("knowing before running", function () {
  this.timeout(400_000);

  it("shows the plan, completes from the drill's cluster, explains a call and checks the runbook, by keyboard", async () => {
    await withWorkbench({ extension: "vsix", files: FIRST_RUNBOOK_FILES }, async (workbench) => {
      const { page } = workbench;
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.runCommand("Runbook: Show Plan");
      const plan = await waitForWebview(workbench.page, /Plan: Scenario 1/);
      assert.match(plan, /DESTROY\s+kubectl scale statefulset\/mysql --replicas=0/);
      await workbench.screenshotInBothThemes("plan");
      // The preview is a page of its own and may keep the keys.
      await page.locator(".tabs-container .tab").filter({ hasText: FIRST_RUNBOOK }).click();
      await page.locator(".tabs-container .tab.active").filter({ hasText: FIRST_RUNBOOK }).waitFor();
      await workbench.openView("DR Runbook");
      await workbench.runCommand("Runbook: Start Drill…");
      await workbench.waitForQuickInput("what breaks", 90_000);
      await workbench.pick("Nothing yet");
      await workbench.waitForStatus(/DRILL/);

      const row = rowOf("detect-pods");
      const suggestions = page.locator(".suggest-widget.visible .monaco-list-row");
      await typeInto(workbench, row, "\nkubectl logs ");
      await page.keyboard.press("Control+Space");
      await suggestions.filter({ hasText: "mysql-0" }).first().waitFor();
      await workbench.screenshotInBothThemes("completion");
      await page.keyboard.type("mysql-0");
      await suggestions.filter({ hasText: "mysql-0" }).first().waitFor();
      await page.keyboard.press("Enter");
      await page.keyboard.type(" --prev", { delay: 20 });
      await suggestions.filter({ hasText: "--previous" }).first().waitFor();
      await page.keyboard.press("Enter");
      // The editor draws blanks as no-break spaces.
      assert.match((await workbench.cell(row).locator(".view-lines").innerText()).replaceAll("\u00A0", " "), /kubectl logs mysql-0 --previous/);

      await page.keyboard.press("Control+k");
      await page.keyboard.press("Control+i");
      await page.locator(".monaco-hover:visible").filter({ hasText: "The log of the container before this one." }).first().waitFor();
      await workbench.screenshotInBothThemes("hover");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");

      const query = rowOf("row-counts");
      await typeInto(workbench, query, "\nSELECT 1;\ntrunc");
      const truncate = suggestions.filter({ hasText: "TRUNCATE TABLE" }).first();
      await truncate.waitFor();
      assert.match(await truncate.innerText(), /DESTROY/);
      await workbench.screenshotInBothThemes("sql-completion");
      await page.keyboard.press("Enter");
      await suggestions.filter({ hasText: "a table of this runbook" }).first().waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");

      await workbench.runCommand("Runbook: Preflight");
      const report = await waitForWebview(workbench.page, /Preflight: Scenario 1/);
      assert.match(report, /Against the drill's world\./);
      assert.match(report, /Nothing was changed\./);
      assert.match(report, /prod\s+reachable/);
      await workbench.screenshotInBothThemes("preflight");
    });
  });
});
