import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findInWebviews } from "../host/webviews.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

describe("opening a runbook", () => {
  it("shows the packed extension's notebook, and saving it changes no byte", async () => {
    await withWorkbench({ extension: "vsix", files: ["test/fixtures/small.runbook.md"], settings: { "files.trimTrailingWhitespace": true, "files.insertFinalNewline": true } }, async (workbench) => {
      const file = join(workbench.folder, "small.runbook.md");
      const before = readFileSync(file);
      await workbench.openRunbook("small.runbook.md");
      await workbench.page.locator(".code-cell-row").nth(1).waitFor();
      assert.match(await workbench.page.locator(".code-cell-row").first().innerText(), /kubectl\s+get\s+pods/);
      assert.match(await (await findInWebviews(workbench.page, ".dr-head")).innerText(), /RTO\s*15 min[^]*not all of which can be read/);
      await workbench.save();
      assert.deepEqual(readFileSync(file), before);
      await workbench.runCommand("File: Save Without Formatting");
      assert.deepEqual(readFileSync(file), before);
      await workbench.openView("DR Runbook");
      await workbench.page.getByText("Cluster Health").first().waitFor();
      assert.deepEqual(await workbench.notifications(), []);
    });
  });
});
