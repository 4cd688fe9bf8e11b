import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listRuns } from "../../src/services/journal/runFolder.ts";
import { assertIdlingFails, drill } from "./drillCommand.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = "04-cluster-failure.runbook.md";
const FAST = ["--rate", "15"];

describe("scenario 4, rehearsed from the command line", function () {
  this.timeout(240_000);
  const notebooks = join(ROOT, "notebooks");
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it("passes by failing over to the DR cluster", async () => {
    const { code, text, last } = await drill(join(notebooks, RUNBOOK), home, [...FAST, "--option", "2=1"]);
    assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 1:00:00$/, text);
    assert.equal(code, 0);
    assert.match(text, /detect-cluster: finding: .*ECONNREFUSED/u);
    assert.match(text, /Step 2e: .*succeeded in .* of 6 min/u);
  });

  it("passes by rebuilding the cluster, which is pinned once it is there", async () => {
    const copy = join(home, "notebooks");
    cpSync(notebooks, copy, { recursive: true });
    const world = join(copy, "worlds/buildnest.yaml");
    // Nothing happens while Terraform works: the test does not wait for all of it.
    writeFileSync(world, readFileSync(world, "utf8").replace("takesSeconds: 840", "takesSeconds: 60"));
    const { last, text } = await drill(join(copy, RUNBOOK), home, [...FAST, "--option", "2=2"]);
    assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 1:00:00$/, text);
    assert.doesNotMatch(text, /Step 2[a-e]: .* of \d/u, "the other option's steps are not on the way");
    const runs = join(home, "runs");
    const journal = readFileSync(join(runs, listRuns(runs).at(-1) ?? "", "journal.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { readonly type: string; readonly target?: { readonly name: string; readonly address: string; readonly identity: string } });
    const pinned = journal.filter((record) => record.type === "targetPinned" && record.target?.name === "rebuilt").map((record) => record.target);
    assert.equal(pinned.length, 2);
    assert.equal(pinned[0]?.address, "");
    assert.match(pinned[1]?.address ?? "", /^https:\/\/127\.0\.0\.1:\d+$/u);
    assert.notEqual(pinned[1]?.identity, "");
  });

  it("fails when nobody does anything", () => assertIdlingFails(join(notebooks, RUNBOOK), home));

  it("fails when DNS is never changed, however well the DR cluster is", async () => {
    const copy = join(home, "notebooks");
    cpSync(notebooks, copy, { recursive: true });
    const file = join(copy, RUNBOOK);
    const source = readFileSync(file, "utf8");
    writeFileSync(file, source.replace(/#### Step 2e: [\s\S]*?(?=\*\*If successful\*\*)/u, ""));
    const { last, text } = await drill(join(copy, RUNBOOK), home, [...FAST, "--option", "2=1"]);
    assert.match(last, /^FAIL not recovered/, text);
    assert.match(text, /Step 2d: .*succeeded/u);
  });
});
