import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { assertIdlingFails, drill } from "./drillCommand.ts";

const RUNBOOK = resolve(import.meta.dirname, "../../notebooks/02-application-deployment-failure.runbook.md");
const FAST = ["--rate", "20"];

describe("scenario 2 with an Argo Rollout, rehearsed from the command line", function () {
  this.timeout(120_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const fault of ["rollout-stuck", "rollout-errors"]) {
    it(`${fault}: passes by aborting and undoing it`, async () => {
      const { code, text, last } = await drill(RUNBOOK, home, [...FAST, "--fault", fault, "--option", "2=3"]);
      assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 10:00$/, text);
      assert.equal(code, 0);
      assert.match(text, /^Option 3: .*succeeded in .* of 4 min/mu);
    });
  }

  // The other fault idles in test/integration/world/rollouts.test.ts.
  it("fails when nobody does anything", () => assertIdlingFails(RUNBOOK, home, ["--fault", "rollout-stuck"]));

  it("fails by the commands for a Deployment, which is not there", async () => {
    const { last, text } = await drill(RUNBOOK, home, [...FAST, "--fault", "rollout-stuck", "--option", "2=2"]);
    assert.match(last, /^FAIL not recovered/, text);
    assert.match(text, /set-good-image: failed/u);
  });
});
