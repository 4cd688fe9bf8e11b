import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QUICK_ACTIONS } from "../../src/editor/contributions.ts";
import { ACTION_CASES, caseTitle, rehearseAction } from "./quickActionCases.ts";

describe("quick actions of the palette", function suite() {
  this.timeout(120_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "quick-action-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const each of ACTION_CASES.filter(({ isSlow = false }) => !isSlow)) it(caseTitle(each), () => rehearseAction(each, home));

  it("are each rehearsed, alone and to their end, here or with the slow tests", () => {
    const rehearsed = new Set(ACTION_CASES.flatMap(({ action, stops }) => (stops === undefined ? [action] : [])));
    assert.deepEqual(Object.values(QUICK_ACTIONS).filter((name) => !rehearsed.has(name)), []);
  });
});
