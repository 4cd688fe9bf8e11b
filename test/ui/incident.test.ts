import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorldState } from "../../src/core/protocol.ts";
import { startWorld } from "../../src/services/kernelProcess.ts";
import { controlWorld } from "../../src/services/worldControl.ts";
import { root } from "../../scripts/lib/paths.ts";
import { FIRST_RUNBOOK, FIRST_RUNBOOK_FILES, journalOf, rowOf } from "../host/firstRunbook.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

/** The "production" of this test is a cluster on loopback that the extension knows only by the kubeconfig in its environment. */
describe("a live incident", function () {
  this.timeout(300_000);
  let home: string;
  let world: WorldState;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "live-cluster-"));
    const state = await startWorld({ bundles: join(root, "dist"), description: join(root, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 10 });
    world = JSON.parse(readFileSync(state, "utf8"));
    await controlWorld(world, "inject", { fault: "database-crash-loop", parameters: {} });
  });
  after(async () => {
    await controlWorld(world, "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it("asks before it changes production, takes No for an answer, and is declared restored by a person with a reason; its report is written the morning after", async () => {
    const environment = { KUBECONFIG: world.kubeconfig, AWS_ENDPOINT_URL_S3: world.s3.endpoint, AWS_ACCESS_KEY_ID: world.s3.accessKeyId, AWS_SECRET_ACCESS_KEY: world.s3.secretAccessKey };
    await withWorkbench({ extension: "vsix", files: [...FIRST_RUNBOOK_FILES, "notebooks/08-quick-reference.runbook.md", "notebooks/buildnest.yaml", "notebooks/templates"], theme: "dark", environment }, async (workbench) => {
      const { page } = workbench;
      await workbench.openRunbook(FIRST_RUNBOOK);
      await workbench.openView("DR Runbook");
      await workbench.runCommand("Runbook: Check System Status");
      await workbench.waitForQuickInput("No run is going on");
      await workbench.screenshot("look-choice-dark");
      await workbench.pick("Start Live Look");
      await workbench.waitForStatus(/impact not marked/);
      assert.ok(!journalOf(workbench).some(({ type }) => type === "clockMarked"));
      await workbench.waitForOutput(/mysql-0/);
      await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: "LIVE look" }).waitFor();
      await workbench.screenshot("look-dark");
      await workbench.runCommand("Runbook: End Run…");
      await workbench.pick("End the look");
      await page.locator(".notification-toast").filter({ hasText: "The look has ended; no impact was marked" }).waitFor();
      await workbench.screenshot("look-end-dark");
      await workbench.openRunbook(FIRST_RUNBOOK);

      await workbench.runCommand("Runbook: Start Incident…");
      await workbench.waitForQuickInput("No: start nothing");
      await workbench.screenshot("incident-start");
      await workbench.pick("Impact began 5 minutes ago");
      await workbench.waitForStatus(/LIVE · prod/);
      await workbench.runCell(rowOf("detect-pods"));
      await workbench.waitForOutput(/mysql-0/);

      await workbench.runCell(rowOf("restart-database"));
      const question = await workbench.waitForQuickInput("No: do not run it");
      assert.match(question, /^LIVE prod: Change: kubectl delete/);
      for (const fact of ["kubectl delete pod mysql-0 -n buildnest", `prod (cluster) · ${world.kubernetes}`, "oncall", "kept by statefulset/mysql"]) assert.ok(question.includes(fact), `${fact} in ${question}`);
      await workbench.screenshot("incident-gate-dark");
      await workbench.pressInQuickInput("Enter");
      assert.equal(await workbench.waitForCellEnd(rowOf("restart-database")), "failure");
      await workbench.waitForOutput(/Refused: the answer was No/);

      await workbench.runCell(rowOf("restart-database"));
      await workbench.waitForQuickInput("No: do not run it");
      await workbench.pressInQuickInput("ArrowDown", "Enter");
      await workbench.waitForOutput(/pod "mysql-0" deleted/);
      await workbench.waitForOutput(/condition met/, 60_000);

      // Nothing answers for the application's real name here: the cell must say so and not hang.
      await workbench.runCell(rowOf("app-health"));
      assert.equal(await workbench.waitForCellEnd(rowOf("app-health")), "failure");
      await workbench.waitForOutput(/Could not resolve host/);
      const toast = page.locator(".notification-toast").filter({ hasText: /app-health: failed/ });
      await toast.getByRole("button", { name: "Skip Step…" }).waitFor();
      await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /What now\?.*app-health: failed/ }).waitFor();
      await workbench.screenshot("incident-failed-dark");
      await workbench.runCommand("Runbook: Run Until a Change");
      await workbench.waitForQuickInput("Run it again");
      await workbench.screenshot("incident-decide-dark");
      await workbench.pick("Override the expectation");
      await workbench.answer("Why is it right to go on", "The name resolves for customers only");
      await workbench.waitForOutput(/Overridden by .*: The name resolves for customers only/);
      await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: "What now?" }).waitFor({ state: "hidden" });
      await page.locator(".part.sidebar .monaco-list-row").filter({ hasText: /Acknowledge.*(?:left|overdue)/ }).click();
      await page.locator(".part.statusbar .statusbar-item").filter({ hasText: "Acknowledge" }).waitFor({ state: "hidden" });
      const acknowledged = journalOf(workbench, 2).find((record) => record.type === "clockMarked" && record.mark === "acknowledged");
      assert.ok(acknowledged?.type === "clockMarked" && acknowledged.by === "person" && /^by \S+$/.test(acknowledged.reason));
      assert.deepEqual(journalOf(workbench, 2).flatMap((record) => (record.type === "expectationOverridden" ? [record.reason] : [])), ["The name resolves for customers only"]);
      await workbench.runCommand("Runbook: Mark Recovery Clock…");
      await workbench.pick("Service restored");
      await workbench.waitForQuickInput("how many minutes ago?");
      await workbench.pressInQuickInput("Enter");
      await workbench.answer("how do you know?", "The shop sells again, says support");
      await workbench.waitForStatus(/restored \d\d:\d\d/);
      await workbench.runCommand("Runbook: End Run…");
      await workbench.pick("End the incident");
      await page.locator(".notifications-toasts").filter({ hasText: "Incident ended: restored in" }).waitFor();
      await page.locator(".notifications-toasts").filter({ hasText: "The report is due in 24 h" }).waitFor();
      await workbench.screenshot("incident-ended-dark");

      // The next morning: no kernel has the run any more.
      await workbench.reload();
      await page.locator(".part.sidebar").getByText("No run is going on.").waitFor();
      await workbench.runCommand("Runbook: Export Incident Log…");
      await workbench.waitForQuickInput("The report is due in 24 h");
      await workbench.screenshotInBothThemes("past-run");
      await workbench.pick("Scenario 1: Database Failure");
      await workbench.pick("JSON");
      await workbench.waitForQuickInput("Where to?");
      await workbench.pressInQuickInput("Enter");
      await page.locator(".tabs-container .tab.active").filter({ hasText: ".log.json" }).waitFor();
      await workbench.runCommand("Runbook: Write Update…");
      await workbench.pick("Scenario 1: Database Failure");
      await workbench.pick("Post-incident report");
      await page.locator(".editor-group-container.active .view-line").filter({ hasText: "Post-Incident Report" }).waitFor();
      await page.locator('.editor-group-container.active .editor-actions .action-label[aria-label*="Copy Update"]').click();
      await workbench.waitForStatus(/Copied: Post-incident report/);
      await workbench.screenshot("past-report-dark");
      assert.deepEqual(journalOf(workbench, 2).slice(-2).map(({ type }) => type), ["runEnded", "messagePrepared"]);
    });
  });
});
