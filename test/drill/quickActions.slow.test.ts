import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACTION_CASES, caseTitle, rehearseAction } from "./quickActionCases.ts";

describe("quick actions of the palette, the others, and where they may not or cannot", function suite() {
  this.timeout(120_000);
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "quick-action-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  for (const each of ACTION_CASES.filter(({ isSlow = false }) => isSlow)) it(caseTitle(each), () => rehearseAction(each, home));
});
