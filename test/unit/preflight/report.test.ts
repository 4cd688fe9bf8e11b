import assert from "node:assert/strict";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { CheckSources } from "../../../src/core/preflight/check.ts";
import { binaryChecks } from "../../../src/core/preflight/localChecks.ts";
import type { PreflightReport } from "../../../src/core/preflight/report.ts";
import { reportHeadline } from "../../../src/core/preflight/reportText.ts";

const report = (counts: PreflightReport["counts"]): PreflightReport => ({ version: 1, title: "r", startedAt: 0, tookMs: 440, isDrill: false, targets: [], items: [], counts });

describe("a preflight's headline", () => {
  const table: readonly (readonly [PreflightReport["counts"], string])[] = [
    [{ ok: 49, fails: 1, warns: 2, unknown: 6 }, "1 will fail, 2 may fail, 6 not checked, 49 all right: 58 checks in 0.4 s. Nothing was changed."],
    [{ ok: 49, fails: 0, warns: 2, unknown: 0 }, "nothing is known to fail, 2 may fail, 49 all right: 51 checks in 0.4 s. Nothing was changed."],
    [{ ok: 3, fails: 0, warns: 0, unknown: 0 }, "ready, 3 all right: 3 checks in 0.4 s. Nothing was changed."],
  ];
  for (const [counts, headline] of table) it(headline, () => assert.equal(reportHeadline(report(counts)), headline));
});

describe("a program in a drill's preflight", () => {
  const verdict = async (line: string, rehearsed: readonly string[]): Promise<string | undefined> => {
    const sources = { isRehearsed: async (argv: readonly string[]) => rehearsed.some((one) => argv.join(" ").startsWith(one)) } as unknown as CheckSources;
    const [check] = binaryChecks(planOperation(wordsOf(line.split(" "))).operation, true);
    return (await check?.run(sources, new AbortController().signal))?.verdict;
  };

  it("is all right where the world stands in for it, and fails where it does not", async () => {
    assert.deepEqual([await verdict("terraform plan -out=x", ["terraform plan"]), await verdict("terraform state pull", ["terraform plan"]), await verdict("kubectl get pods", [])], ["ok", "fails", undefined]);
  });
});
