import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { testCacheFolder } from "../../scripts/lib/paths.ts";
import { drill } from "./drillCommand.ts";
import { Terminal } from "./typedTerminal.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const F = "```";
const RUNBOOK = `---
title: Restart one pod
world: worlds/buildnest.yaml
drill: { fault: database-crash-loop }
targets:
  cluster:
    kubernetes: { context: buildnest-prod, namespace: buildnest }
    alias: prod
parameters:
  POD: { type: string, description: Which pod restarts?, pattern: '[a-z]+-\\d' }
---

# Restart one pod

## Step 1: Look

${F}bash {name: look}
echo "it is $POD"
${F}
`;

describe("a drill whose runbook has a parameter without a value", function () {
  this.timeout(120_000);
  let home: string;
  let file: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), "parameter-"));
    for (const folder of ["worlds", "monitoring"]) cpSync(join(ROOT, "notebooks", folder), join(home, folder), { recursive: true });
    file = join(home, "restart.runbook.md");
    writeFileSync(file, RUNBOOK);
  });
  afterEach(() => rmSync(join(home, "runs"), { recursive: true, force: true, maxRetries: 5 }));
  after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], HOME: home, TMPDIR: home, XDG_CACHE_HOME: testCacheFolder(), TERM: "xterm" });
  const terminals: Terminal[] = [];
  afterEach(() => terminals.splice(0).forEach((terminal) => terminal.kill()));
  const open = (rest = "", command = "drill"): Terminal => {
    // The shell stays when the person interrupts what runs in it.
    const terminal = new Terminal(`trap : INT; ${process.execPath} ${join(ROOT, "dist/cli.js")} ${command} ${file} --state-root ${join(home, "runs")} ${rest}; echo "exit $?"`, environment());
    terminals.push(terminal);
    return terminal;
  };

  const left = (): readonly string[] => readdirSync(home).filter((name) => name.startsWith("dr-"));

  async function untilNothingIsLeft(): Promise<void> {
    for (const deadline = Date.now() + 30_000; left().length > 0; await sleep(50)) assert.ok(Date.now() < deadline, left().join(", "));
  }

  it("asks the person before anything is started, until the answer is right", async () => {
    const terminal = open();
    await terminal.answer(/POD: Which pod restarts\? /, "no pod");
    await terminal.answer(/It must match[\s\S]*POD: Which pod restarts\? /, "mysql-0");
    await terminal.answer(/DRILL [\s\S]* {2}POD=mysql-0 {2}Which pod restarts\?[\s\S]*e end: /, "");
    await terminal.answer(/it is mysql-0[\s\S]*-- succeeded[\s\S]*e end: /, "e");
    await terminal.answer(/End the run\?/, "y");
    assert.match(await terminal.end(), /exit 1/, "the fault still stands");
    await untilNothingIsLeft();
  });

  it("starts nothing when the person closes the question", async () => {
    const terminal = open();
    await terminal.type(/POD: Which pod restarts\? /, "\u0003");
    assert.match(await terminal.end(), /Nothing was started\.\s*exit 1/);
    assert.deepEqual([left(), existsSync(join(home, "runs"))], [[], false]);
  });

  it("is left by Ctrl-C, taken up by run, and over with its world, its report and its exit code when it is ended there", async () => {
    const first = open("--parameter POD=mysql-0");
    await first.type(/e end: /, "\u0003");
    assert.match(await first.end(), /The run goes on: attach again with dr-runbook run .*restart\.runbook\.md, or in the editor\.[^]*exit 0/);
    const second = open("", "run");
    await second.answer(/DRILL .*, taken over[^]*e end: /, "e");
    await second.answer(/End the run\?/, "y");
    assert.match(await second.end(), /FAIL not recovered[^]*There is no earlier drill[^]*exit 1/);
    await untilNothingIsLeft();
  });

  it("goes on where the person closes the question for a secret: the cell that needs it does not run", async () => {
    writeFileSync(file, RUNBOOK.replace(/ {2}POD: .*/, "  POD: { type: secret, description: The key }"));
    try {
      const terminal = open();
      await terminal.answer(/e end: /, "");
      await terminal.type(/POD: The key /, "\u0003");
      await terminal.answer(/-- refused: .*POD[^]*e end: /, "");
      await terminal.answer(/POD: The key /, "a-secret");
      await terminal.answer(/it is \[redacted\][^]*-- succeeded[^]*e end: /, "e");
      await terminal.answer(/End the run\?/, "y");
      assert.doesNotMatch(await terminal.end(), /a-secret/);
      await untilNothingIsLeft();
    } finally {
      writeFileSync(file, RUNBOOK);
    }
  });

  it("whose step to begin with is not there starts no live run: no clock", async () => {
    const terminal = open("--from 9", "run");
    assert.match(await terminal.end(), /Going to step 9: the runbook has no such step\.\s+It has 1\.\s+exit 2/);
    assert.deepEqual([left(), existsSync(join(home, "runs"))], [[], false]);
  });

  it("ends what it has started when the person interrupts before it has begun", async () => {
    const terminal = open("--parameter POD=mysql-0");
    for (const deadline = Date.now() + 30_000; !left().some((name) => name.startsWith("dr-world-")); await sleep(10)) assert.ok(Date.now() < deadline, "no world was started");
    await terminal.type(/^/, "\u0003");
    assert.match(await terminal.end(), /Interrupted by SIGINT: what was started is ended\.\s+exit 130/);
    await untilNothingIsLeft();
  });

  it("fails without a person before anything is started, with the cure, and goes with the value given", async () => {
    const { code, text } = await drill(file, home);
    assert.equal(text, `Drilling ${file}: POD has no value, and nobody is there to be asked.\nAdd --parameter POD=VALUE, or give a default in the front matter.\n`);
    assert.equal(code, 2);
    assert.deepEqual([left(), existsSync(join(home, "runs"))], [[], false]);
    const given = await drill(file, home, ["--parameter", "POD=mysql-0", "--rate", "120"]);
    assert.match(given.text, /Step 1: Look: succeeded/);
    const [run = ""] = readdirSync(join(home, "runs")).filter((name) => name.includes("-drill-"));
    assert.match(readFileSync(join(home, "runs", run, "journal.jsonl"), "utf8"), /it is mysql-0/);
  });
});
