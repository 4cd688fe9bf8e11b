import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chainEvent } from "../../../src/core/run/chain.ts";
import { isAlive } from "../../../src/services/journal/runFolder.ts";
import { testCacheFolder } from "../../../scripts/lib/paths.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const CLI = join(ROOT, "dist/cli.js");
const NOTEBOOK = join(ROOT, "notebooks/01-database-failure.runbook.md");

describe("a call of the command line", function () {
  this.timeout(120_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "calls-"));
    mkdirSync(join(folder, "home"));
    environment = { HOME: join(folder, "home"), TMPDIR: folder, XDG_CACHE_HOME: testCacheFolder(), PATH: "" };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  const cli = (...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } => spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: "utf8", env: environment });

  it("that is wrong, or whose file cannot be read, ends with 2, what failed and the cure", () => {
    writeFileSync(join(folder, "plain.md"), "# Plain\n");
    writeFileSync(join(folder, "lost.runbook.md"), "---\nworld: worlds/lost.yaml\n---\n");
    writeFileSync(join(folder, "broken.runbook.md"), "---\nworld: [worlds/x.yaml\n---\n");
    writeFileSync(join(folder, "latin.md"), Buffer.from([0x23, 0x20, 0xe4, 0x0a]));
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["nonsense", /^Reading the call: there is no command nonsense\.\nThere are cells, drill, .*--help/],
      ["plan gone.md", /^Reading gone\.md: there is no such file or folder\.\nCheck the path\.\n$/],
      ["cells .", /^Reading \.: it is a folder\.\nName one file in it\.\n$/],
      ["import latin.md", /^Reading latin\.md: .*not valid UTF-8\.\nConvert it/],
      ["import plain.md --out gone/x.md", /^Writing gone\/x\.md: there is no such file or folder/],
      ["drill broken.runbook.md --unattended", /^[^\n]*broken\.runbook\.md:3: The front matter cannot be read: .* Correct the YAML between the two --- lines\.\nDrilling .* names no world/],
      ["shell plain.md", /^Printing the cells as shell: plain\.md has no command cells\.\nCommands stand in fences/],
      ["drills gone", /^Reading .*gone: there is no such file/],
      ["drill plain.md --unattended", /names no world\.\nAdd "world:/],
      ["drill lost.runbook.md --unattended", /worlds\/lost\.yaml, is not there\.\nCorrect world/],
      ["preflight lost.runbook.md --drill", /worlds\/lost\.yaml, is not there\.\nCorrect world/],
      [`preflight ${NOTEBOOK} --parameter NOPE=x`, /^Reading --parameter NOPE: the runbook has no such parameter\.\nIt has DB_POD/],
      ["drill . --all --fault x", /--all takes no --fault/],
      [`drill ${NOTEBOOK} --unattended --option 9=Z`, /--option 9=Z: the runbook has no such option\.\nIt has 3=A, 3=B/],
      [`drill ${NOTEBOOK} --unattended --attach gone`, /^Reading .*gone: there is no such file/],
      [`drill ${NOTEBOOK} --unattended --attach home`, /^Using the drill world of .*world\.json: ENOENT/],
      [`drill ${NOTEBOOK}`, /no terminal to ask at/],
      [`run ${NOTEBOOK}`, /no terminal to ask at/],
      ["verify gone.jsonl", /^Reading gone\.jsonl: there is no such file/],
      ["export gone", /^Opening run gone: there is no journal/],
    ];
    for (const [line, expected] of wrong) {
      const { status, stdout, stderr } = cli(...line.split(" "));
      assert.match(stderr, expected, line);
      assert.deepEqual([status, stdout], [2, ""], line);
    }
    assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith("dr-")), [], "nothing was started, or left");
    const help = cli("help");
    assert.deepEqual([help.status, help.stderr], [0, ""]);
    assert.match(help.stdout, /Exit codes: 0 done/);
  });

  it("says of a journal that is empty, broken or has no start that it is, and neither exports nor passes it", () => {
    const started = { type: "runStarted", seq: 0 };
    const note = chainEvent({ type: "noteAdded", text: "x" }, undefined, 0, 0);
    const runs: readonly (readonly [string, string, number, RegExp, RegExp])[] = [
      ["empty", "", 1, /^EMPTY: /, /does not begin with the start of a run/],
      ["torn", `${JSON.stringify(started)}\n`, 1, /^BROKEN at record 0/, /does not follow the one before/],
      ["headless", `${JSON.stringify(note)}\n`, 0, /^OK 1 records/, /does not begin with the start of a run/],
      ["noise", "no journal\n", 2, /^$/, /line 1 is not JSON\.\nKeep the file/],
    ];
    for (const [run, journal, status, verified, exported] of runs) {
      mkdirSync(join(folder, "runs", run), { recursive: true });
      writeFileSync(join(folder, "runs", run, "journal.jsonl"), journal);
      const verification = cli("verify", run, "--state-root", "runs");
      assert.equal(verification.status, status, run);
      assert.match(verification.stdout, verified, run);
      const log = cli("export", run, "--state-root", "runs");
      assert.deepEqual([log.status, log.stdout], [2, ""], run);
      assert.match(log.stderr, exported, run);
    }
  });

  it("whose output nobody reads any more ends quietly, as by the signal", async () => {
    for (const args of [["plan", NOTEBOOK], ["lint", join(ROOT, "notebooks"), "--notes"], ["shell", NOTEBOOK]]) {
      const { code, errors } = await closedEarly(args);
      assert.deepEqual([code, errors], [141, ""], args.join(" "));
    }
  });

  it("whose output nobody reads any more ends what it has started", async () => {
    const { code, errors } = await closedEarly(["drill", NOTEBOOK, "--unattended", "--rate", "60", "--state-root", join(folder, "runs")]);
    assert.deepEqual([code, errors], [141, "Interrupted by SIGPIPE: what was started is ended.\n"]);
    const [run = ""] = readdirSync(join(folder, "runs")).filter((name) => name.includes("-drill-"));
    assert.match(readFileSync(join(folder, "runs", run, "journal.jsonl"), "utf8"), /"runEnded"/);
    for (const deadline = Date.now() + 30_000; temporary().length > 0; await delay(50)) assert.ok(Date.now() < deadline, temporary().join(", "));
  });

  it("of a preflight checks with the parameters that it gives", () => {
    const checked = cli("preflight", NOTEBOOK, "--drill", "--parameter", "DB_POD=mysql-9");
    assert.equal(checked.status, 1, checked.stderr);
    assert.match(checked.stdout, /mysql-9/);
  });

  it("of a preflight leaves no kernel behind", async () => {
    cpSync(NOTEBOOK, join(folder, "a.runbook.md"));
    const child = spawn(process.execPath, [CLI, "preflight", "a.runbook.md", "--state-root", join(folder, "runs")], { cwd: folder, env: environment, stdio: "ignore" });
    let kernel = 0;
    for (const deadline = Date.now() + 30_000; kernel === 0; await delay(5)) {
      assert.ok(Date.now() < deadline && child.exitCode === null, "no kernel was seen");
      kernel = Number(readFileSync(`/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`, "utf8").trim().split(" ")[0] ?? 0);
    }
    await new Promise((done) => child.once("close", done));
    for (const deadline = Date.now() + 10_000; isAlive(kernel); await delay(50)) assert.ok(Date.now() < deadline, "its kernel goes on");
    assert.deepEqual(temporary(), []);
  });

  const temporary = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith("dr-"));

  /** A call whose reader is gone before it prints. */
  async function closedEarly(args: readonly string[]): Promise<{ readonly code: number; readonly errors: string }> {
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.stdout.destroy();
    return { code: await new Promise<number>((done) => child.once("close", (code) => done(code ?? -1))), errors };
  }
});
