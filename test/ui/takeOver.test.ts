import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelState } from "../../src/core/protocol.ts";
import { connectKernel } from "../../src/services/kernelClient.ts";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, journalOf, rowOf, waitForOutcome } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";
import type { Workbench } from "../host/workbench.ts";

describe("a run that two fronts have", function () {
  this.timeout(300_000);

  it("is driven by one: the window is told that it was taken over, follows, asks before it drives again, and reloads without being asked", async () => {
    await withWorkbench({ extension: "vsix", files: FIRST_RUNBOOK_FILES, theme: "dark" }, async (workbench) => {
      const { page } = workbench;
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.openView("DR Runbook");
      await workbench.startDrill("Database crash loop");
      await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
      const terminal = await connectKernel(stateOf(workbench).socket, "cli");
      try {
        assert.deepEqual(terminal.seat, { isYours: false, front: "vscode" });
        await terminal.request("takeOver", { driver: "alice" });
        const toast = page.locator(".notification-toast").filter({ hasText: "alice has taken the run over, at a terminal. This window watches." });
        await toast.getByRole("button", { name: "Take Over…" }).waitFor();
        await workbench.waitForStatus(/DRILL watching · prod/);
        await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /You watch: take over….*alice drives it at a terminal since \d\d:\d\d UTC/ }).waitFor();
        await workbench.screenshotInBothThemes("taken-over");

        // It follows what the other does.
        await terminal.request("runCell", { execution: "theirs", cell: { name: "detect-pods", step: undefined, language: "bash" }, text: "kubectl get pods -n buildnest", via: undefined, timeoutMs: undefined });
        await workbench.focusCell(rowOf("detect-pods"));
        await workbench.waitForOutput(/mysql-0/);
        await workbench.runCommand("Runbook: Acknowledge");
        await page.locator(".notification-toast").filter({ hasText: "Changing the run: alice drives it at a terminal" }).waitFor();

        // A cell asks before it drives; Enter is to watch.
        await workbench.runCell(rowOf("restart-database"));
        await workbench.waitForQuickInput("DRILL: alice drives it at a terminal since");
        await workbench.screenshotInBothThemes("take-over");
        await workbench.pressInQuickInput("Enter");
        await page.locator(".quick-input-widget:visible").waitFor({ state: "hidden" });
        assert.deepEqual(terminal.seat, { isYours: true, front: "cli" });
        await workbench.runCell(rowOf("restart-database"));
        await workbench.pick("Take over: this window drives");
        await workbench.waitForQuickInput("No: do not run it");
        assert.deepEqual(terminal.seat, { isYours: false, front: "vscode" });
        await workbench.pressInQuickInput("ArrowDown", "Enter");
        await waitForOutcome(workbench, "restart-database");

        // While a terminal looks on, a reload is no change of drivers.
        await workbench.reload();
        await workbench.waitForStatus(/DRILL · prod/, 60_000);
        assert.deepEqual(terminal.seat, { isYours: false, front: "vscode" });
        const taken = journalOf(workbench).flatMap((record) => (record.type === "driverTaken" ? [[record.front, record.head === record.prev]] : []));
        assert.deepEqual(taken.slice(0, 2), [["cli", true], ["vscode", true]]);
      } finally {
        terminal.dispose();
      }
    });
  });
});

function stateOf(workbench: Workbench): KernelState {
  const [path] = readdirSync(workbench.scratch, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("kernel.json"));
  assert.ok(path !== undefined);
  return JSON.parse(readFileSync(join(workbench.scratch, path), "utf8")) as KernelState;
}
