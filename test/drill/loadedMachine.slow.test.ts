import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drill } from "./drillCommand.ts";

const RUNBOOK = resolve(import.meta.dirname, "../../notebooks/01-database-failure.runbook.md");
/** A cell's 20 s are a tenth of a second. */
const RATE = 200;
const BURN = `const end = Date.now() + 100_000; while (Date.now() < end);`;

describe("an unattended drill at many times real time on a machine that others keep busy", function () {
  this.timeout(120_000);
  let home: string;
  let burners: readonly ChildProcess[];
  before(() => {
    home = mkdtempSync(join(tmpdir(), "loaded-machine-"));
    burners = Array.from({ length: 2 * availableParallelism() }, () => spawn(process.execPath, ["--eval", BURN], { stdio: "ignore" }));
  });
  after(() => {
    for (const burner of burners) burner.kill();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  it("recovers, and no statement's time is up because the machine was slow", async () => {
    const { last, text } = await drill(RUNBOOK, home, ["--rate", String(RATE)]);
    const journal = globSync("runs/*/journal.jsonl", { cwd: home }).map((path) => readFileSync(join(home, path), "utf8")).join("");
    assert.ok(journal.includes('"statementOutcome"'), text);
    assert.doesNotMatch(journal, /"timedOut"/u, text);
    // The recovery itself is measured in world time, which goes on: it may come after the objective here.
    assert.match(last, /^(?:PASS|FAIL) recovered in/u, text);
  });
});
