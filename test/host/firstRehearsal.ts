import assert from "node:assert/strict";
import { FIRST_RUNBOOK, rowOf } from "./firstRunbook.ts";
import type { Workbench } from "./workbench.ts";

/** Opens scenario 1 and starts its drill with what breaks by its title; the side bar shows the run by itself. */
export async function startFirstDrill(workbench: Workbench, fault: string): Promise<void> {
  await workbench.openRunbook(FIRST_RUNBOOK);
  await workbench.startDrill(fault);
  await workbench.waitForStatus(/\d\d:\d\d \/ 15:00/);
  await workbench.page.locator(".part.sidebar").getByText("Cluster Health").first().waitFor();
}

/** Runs cells of scenario 1 by keyboard, each of which has to succeed. */
export async function runCells(workbench: Workbench, names: readonly string[]): Promise<void> {
  for (const name of names) assert.equal(await workbench.runThroughGates(rowOf(name)), "success", name);
}

/** Runs what proves the recovery; the clock stops by itself. */
export async function verifyRecovery(workbench: Workbench): Promise<void> {
  await runCells(workbench, ["app-health", "app-products", "takes-writes", "test-login", "test-order"]);
  const clock = await workbench.waitForStatus(/restored \d\d:\d\d/, 60_000);
  assert.match(clock, /\/ 15:00/);
}

/** Scenario 1 from its diagnosis to its verification, cured by the restart. */
export async function rehearseByRestart(workbench: Workbench, onDiagnosis: () => Promise<void> = async () => {}): Promise<void> {
  await startFirstDrill(workbench, "Database crash loop");
  await workbench.runThroughGates(rowOf("detect-pods"));
  await workbench.waitForOutput(/mysql-0/);
  await workbench.runThroughGates(rowOf("triage-error-log"));
  await onDiagnosis();
  await runCells(workbench, ["restart-database", "restart-check"]);
  await verifyRecovery(workbench);
}
