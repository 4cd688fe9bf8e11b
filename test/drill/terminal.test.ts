import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KernelState, WorldState } from "../../src/core/protocol.ts";
import { parseJournal, verifyChain } from "../../src/core/run/chain.ts";
import type { JournalRecord } from "../../src/core/run/journalEvent.ts";
import { startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { controlWorld } from "../../src/services/worldControl.ts";
import { Terminal } from "./typedTerminal.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = join(ROOT, "notebooks/01-database-failure.runbook.md");

describe("a live run in a terminal", function () {
  this.timeout(120_000);
  let home: string;
  let world: WorldState;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "terminal-"));
    const state = await startWorld({ bundles: join(ROOT, "dist"), description: join(ROOT, "notebooks/worlds/buildnest.yaml"), folder: join(home, "world"), rate: 20 });
    world = JSON.parse(readFileSync(state, "utf8"));
  });
  const terminals: Terminal[] = [];
  after(async () => {
    for (const terminal of terminals) terminal.kill();
    await controlWorld(world, "shutdown", {});
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const open = (rest: string): Terminal => {
    const terminal = new Terminal(`${process.execPath} ${join(ROOT, "dist/cli.js")} run ${RUNBOOK} --state-root ${join(home, "runs")} ${rest}`, { PATH: process.env["PATH"], HOME: home, KUBECONFIG: world.kubeconfig, TERM: "xterm" });
    terminals.push(terminal);
    return terminal;
  };

  it("asks at the gate, is left and taken over, forks at an option, and survives the death of its kernel", async () => {
    const first = open("--from 2");
    await first.answer(/Minutes since the impact began/, "3");
    await first.answer(/LIVE incident .*[\s\S]*restart-database[\s\S]*e end: /, "");
    await first.answer(/── prod: Change: kubectl delete ──[\s\S]*undo {3}None is needed: statefulset\/mysql makes it anew\.[\s\S]*Do it\? \[y\/N\] /, "y");
    await first.answer(/-- succeeded[\s\S]*restart-check[\s\S]*e end: /, "n");
    await first.answer(/Note: /, "The pager is quiet again");
    await first.answer(/e end: /, "q");
    assert.match(await first.end(), /The run goes on/);

    const second = open("");
    await second.answer(/taken over[\s\S]*restart-check[\s\S]*e end: /, "g");
    await second.answer(/To which step\? /, "3");
    await second.answer(/1 {2}Option A[\s\S]*2 {2}Option B[\s\S]*Which option\? \[1-4\] /, "1");
    await second.answer(/replica-status[\s\S]*e end: /, "s");
    await second.answer(/Skip Option A: Promote Read Replica: why\? /, "The restart has helped");
    await second.answer(/e end: /, "q");
    await second.end();

    const { pid } = kernel();
    process.kill(pid, "SIGKILL");
    await sleep(300);
    const third = open("");
    await third.answer(/taken up again: its kernel had ended[\s\S]*e end: /, "r");
    await third.answer(/How do you know/, "Orders come in, says support");
    await third.answer(/restored \d\d:\d\d \/ 15:00[\s\S]*e end: /, "e");
    await third.answer(/End the run\?/, "y");
    assert.match(await third.end(), /The run has ended\. Export it with/);

    const records = journal();
    assert.equal(verifyChain(records), undefined);
    const story = records.flatMap((record) => (["gateAnswered", "noteAdded", "driverTaken", "stepSkipped", "optionTaken", "resumed", "runEnded"].includes(record.type) ? [record.type] : []));
    assert.deepEqual(story, ["gateAnswered", "noteAdded", "driverTaken", "optionTaken", "stepSkipped", "resumed", "driverTaken", "runEnded"]);
    const restored = records.find((record) => record.type === "clockMarked" && record.mark === "restored");
    assert.ok(restored?.type === "clockMarked" && restored.by === "person" && restored.reason === "Orders come in, says support");
  });

  it("leaves a run that another front drives where it is, or takes it over, and is told when that is taken over itself", async () => {
    const window = await startKernel({ bundles: join(ROOT, "dist"), root: join(home, "runs"), client: "vscode" });
    try {
      await window.request("startRun", { mode: "incident", runbookPath: RUNBOOK, driver: "alice", unattended: false, worldStatePath: undefined, parameters: {}, impactAt: undefined });
      const first = open("");
      await first.answer(/alice drives it in an editor window since \d\d:\d\d UTC\.[\s\S]*Take it over\? \[y\/N\] /, "");
      assert.match(await first.end(), /It was left where it is/);
      assert.deepEqual(window.seat, { isYours: true, front: "vscode" });

      const second = open("");
      await second.answer(/Take it over\? \[y\/N\] /, "y");
      await second.answer(/taken over[\s\S]*e end: /, "n");
      await second.answer(/Note: /, "The terminal has it");
      await second.answer(/e end: /, "p");
      await second.answer(/ DB_POD=mysql-0 [\s\S]*Set one, as NAME=VALUE\? \[none\] /, "MAX_LAG_SECONDS=often");
      await second.answer(/Nothing was set\. It must be a whole number\.[\s\S]*e end: /, "p");
      await second.answer(/Set one, as NAME=VALUE\? \[none\] /, "DB_POD=mysql-1");
      await second.waitFor(/-- succeeded: DB_POD=mysql-1[\s\S]*e end: /);
      assert.equal((await window.request("variables", {}))["DB_POD"], "mysql-1");
      await window.request("takeOver", { driver: "alice" });
      await second.answer(/This run was taken over in an editor window\. This terminal watches; t takes it over\./, "n");
      await second.answer(/Note: /, "Not mine any more");
      await second.answer(/alice drives it in an editor window[\s\S]*t take over · [\s\S]*e end: /, "t");
      await second.answer(/e end: /, "e");
      await second.answer(/End the run\?/, "y");
      assert.match(await second.end(), /The run has ended/);
    } finally {
      window.dispose();
    }
  });

  function runFolder(): string {
    const run = readdirSync(join(home, "runs")).find((name) => name.includes("-incident-"));
    return join(home, "runs", run ?? "");
  }

  function kernel(): KernelState {
    return JSON.parse(readFileSync(join(runFolder(), "kernel.json"), "utf8"));
  }

  function journal(): readonly JournalRecord[] {
    return parseJournal(readFileSync(join(runFolder(), "journal.jsonl"), "utf8"));
  }
});
