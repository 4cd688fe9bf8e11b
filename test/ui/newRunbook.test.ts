import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withWorkbench } from "../host/openWorkbench.ts";

describe("making runbooks", function () {
  this.timeout(300_000);

  it("begins a new one that has no problems, and imports Markdown without touching its body", async () => {
    await withWorkbench({ extension: "vsix", files: ["test/fixtures/seed-runbook.md"], theme: "dark" }, async (workbench) => {
      const { page } = workbench;
      await workbench.runCommand("Runbook: New…");
      await workbench.answer("What has failed?", "Checkout is Down");
      await workbench.answer("Who keeps it?", "Shop Team");
      await page.locator(".tabs-container .tab.active").filter({ hasText: "checkout-is-down.runbook.md" }).waitFor();
      assert.match(readFileSync(join(workbench.folder, "checkout-is-down.runbook.md"), "utf8"), /owner: Shop Team/);
      await workbench.screenshot("new-runbook-dark");

      await workbench.openFile("seed-runbook.md");
      await workbench.waitForStatus(/^Markdown$/);
      // The extension host hears of the open editor a little later than the window shows it.
      await page.waitForTimeout(2000);
      await workbench.runCommand("Runbook: Import Markdown…");
      await page.locator(".notifications-toasts").filter({ hasText: "places were not read" }).waitFor({ timeout: 60_000 });
      await workbench.screenshot("imported-dark");
      const made = join(workbench.folder, "seed-runbook.runbook.md");
      assert.ok(existsSync(made));
      assert.ok(readFileSync(made, "utf8").endsWith(readFileSync(join(workbench.folder, "seed-runbook.md"), "utf8")));
      await workbench.runCommand("View: Focus Problems (Errors, Warnings, Infos)");
      await page.locator(".markers-panel").getByText("phone-undialable").first().waitFor({ timeout: 60_000 });
      await workbench.screenshot("problems-dark");
    });
  });
});
