import assert from "node:assert/strict";
import { FIRST_RUNBOOK_FILES } from "../host/firstRunbook.ts";
import { type Workbench, withWorkbench } from "../host/workbench.ts";

/** The row of the first command: the front matter's cell comes before it. */
const LOG = 1;

/** The output webview's element that matches, in whichever frame it is. */
async function find(workbench: Workbench, selector: string): Promise<ReturnType<Workbench["page"]["locator"]>> {
  for (let turn = 0; turn < 150; turn += 1) {
    for (const frame of workbench.page.frames()) {
      const found = frame.locator(selector).first();
      if ((await found.count()) > 0) return found;
    }
    await workbench.page.waitForTimeout(200);
  }
  throw new Error(`no frame has ${selector}`);
}

/** How many elements of the outputs show a text themselves. */
async function countOf(workbench: Workbench, text: string): Promise<number> {
  const counts = await Promise.all(workbench.page.frames().slice(1).map((frame) => frame.getByText(text).filter({ visible: true }).count()));
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("outputs", function () {
  this.timeout(240_000);

  it("show logs to search, JSON to unfold and tables to filter", async () => {
    await withWorkbench({ extension: "vsix", files: ["test/fixtures/outputs/outputs.runbook.md", ...FIRST_RUNBOOK_FILES] }, async (workbench) => {
      await workbench.openRunbook("outputs.runbook.md");
      await workbench.startDrill("Nothing yet");

      await workbench.runCell(LOG);
      const log = await find(workbench, ".dr-log");
      const search = await find(workbench, ".dr-bar input");
      await search.click();
      await search.pressSequentially("ready for");
      assert.deepEqual((await log.locator("div").allInnerTexts()).filter((line) => !line.includes("ready for")), []);
      assert.match(await (await find(workbench, ".dr-count")).innerText(), /^1 of \d+ lines$/);
      assert.equal(await countOf(workbench, "ready for connections"), 1, "a line is shown once");
      await workbench.screenshotInBothThemes("output-log");
      await search.press("Escape");
      await workbench.clickText(LOG);

      await workbench.runCell(LOG + 1);
      const tree = await find(workbench, ".dr-json");
      await tree.locator("summary .key", { hasText: /^spec$/ }).first().waitFor();
      await (await find(workbench, ".dr-bar button:text('Expand all')")).click();
      await workbench.screenshotInBothThemes("output-json");
      await workbench.clickText(LOG + 1);

      await workbench.runCell(LOG + 2);
      const table = await find(workbench, ".dr-table");
      const filter = await find(workbench, "input[aria-label='Filter the rows']");
      await filter.click();
      await filter.pressSequentially("mysql");
      const rows = await table.locator("tbody tr").allInnerTexts();
      assert.ok(rows.length >= 2 && rows.every((row) => row.includes("mysql")), rows.join(" | "));
      await workbench.screenshotInBothThemes("output-table");
    });
  });
});
