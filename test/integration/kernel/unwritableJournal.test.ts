import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AskParams, AskResult, KernelClient, KernelState } from "../../../src/core/protocol.ts";
import { parseJournal, verifyChain } from "../../../src/core/run/chain.ts";
import type { JournalRecord } from "../../../src/core/run/journalEvent.ts";
import { cellReference, findCell } from "../../../src/core/runbook/cellName.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { startKernel, startWorld } from "../../../src/services/kernelProcess.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const BUNDLES = join(ROOT, "dist");
const RUNBOOK = join(ROOT, "notebooks/01-database-failure.runbook.md");

/** The kernel's files may not grow beyond a length: what a full disk is to a program. Only Linux can set this for another process. */
describe("a journal that cannot be written", function () {
  this.timeout(60_000);
  const document = parseRunbook(readFileSync(RUNBOOK, "utf8"));
  let home: string;
  let worldState: string;
  let kernel: KernelClient;
  let pid: number;
  let journal: string;
  let asked: AskParams[];
  let answer: AskResult;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), "unwritable-"));
    worldState = await startWorld({ bundles: BUNDLES, description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 30 });
  });
  after(async () => {
    await controlWorld(JSON.parse(readFileSync(worldState, "utf8")), "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(async () => {
    asked = [];
    kernel = await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "test" });
    kernel.onAsk(async (params) => {
      asked.push(params);
      return params.kind === "unwritable" ? answer : undefined;
    });
    const { run } = await kernel.request("startRun", { mode: "drill", runbookPath: RUNBOOK, driver: "test", unattended: false, worldStatePath: worldState, parameters: {}, impactAt: undefined });
    journal = join(home, "runs", run, "journal.jsonl");
    const state: KernelState = JSON.parse(readFileSync(join(home, "runs", run, "kernel.json"), "utf8"));
    pid = state.pid;
    // The watch over the backups writes when it has found them: from then on every event is the test's own.
    for (const deadline = Date.now() + 20_000; !onDisk().some(({ type }) => type === "recoveryPointFound"); await sleep(20)) assert.ok(Date.now() < deadline, "no recovery point is found");
  });
  afterEach(() => {
    kernel.dispose();
    process.kill(pid, "SIGTERM");
  });

  it("stops the cell before it does anything, when the person will not go on", async () => {
    answer = { kind: "unwritable", goOn: false };
    limitFiles(statSync(journal).size + 50);
    await assert.rejects(runCell("detect-pods"), /Writing the journal .*: EFBIG/);
    assert.equal(asked.length, 1);
    limitFiles(undefined);
    assert.equal((await runCell("detect-pods")).status, "succeeded");
    assert.deepEqual(cells(onDisk()), ["detect-pods"]);
  });

  it("goes on in memory after one confirmation, says so, and writes everything down once the disk takes it", async () => {
    answer = { kind: "unwritable", goOn: true };
    const before = onDisk().length;
    limitFiles(statSync(journal).size + 50);
    await runCell("detect-pods");
    await runCell("triage-error-log");
    assert.deepEqual(asked.map((params) => params.kind), ["unwritable"]);
    const { unwritten } = await kernel.request("status", {});
    assert.ok(unwritten > 6, String(unwritten));
    assert.equal(onDisk().length, before);

    limitFiles(undefined);
    await runCell("detect-pods");
    assert.equal((await kernel.request("status", {})).unwritten, 0);
    const records = onDisk();
    assert.equal(verifyChain(records), undefined);
    assert.deepEqual(cells(records), ["detect-pods", "triage-error-log", "detect-pods"]);
    assert.deepEqual(records.filter((record) => record.type === "recordingGap").map((record) => record.fromSeq), [before]);
    assert.deepEqual(records, JSON.parse(JSON.stringify(await kernel.request("journal", {}))));
  });

  function runCell(name: string): Promise<{ readonly status: string }> {
    const index = findCell(document, name);
    const cell = document.cells[index ?? -1]?.command;
    assert.ok(index !== undefined && cell !== undefined, name);
    return kernel.request("runCell", { execution: `${name}-${Math.random()}`, cell: cellReference(document, index), text: cell.commandText, via: undefined, timeoutMs: undefined });
  }

  function onDisk(): readonly JournalRecord[] {
    return parseJournal(readFileSync(journal, "utf8"));
  }

  function cells(records: readonly JournalRecord[]): readonly string[] {
    return records.flatMap((record) => (record.type === "cellOutcome" ? [record.cell.name] : []));
  }

  function limitFiles(bytes: number | undefined): void {
    execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes ?? "unlimited"}:unlimited`]);
  }
});
