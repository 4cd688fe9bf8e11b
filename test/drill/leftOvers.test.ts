import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KernelState, WorldState } from "../../src/core/protocol.ts";
import { parseJournal } from "../../src/core/run/chain.ts";
import { isAlive } from "../../src/services/journal/runFolder.ts";
import { drill, startDrill, type Drilling } from "./drillCommand.ts";

const RUNBOOK = resolve(import.meta.dirname, "../../notebooks/01-database-failure.runbook.md");
/** What is waited for comes within a second on an idle machine, milliseconds. */
const WITHIN_MS = 60_000;

describe("what a drill of the command line leaves", function suite() {
  this.timeout(240_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "left-overs-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  const temporary = (): readonly string[] => readdirSync(home).filter((name) => name.startsWith("dr-"));

  async function until(what: string, isSo: () => boolean): Promise<void> {
    for (const deadline = Date.now() + WITHIN_MS; !isSo(); await delay(20)) if (Date.now() > deadline) assert.fail(`${what} never was so; there is ${temporary().join(", ")}`);
  }

  /** A process that this one has started; 0 before it has. */
  const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0] ?? 0);

  const untilNothingIsLeft = (): Promise<void> => until("nothing is left", () => temporary().length === 0);

  /** The processes of a drill that has begun its run. */
  async function begun(drilling: Drilling): Promise<{ readonly run: string; readonly pids: readonly number[] }> {
    await until("the run has begun", () => drilling.text().startsWith("Run "));
    const [run = ""] = readdirSync(join(home, "runs")).filter((name) => name.includes("-drill-"));
    const [world = ""] = readdirSync(home).filter((name) => name.startsWith("dr-world-"));
    const states = [join(home, "runs", run, "kernel.json"), join(home, world, "world.json")].map((path) => JSON.parse(readFileSync(path, "utf8")) as KernelState | WorldState);
    return { run: join(home, "runs", run), pids: states.map(({ pid }) => pid) };
  }

  it("is its run alone, when it is over", async () => {
    const { last } = await drill(RUNBOOK, home);
    assert.match(last, /^PASS/u);
    await untilNothingIsLeft();
    assert.deepEqual(readdirSync(home), ["runs"]);
  });

  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    it(`is its run, which has ended, after ${signal}: no folder and no process`, async () => {
      const drilling = startDrill(RUNBOOK, home, ["--rate", "1"]);
      const { run, pids } = await begun(drilling);
      drilling.process.kill(signal);
      const { code: ended, last } = await drilling.done;
      assert.equal(last, `Interrupted by ${signal}: what was started is ended.`);
      assert.equal(ended, code);
      assert.equal(parseJournal(readFileSync(join(run, "journal.jsonl"), "utf8")).findLast(({ type }) => type === "runEnded")?.type, "runEnded");
      await until("its processes have ended", () => !pids.some(isAlive));
      await untilNothingIsLeft();
    });
  }

  it("is no folder of a world that cannot start", async () => {
    const { code, text } = await drill(RUNBOOK, home, ["--engines", "real"], { PATH: home });
    assert.equal(code, 2);
    assert.match(text, /is not on this machine[^\n]*\nInstall MariaDB/u);
    await untilNothingIsLeft();
  });

  it("is no folder and no process of a world that finds out late that a file is missing", async () => {
    cpSync(resolve(RUNBOOK, "../worlds"), join(home, "worlds"), { recursive: true });
    const runbook = join(home, "moved.runbook.md");
    cpSync(RUNBOOK, runbook);
    const drilling = startDrill(runbook, home);
    let world = 0;
    await until("the world is starting", () => (world = childOf(drilling.process.pid ?? 0)) !== 0);
    const { code, text } = await drilling.done;
    assert.match(text, /^Starting world\.js: Reading the rules of the world's Prometheus: .*buildnest\.rules\.yaml.*\nCorrect monitoring\.rules/u);
    assert.equal(code, 2);
    await until("its process has ended", () => !isAlive(world));
    await untilNothingIsLeft();
  });

  it("is no folder of a world that was killed", async () => {
    const drilling = startDrill(RUNBOOK, home, ["--idle", "--rate", "60"]);
    const { pids: [kernel = 0, world = 0] } = await begun(drilling);
    // The kernel first, which would start it again.
    for (const pid of [kernel, world]) process.kill(pid, "SIGKILL");
    assert.notEqual((await drilling.done).code, 0);
    await until("the world's folder is gone", () => !temporary().some((name) => name.startsWith("dr-world-")));
  });
});
