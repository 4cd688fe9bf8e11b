import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AskParams, AskResult, KernelClient, KernelState, WorldState } from "../../../src/core/protocol.ts";
import { verifyChain } from "../../../src/core/run/chain.ts";
import { describeEvent } from "../../../src/core/run/eventText.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { connectKernel } from "../../../src/services/kernelClient.ts";
import { startKernel, startWorld } from "../../../src/services/kernelProcess.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const BUNDLES = resolve(import.meta.dirname, "../../../dist");
const RUNBOOK = `---
title: Two at once
targets:
  cluster:
    kubernetes: { context: buildnest-prod, namespace: buildnest }
    alias: prod
---

# Two at once
`;
const CHANGE = "kubectl rollout restart deployment/buildnest-app -n buildnest";

/** A front that keeps what it is asked, answered only when told to. */
class AskedFront {
  readonly kernel: KernelClient;
  readonly questions: { readonly params: AskParams; readonly withdrawn: AbortSignal; answer(result: AskResult): void }[] = [];
  output = "";

  constructor(kernel: KernelClient) {
    this.kernel = kernel;
    kernel.on("output", ({ text }) => void (this.output += text));
    kernel.onAsk((params, withdrawn) => new Promise((answer) => void this.questions.push({ params, withdrawn, answer })));
  }

  run(execution: string, text: string): Promise<string> {
    return this.kernel.request("runCell", { execution, cell: { name: execution, step: undefined, language: "bash" }, text, via: undefined, timeoutMs: undefined }).then(({ status }) => status);
  }
}

describe("a run with several fronts", function () {
  this.timeout(60_000);
  let home: string;
  let world: WorldState;
  let worldStatePath: string;
  let first: AskedFront;
  let socket: string;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "driving-"));
    worldStatePath = await startWorld({ bundles: BUNDLES, description: resolve(BUNDLES, "../notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 30 });
    world = JSON.parse(readFileSync(worldStatePath, "utf8"));
  });
  after(async () => {
    await controlWorld(world, "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(async () => {
    writeFileSync(join(home, "two.runbook.md"), RUNBOOK);
    first = new AskedFront(await startKernel({ bundles: BUNDLES, root: join(home, "runs"), client: "vscode" }));
    const { run } = await first.kernel.request("startRun", { mode: "drill", runbookPath: join(home, "two.runbook.md"), driver: "alice", unattended: false, worldStatePath, parameters: {}, impactAt: undefined });
    socket = (JSON.parse(readFileSync(join(home, "runs", run, "kernel.json"), "utf8")) as KernelState).socket;
  });
  const open: KernelClient[] = [];
  afterEach(async () => {
    // Whoever drives at the end of a test ends the run.
    const last = await attach("cli");
    if (!last.kernel.seat.isYours) await last.kernel.request("takeOver", { driver: "test" });
    await last.kernel.request("endRun", { by: "person" });
    for (const kernel of [first.kernel, ...open.splice(0)]) kernel.dispose();
  });

  async function attach(client: string): Promise<AskedFront> {
    const kernel = await connectKernel(socket, client);
    open.push(kernel);
    return new AskedFront(kernel);
  }

  it("is watched by the second: it sees cells and output, is told who drives, and may change nothing", async () => {
    const second = await attach("vscode");
    assert.deepEqual([first.kernel.seat, second.kernel.seat], [{ isYours: true, front: "vscode" }, { isYours: false, front: "vscode" }]);
    assert.equal(await first.run("look", "echo seen by both"), "succeeded");
    assert.match(second.output, /seen by both/);
    assert.equal((await second.kernel.request("status", {})).cells[0]?.cell.name, "look");
    for (const change of [() => second.run("own", "echo no"), () => second.kernel.request("addNote", { text: "no" }), () => second.kernel.request("endRun", { by: "person" })]) {
      await assert.rejects(change, (error) => error instanceof RuntimeError && error.code === "notDriving" && error.message === "Changing the run: alice drives it in an editor window, and this front only watches." && error.hint !== "");
    }
    assert.deepEqual((await second.kernel.request("journal", {})).filter(({ type }) => type === "noteAdded" || type === "driverTaken"), []);
  });

  it("asks who drives, and a question that is open when another takes over is withdrawn here and asked there", async () => {
    const second = await attach("cli");
    const outcome = first.run("scale", CHANGE);
    await until(() => first.questions.length === 1);
    assert.equal(second.questions.length, 0);
    const { head } = await second.kernel.request("status", {});
    await second.kernel.request("takeOver", { driver: "bob" });
    await until(() => second.questions.length === 1);
    assert.deepEqual([first.questions[0]?.withdrawn.aborted, second.questions[0]?.params.kind], [true, "gate"]);
    // What the first front says after that counts for nothing.
    first.questions[0]?.answer({ kind: "gate", answer: "no", typed: undefined });
    second.questions[0]?.answer({ kind: "gate", answer: "yes", typed: undefined });
    assert.equal(await outcome, "succeeded");
    assert.deepEqual([first.kernel.seat, second.kernel.seat], [{ isYours: false, front: "cli" }, { isYours: true, front: "cli" }]);
    await assert.rejects(first.run("again", "echo no"), /bob drives it at a terminal/);

    const records = await first.kernel.request("journal", {});
    const taken = records.find((record) => record.type === "driverTaken");
    assert.ok(taken?.type === "driverTaken");
    assert.deepEqual([taken.driver, taken.front, taken.head, describeEvent(taken)?.text], ["bob", "cli", head, "bob took over at a terminal"]);
    assert.equal(taken.prev, head);
    assert.equal(verifyChain(records), undefined);
    assert.equal((await first.kernel.request("status", {})).driver, "bob");
  });

  it("waits where who drives has gone: a watcher is not asked in its place, and the next that attaches drives without being asked", async () => {
    const watcher = await attach("cli");
    void first.run("scale", CHANGE).catch(() => undefined);
    await until(() => first.questions.length === 1);
    first.kernel.dispose();
    await until(() => watcher.kernel.seat.front === undefined);
    assert.equal(watcher.questions.length, 0);
    await assert.rejects(watcher.run("own", "echo no"), /nobody drives it: the front of alice has gone/);
    const reloaded = await attach("vscode");
    assert.deepEqual([reloaded.kernel.seat.isYours, watcher.kernel.seat], [true, { isYours: false, front: "vscode" }]);
    await until(() => reloaded.questions.length === 1);
    reloaded.questions[0]?.answer({ kind: "gate", answer: "no", typed: undefined });
    assert.equal(await reloaded.run("after", "echo goes on"), "succeeded");
    assert.ok(!(await watcher.kernel.request("journal", {})).some(({ type }) => type === "driverTaken"));
  });
});

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (isSo()) return;
    await sleep(50);
  }
  assert.fail("it did not come to pass within ten seconds");
}
