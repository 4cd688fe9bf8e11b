import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { CellStatus, KernelClient, KernelState } from "../../../src/core/protocol.ts";
import { parseJournal } from "../../../src/core/run/chain.ts";
import type { WholeOutput } from "../../../src/core/run/journalEvent.ts";
import { verifyRun } from "../../../src/services/journal/verifyRun.ts";
import { connectKernel } from "../../../src/services/kernelClient.ts";
import { startKernel, startWorld } from "../../../src/services/kernelProcess.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const MIB = 1024 ** 2;
const SECRET = "correct horse battery";
const RUNBOOK = `---
title: Long outputs
targets:
  cluster:
    kubernetes: { context: buildnest-prod, namespace: buildnest }
    alias: prod
parameters:
  API_KEY: { type: secret, description: A key }
---

# Long outputs
`;
/** A line of an ordinary log; one in a thousand has the secret in it. */
const logLine = (index: number): string => `2026-01-31T02:00:00Z INFO request ${String(index).padStart(9, "0")} took 12 ms for GET /api/orders${index % 1000 === 0 ? ` key ${SECRET}` : ""}\n`;

describe("a long output", function () {
  this.timeout(120_000);
  let home: string;
  let worldStatePath: string;
  let kernel: KernelClient;
  let state: KernelState;
  let folder: string;
  let got = 0;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "long-"));
    writeFileSync(join(home, "long.runbook.md"), RUNBOOK);
    writeFileSync(join(home, "big.log"), Array.from({ length: 700_000 }, (_, index) => logLine(index)).join(""));
    writeFileSync(join(home, "one-line.json"), JSON.stringify(Array.from({ length: 500_000 }, (_, index) => ({ index, name: `order-${index}` }))));
    writeFileSync(join(home, "small.log"), Array.from({ length: 1_200 }, (_, index) => logLine(index + 1)).join(""));
    worldStatePath = await startWorld({ bundles: join(ROOT, "dist"), description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 30 });
  });
  after(async () => {
    await controlWorld(JSON.parse(readFileSync(worldStatePath, "utf8")), "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(async () => {
    got = 0;
    kernel = await startKernel({ bundles: join(ROOT, "dist"), root: join(home, "runs"), client: "test" });
    kernel.on("output", ({ text }) => void (got += text.length));
    const { run } = await kernel.request("startRun", { mode: "drill", runbookPath: join(home, "long.runbook.md"), driver: "test", unattended: false, worldStatePath, parameters: { API_KEY: SECRET }, impactAt: undefined });
    folder = join(home, "runs", run);
    state = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
  });
  afterEach(async () => {
    await kernel.request("endRun", { by: "person" });
    kernel.dispose();
  });

  it("of 50 MiB is whole in a file, masked and private; journal, kernel and front stay small", async () => {
    const frontBefore = process.memoryUsage().rss;
    const status = await runCell("big log", "cat big.log");
    const [kernelMiB, frontMiB] = [peakMemory(state.pid) / MIB, (process.memoryUsage().rss - frontBefore) / MIB];
    const [whole] = status.whole;
    assert.ok(whole !== undefined && status.whole.length === 1);
    const path = join(folder, whole.path);
    assert.equal(whole.path, "output/0001-big-log-stdout.txt");
    assert.ok(whole.bytes > 49 * MIB && whole.lines === 700_000 && whole.missing === undefined, JSON.stringify(whole));
    assert.equal(statSync(path).size, whole.bytes);
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    const text = readFileSync(path, "utf8");
    assert.equal(createHash("sha256").update(text).digest("hex"), whole.sha256);
    assert.equal(text, readFileSync(join(home, "big.log"), "utf8").replaceAll(SECRET, "[redacted]"));
    assert.equal(got, text.length);
    assert.ok(statSync(join(folder, "journal.jsonl")).size < MIB / 2);
    assert.ok(JSON.stringify(await kernel.request("status", {})).length < 32 * 1024);
    console.log(`      the kernel's memory at its height: ${kernelMiB.toFixed(0)} MiB; the front's grew by ${frontMiB.toFixed(0)} MiB`);
    assert.ok(kernelMiB < 300, String(kernelMiB));
    assert.ok(frontMiB < 100, String(frontMiB));
  });

  it("shows head and tail again to a front that attaches later, with the way to the whole", async () => {
    await runCell("json", "cat one-line.json");
    const other = await connectKernel(state.socket, "second");
    const [status] = (await other.request("status", {})).cells;
    assert.ok(status !== undefined);
    const parts = await other.request("cellOutput", { execution: status.execution });
    assert.equal(parts.length, 1);
    assert.match(parts[0]?.text ?? "", /^\[\{"index":0[\s\S]*\n… [\d,]+ characters left out …\n[\s\S]*"order-499999"\}\]$/);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, status.whole[0]?.path ?? ""), "utf8")).length, 500_000);
    const markdown = await other.request("exportRun", { format: "markdown" });
    assert.match(markdown.text, /- Whole output: `output\/0001-json-stdout\.txt` in the run's folder \(\d+\.\d MiB\)/);
    other.dispose();
  });

  it("of a run that is verified is told to be changed, and to be gone", async () => {
    const [whole] = (await runCell("small", "cat small.log")).whole;
    assert.ok(whole !== undefined);
    const journal = join(folder, "journal.jsonl");
    assert.deepEqual((await verifyRun(journal)).faults, []);
    appendFileSync(join(folder, whole.path), "one line more\n");
    assert.match((await verifyRun(journal)).faults.join("\n"), /^CHANGED output\/0001-small-stdout\.txt: /);
    const told = spawnSync(process.execPath, [join(ROOT, "dist/cli.js"), "verify", journal], { encoding: "utf8" });
    assert.deepEqual([told.status, told.stdout.split(":")[0]], [1, "CHANGED output/0001-small-stdout.txt"]);
    rmSync(join(folder, whole.path));
    assert.match((await verifyRun(journal)).faults.join("\n"), /^MISSING output\/0001-small-stdout\.txt: /);
  });

  it("whose kernel is killed is in the record of the next one as far as it came", async () => {
    const interrupted = kernel.request("runCell", { execution: "killed", cell: { name: "big", step: undefined, language: "bash" }, text: "cat big.log", via: undefined, timeoutMs: 110_000 * 30 }).catch(() => undefined);
    for (const enough = (): boolean => got > MIB; !enough(); ) await new Promise((done) => setTimeout(done, 5));
    process.kill(state.pid, "SIGKILL");
    await interrupted;
    kernel.dispose();
    kernel = await startKernel({ bundles: join(ROOT, "dist"), root: join(home, "runs"), client: "test", resume: basename(folder) });
    const [whole] = (await kernel.request("status", {})).cells.find((cell) => cell.execution === "killed")?.whole ?? [];
    assert.ok(whole !== undefined);
    assert.deepEqual([whole.path, whole.stream, whole.missing], ["output/0001-big-stdout.txt", "stdout", "the kernel ended while it was written"]);
    const text = readFileSync(join(folder, whole.path), "utf8");
    assert.deepEqual([whole.bytes, whole.lines], [Buffer.byteLength(text), text.split("\n").length - 1]);
    assert.ok(whole.bytes > MIB / 2 && !text.includes(SECRET));
    assert.deepEqual((await verifyRun(join(folder, "journal.jsonl"))).faults, []);
    assert.match((await kernel.request("exportRun", { format: "markdown" })).text, /Whole output: `output\/0001-big-stdout\.txt`.*it ends early: the kernel ended while it was written/);
  });

  it("that the disk does not take harms neither the run nor what is shown", async function () {
    if (process.platform !== "linux") this.skip();
    execFileSync("prlimit", ["--pid", String(state.pid), `--fsize=${3 * MIB}:unlimited`]);
    const status = await runCell("big", "cat big.log");
    execFileSync("prlimit", ["--pid", String(state.pid), "--fsize=unlimited:unlimited"]);
    const [whole] = status.whole;
    assert.equal(status.outcome?.status, "succeeded");
    assert.match(whole?.missing ?? "", /EFBIG/);
    assert.equal(statSync(join(folder, whole?.path ?? "")).size, whole?.bytes);
    assert.deepEqual((await verifyRun(join(folder, "journal.jsonl"))).faults, []);
    assert.ok(got > 49 * MIB);
    assert.match((await kernel.request("cellOutput", { execution: status.execution }))[0]?.text ?? "", /request 000699999 took/);
  });

  async function runCell(name: string, text: string): Promise<CellStatus & { readonly whole: readonly WholeOutput[] }> {
    const execution = `${name}-${Math.random()}`;
    await kernel.request("runCell", { execution, cell: { name, step: undefined, language: "bash" }, text, via: undefined, timeoutMs: 110_000 * 30 });
    const status = (await kernel.request("status", {})).cells.find((cell) => cell.execution === execution);
    assert.ok(status !== undefined);
    assert.ok(parseJournal(readFileSync(join(folder, "journal.jsonl"), "utf8")).some((record) => record.type === "statementOutcome"));
    return status;
  }

  /** The most memory that a process has had, bytes. */
  function peakMemory(pid: number): number {
    if (process.platform !== "linux") return 0;
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  }
});
