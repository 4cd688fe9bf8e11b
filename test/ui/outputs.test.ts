import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { FIRST_RUNBOOK_FILES } from "../host/firstRunbook.ts";
import { findInWebviews, webviewsOf } from "../host/webviews.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

/** The row of the first command: the front matter's cell comes before it. */
const LOG = 1;

/** How many elements of the outputs show a text themselves. */
async function countOf(workbench: Workbench, text: string | RegExp): Promise<number> {
  const counts = await Promise.all(webviewsOf(workbench.page).map((frame) => frame.getByText(text).filter({ visible: true }).count()));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, "it did not come to pass within 30 s");
    await delay(100);
  }
}

describe("outputs", function () {
  this.timeout(240_000);

  it("show logs to search, JSON to unfold, tables to filter, and of what is long head, tail and a way to the whole, also after a reload", async () => {
    await withWorkbench({ extension: "vsix", files: ["test/fixtures/outputs/outputs.runbook.md", ...FIRST_RUNBOOK_FILES] }, async (workbench) => {
      await workbench.openRunbook("outputs.runbook.md");
      await workbench.startDrill("Nothing yet");

      await workbench.runCell(LOG);
      const log = await findInWebviews(workbench.page, ".dr-log");
      const search = await findInWebviews(workbench.page, ".dr-bar input");
      await search.click();
      await search.pressSequentially("ready for");
      assert.deepEqual((await log.locator("div").allInnerTexts()).filter((line) => !line.includes("ready for")), []);
      assert.match(await (await findInWebviews(workbench.page, ".dr-count")).innerText(), /^1 of \d+ lines$/);
      assert.equal(await countOf(workbench, "ready for connections"), 1, "a line is shown once");
      await workbench.screenshotInBothThemes("output-log");
      await search.press("Escape");
      await workbench.clickText(LOG);

      await workbench.runCell(LOG + 1);
      const tree = await findInWebviews(workbench.page, ".dr-json");
      await tree.locator("summary .key", { hasText: /^spec$/ }).first().waitFor();
      await (await findInWebviews(workbench.page, ".dr-bar button:text('Expand all')")).click();
      await workbench.screenshotInBothThemes("output-json");
      await workbench.clickText(LOG + 1);

      await workbench.runCell(LOG + 2);
      const table = await findInWebviews(workbench.page, ".dr-table");
      const filter = await findInWebviews(workbench.page, "input[aria-label='Filter the rows']");
      await filter.click();
      await filter.pressSequentially("mysql");
      const rows = await table.locator("tbody tr").allInnerTexts();
      assert.ok(rows.length >= 2 && rows.every((row) => row.includes("mysql")), rows.join(" | "));
      await workbench.screenshotInBothThemes("output-table");
      await workbench.clickText(LOG + 2);

      await workbench.runCell(LOG + 3);
      await findInWebviews(workbench.page, ".dr-log[aria-label='Log with 4775 lines']");
      assert.ok((await countOf(workbench, /… 5,\d{3} lines left out …/)) >= 1);
      await findInWebviews(workbench.page, ".dr-bar button:text('Open Whole Output')");
      await workbench.screenshotInBothThemes("output-long");

      // While it grows: at the newest line, unless somebody reads further up.
      await workbench.clickRun(LOG + 4);
      const follow = await findInWebviews(workbench.page, ".dr-bar button:text('Follow'):visible");
      const growing = await findInWebviews(workbench.page, ".dr-bar:has(button:text('Follow'):visible) + .dr-log");
      const fromEnd = (): Promise<number> => growing.evaluate((list) => Math.round(list.scrollHeight - list.scrollTop - list.clientHeight));
      const lines = (): Promise<number> => growing.locator("div").count();
      await until(async () => (await lines()) > 100);
      assert.deepEqual([await follow.getAttribute("aria-pressed"), await fromEnd()], ["true", 0]);
      await workbench.screenshotInBothThemes("output-following");
      await growing.focus();
      await growing.press("Home");
      await until(async () => (await follow.getAttribute("aria-pressed")) === "false");
      const read = await lines();
      await until(async () => (await lines()) > read + 40);
      assert.equal(await growing.evaluate((list) => list.scrollTop), 0);
      await workbench.screenshotInBothThemes("output-standing");
      await follow.press("Enter");
      await until(async () => (await fromEnd()) === 0);
      assert.equal(await workbench.waitForCellEnd(LOG + 4), "success");
      await findInWebviews(workbench.page, ".dr-log[aria-label='Log with 800 lines']");

      await workbench.reload();
      await workbench.waitForStatus(/DRILL/, 60_000);
      await workbench.openRunbook("outputs.runbook.md");
      await workbench.focusCell(LOG + 3);
      const button = await findInWebviews(workbench.page, ".dr-bar button:text('Open Whole Output')");
      assert.equal(await (await findInWebviews(workbench.page, ".dr-count:text('10,000 lines')")).innerText(), "10,000 lines, 536.1 KiB");
      await button.press("Enter");
      await workbench.page.getByRole("tab", { name: /^0001-long-stdout\.txt/ }).waitFor();
      await workbench.page.locator(".monaco-editor .view-line").filter({ hasText: "order 1 was taken" }).first().waitFor();
      await workbench.screenshot("output-whole-dark");
    });
  });
});
