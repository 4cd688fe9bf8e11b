import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.ts";
import { drill } from "./drillCommand.ts";

const F = "```";

/** A runbook beside nothing, in the world of the notebooks. */
function runbook(front: string): string {
  return `---\ntitle: A runbook\nid: a-runbook\nrto: 15 minutes\nworld: ${join(root, "notebooks/worlds/buildnest.yaml")}\n${front}\ntargets:\n  cluster:\n    kubernetes: { context: buildnest-prod, namespace: buildnest }\n---\n\n## Step 1: Look\n\n${F}bash {name: look}\nkubectl get pods -n buildnest\n${F}\n`;
}

describe("what a drill proves", function () {
  this.timeout(120_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "proof-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it("is nothing without a verification", async () => {
    const path = join(home, "none.runbook.md");
    writeFileSync(path, runbook("drill: { fault: database-crash-loop }"));
    const { code, last, text } = await drill(path, home);
    assert.match(last, /^FAIL not recovered, RTO 15:00 — Service was not restored: the runbook names no verification, so nothing could show it\. The fault still stands: pod mysql-0 is still the one that was damaged \(database-crash-loop\)\.$/, text);
    assert.equal(code, 1);
  });

  it("is nothing over a fault that the verification does not see, and the report says what still stands", async () => {
    const path = join(home, "looks.runbook.md");
    writeFileSync(path, runbook("verification: [look]\ndrill: { fault: database-disk-full }"));
    const full = await drill(path, home);
    assert.match(full.last, /^FAIL not recovered, RTO 15:00 — The fault still stands: the volume data-mysql-0 is 100 % used, and \/var\/lib\/mysql\/old-dumps\.tar is still on it \(database-disk-full\)\.$/, full.text);
    assert.equal(full.code, 1);
    const late = await drill(path, home, ["--fault", "replica-lag"]);
    assert.match(late.last, /^FAIL not recovered, RTO 15:00 — Nothing was recovered: replica-lag broke nothing that had to be cured, or ended by itself\.$/, late.text);
    assert.equal(late.code, 1);
  });

  it("is drawn as a surprise from the runbook's own faults only", async () => {
    const path = join(home, "own.runbook.md");
    writeFileSync(path, runbook("verification: [look]"));
    const { code, text } = await drill(path, home, ["--surprise"]);
    assert.match(text, /Choosing a surprise: the runbook names no fault that it is for/);
    assert.equal(code, 2);
  });
});
