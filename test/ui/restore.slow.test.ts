import assert from "node:assert/strict";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, rowOf } from "../host/firstRunbook.ts";
import { runCells, startFirstDrill, verifyRecovery } from "../host/firstRehearsal.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

/** With the shared facts: they say which backups bring data back. */
const FILES = [...FIRST_RUNBOOK_FILES, "notebooks/buildnest.yaml"];

describe("scenario 1, where a restart is not enough", function () {
  this.timeout(420_000);

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
