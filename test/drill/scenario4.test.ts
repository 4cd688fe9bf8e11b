import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = "04-cluster-failure.runbook.md";

/** A drill of the command line, with a home of its own and nothing on the PATH. */
async function drill(home: string, notebooks: string, args: readonly string[]): Promise<{ readonly code: number; readonly text: string; readonly last: string }> {
  const child = spawn(process.execPath, [join(ROOT, "dist/cli.js"), "drill", join(notebooks, RUNBOOK), "--unattended", "--rate", "15", "--state-root", join(home, "runs"), ...args], {
    env: { HOME: home, PATH: "", TMPDIR: home }, stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  const code = await new Promise<number>((done) => child.once("close", (exit) => done(exit ?? -1)));
  return { code, text, last: text.trim().split("\n").at(-1) ?? "" };
}

describe("scenario 4, rehearsed from the command line", function () {
  this.timeout(240_000);
  const notebooks = join(ROOT, "notebooks");
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it("passes by failing over to the DR cluster", async () => {
    const { code, text, last } = await drill(home, notebooks, ["--option", "2=1"]);
    assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 1:00:00$/, text);
    assert.equal(code, 0);
    assert.match(text, /detect-cluster: finding: .*ECONNREFUSED/u);
    assert.match(text, /Step 2e: .*succeeded in .* of 6 min/u);
  });

  it("fails when nobody does anything", async () => {
    const { code, last } = await drill(home, notebooks, ["--idle"]);
    assert.match(last, /^FAIL not recovered, RTO 1:00:00/);
    assert.equal(code, 1);
  });

  it("fails when DNS is never changed, however well the DR cluster is", async () => {
    const copy = join(home, "notebooks");
    cpSync(notebooks, copy, { recursive: true });
    const file = join(copy, RUNBOOK);
    const source = readFileSync(file, "utf8");
    writeFileSync(file, source.replace(/#### Step 2e: [\s\S]*?(?=\*\*If successful\*\*)/u, ""));
    const { last, text } = await drill(home, copy, ["--option", "2=1"]);
    assert.match(last, /^FAIL not recovered/, text);
    assert.match(text, /Step 2d: .*succeeded/u);
  });
});
