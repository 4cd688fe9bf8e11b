import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelClient, KernelState, WorldState } from "../../src/core/protocol.ts";
import { parseJournal, verifyChain } from "../../src/core/run/chain.ts";
import type { JournalRecord } from "../../src/core/run/journalEvent.ts";
import { reduceJournal } from "../../src/core/run/runState.ts";
import { cellReference, findCell } from "../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { isAlive } from "../../src/services/journal/runFolder.ts";
import { controlWorld } from "../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BUNDLES = join(ROOT, "dist");
const RUNBOOK = join(ROOT, "notebooks/01-database-failure.runbook.md");
/** The quick path: a read, a change with gate and wait, a query, a verification. */
const CELLS = ["detect-pods", "triage-error-log", "restart-database", "restart-check", "app-health"];

describe("killing the kernel", function () {
  this.timeout(180_000);
  let home: string;
  let worldState: string;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "kill-"));
    worldState = await startWorld({ bundles: BUNDLES, description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 60 });
  });
  after(async () => {
    await controlWorld(JSON.parse(readFileSync(worldState, "utf8")) as WorldState, "shutdown", {});
    await sleep(200);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it("at each journal event loses no event that a front was told, and resumes with the interrupted cell unknown", async () => {
    let events = 0;
    for (let victim = 1; ; victim += 1) {
      const seen = await runUntil(victim);
      events = Math.max(events, seen.told.length);
      const records = parseJournal(readFileSync(seen.journal, "utf8"));
      assert.equal(verifyChain(records), undefined, `killed at event ${victim}`);
      const written = new Set(records.map((record) => record.hash));
      assert.ok(seen.told.every((record) => written.has(record.hash)), `killed at event ${victim}: an event that was told is not in the journal`);
      const open = reduceJournal(records).open;
      const resumed = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test", resume: seen.run });
      const status = await resumed.request("status", {});
      for (const execution of open) {
        const cell = status.cells.find((candidate) => candidate.execution === execution);
        assert.equal(cell?.outcome?.status, "unknown", `killed at event ${victim}`);
      }
      const all = await resumed.request("journal", {});
      assert.equal(verifyChain(all), undefined);
      assert.deepEqual(all.slice(0, records.length).map((record) => record.hash), records.map((record) => record.hash));
      await resumed.request("endRun", { by: "person" });
      resumed.dispose();
      if (!seen.wasKilled) break;
    }
    assert.ok(events > 20, `${events} events`);
  });

  /** Walks the quick path in a run of its own and kills the kernel when it tells of the event number `victim`. */
  async function runUntil(victim: number): Promise<{ readonly run: string; readonly journal: string; readonly told: readonly JournalRecord[]; readonly wasKilled: boolean }> {
    const kernel = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
    const told: JournalRecord[] = [];
    let pid = 0;
    let isDue = false;
    const kill = (): void => {
      isDue = true;
      if (pid > 0 && isAlive(pid)) process.kill(pid, "SIGKILL");
    };
    kernel.on("event", (record) => {
      told.push(record);
      if (told.length === victim) kill();
    });
    const { run } = await kernel.request("startRun", { mode: "drill", runbookPath: RUNBOOK, driver: "test", unattended: true, worldStatePath: worldState, parameters: {}, impactAt: undefined }).catch(() => ({ run: "" }));
    const folder = join(home, "runs", run);
    pid = (JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as KernelState).pid;
    if (isDue) kill();
    await walk(kernel);
    const wasKilled = told.length >= victim;
    if (wasKilled) await waitForEnd(pid);
    else {
      process.kill(pid, "SIGTERM");
      await waitForEnd(pid);
    }
    kernel.dispose();
    return { run, journal: join(folder, "journal.jsonl"), told, wasKilled };
  }

  async function walk(kernel: KernelClient): Promise<void> {
    const document = parseRunbook(readFileSync(RUNBOOK, "utf8"));
    for (const name of CELLS) {
      const index = findCell(document, name) ?? -1;
      const command = document.cells[index]?.command;
      assert.ok(command !== undefined, name);
      const isGone = await kernel.request("runCell", { execution: `x-${name}`, cell: cellReference(document, index), text: command.commandText, via: command.via, timeoutMs: command.timeoutMs }).then(() => false, () => true);
      if (isGone) return;
    }
  }

  async function waitForEnd(pid: number): Promise<void> {
    for (let turn = 0; turn < 200 && isAlive(pid); turn += 1) await sleep(25);
    assert.ok(!isAlive(pid), "the kernel has ended");
  }
});
