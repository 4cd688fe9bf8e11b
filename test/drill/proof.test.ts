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
    assert.match(last, /^FAIL not recovered, RTO 15:00 — Service was not restored: the runbook names no verification, so nothing could show it\.$/, text);
    assert.equal(code, 1);
  });
});
