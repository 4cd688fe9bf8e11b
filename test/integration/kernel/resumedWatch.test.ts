import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelClient, KernelState, WorldState } from "../../../src/core/protocol.ts";
import type { JournalRecord } from "../../../src/core/run/journalEvent.ts";
import { startKernel, startWorld } from "../../../src/services/kernelProcess.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const BUNDLES = join(ROOT, "dist");
const F = "```";
const RUNBOOK = `---
title: Watched
targets:
  cluster:
    kubernetes: { context: buildnest-prod, namespace: buildnest }
    alias: prod
verification: [database, application]
---

# Watched

${F}bash {name: database}
kubectl get pod mysql-0 -n buildnest
# Expected: contains "Running"
${F}

${F}bash {name: application}
kubectl get pods -n buildnest
# Expected: contains "Running"
${F}
`;

describe("a kernel that dies while it watches the verification", function () {
  this.timeout(60_000);
  let home: string;
  let worldStatePath: string;
  let run: string;
  let kernel: KernelClient;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), "watched-"));
    writeFileSync(join(home, "watched.runbook.md"), RUNBOOK);
    worldStatePath = await startWorld({ bundles: BUNDLES, description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 30 });
  });
  after(async () => {
    await controlWorld(JSON.parse(readFileSync(worldStatePath, "utf8")) as WorldState, "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(async () => {
    kernel = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
    ({ run } = await kernel.request("startRun", {
      mode: "drill", runbookPath: join(home, "watched.runbook.md"), driver: "test", unattended: true, worldStatePath, parameters: {}, impactAt: "now",
    }));
  });
  afterEach(async () => {
    await kernel.request("endRun", { by: "person" });
    kernel.dispose();
  });

  it("watches again when it is taken up, though not every verification cell was run, and marks the service restored", async () => {
    await kernel.request("verify", {});
    await killAndResume();
    for (let turn = 0; turn < 400 && (await kernel.request("status", {})).clock.restoredAt === undefined; turn += 1) await sleep(50);
    const after = await sinceResumed();
    const restored = after.find((record) => record.type === "clockMarked");
    assert.deepEqual([restored?.mark, restored?.by], ["restored", "machine"]);
    assert.ok(after.some((record) => record.type === "verificationChecked"));
    assert.ok(after.every((record) => record.type !== "cellStarted"), "no verification cell was run");
  });

  it("watches nothing that nobody had asked it to watch", async () => {
    await killAndResume();
    // Three rounds of the drill's time, and the machine's own.
    await sleep(2000);
    assert.deepEqual((await sinceResumed()).filter((record) => record.type === "verificationChecked"), []);
  });

  async function killAndResume(): Promise<void> {
    const { pid }: KernelState = JSON.parse(readFileSync(join(home, "runs", run, "kernel.json"), "utf8"));
    process.kill(pid, "SIGKILL");
    await sleep(300);
    kernel.dispose();
    kernel = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test", resume: run });
  }

  async function sinceResumed(): Promise<readonly JournalRecord[]> {
    const records = await kernel.request("journal", {});
    return records.slice(records.findIndex((record) => record.type === "resumed"));
  }
});
