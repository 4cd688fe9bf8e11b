import assert from "node:assert/strict";
import { verifyChain } from "../../src/core/run/chain.ts";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, journalOf, outcomesOf, rowOf, waitForOutcome } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

describe("a crash of the editor", function () {
  this.timeout(400_000);

  it("keeps the question that was open, the statement in flight and every event: extension host killed, window reloaded", async () => {
    await withWorkbench({ extension: "vsix", files: FIRST_RUNBOOK_FILES, theme: "dark" }, async (workbench) => {
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.openView("DR Runbook");
      await workbench.runCommand("Runbook: Start Drill…");
      await workbench.waitForQuickInput("what breaks", 60_000);
      await workbench.pick("Database crash loop");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
      const kernel = workbench.processes(/kernel\.js/);
      const world = workbench.processes(/world\.js/);

      // While a question stands open.
      await workbench.runCell(rowOf("restart-database"));
      await workbench.waitForQuickInput("No: do not run it");
      await killExtensionHost(workbench);
      await workbench.screenshot("host-killed-dark");
      await workbench.waitForQuickInput("No: do not run it", 90_000);
      await workbench.screenshot("host-back-dark");
      await workbench.pressInQuickInput("ArrowDown", "Enter");

      // While the statement is in flight: the database takes its time to come up.
      await workbench.page.waitForTimeout(2_000);
      await workbench.reload();
      await workbench.waitForStatus(/DRILL/, 60_000);
      await workbench.openRunbook(FIRST_RUNBOOK);
      await waitForOutcome(workbench, "restart-database");
      await workbench.screenshot("reloaded-dark");
      assert.deepEqual([workbench.processes(/kernel\.js/), workbench.processes(/world\.js/)], [kernel, world]);

      // The run goes on in the window that came back.
      await workbench.runCell(rowOf("restart-check"));
      await waitForOutcome(workbench, "restart-check");
      const records = journalOf(workbench);
      assert.equal(verifyChain(records), undefined);
      assert.deepEqual(outcomesOf(records), ["restart-database succeeded", "restart-check succeeded"]);
    });
  });
});

/** The extension host is the only process of the server that was started for one window's extensions. */
async function killExtensionHost(workbench: Workbench): Promise<void> {
  const hosts = workbench.processes(/type=extensionHost/);
  assert.equal(hosts.length, 1, String(hosts));
  for (const pid of hosts) process.kill(pid, "SIGKILL");
  // VS Code asks within two seconds what its host died of; on a busy machine it learns nothing, starts no other and says nothing: a person reloads.
  for (let waited = 0; workbench.processes(/type=extensionHost/).every((pid) => hosts.includes(pid)); waited += 500) {
    if (waited === 20_000) return workbench.reload();
    await workbench.page.waitForTimeout(500);
  }
}
