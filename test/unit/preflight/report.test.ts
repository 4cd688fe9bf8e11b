import assert from "node:assert/strict";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { CheckSources } from "../../../src/core/preflight/check.ts";
import { binaryChecks } from "../../../src/core/preflight/localChecks.ts";
import type { PreflightItem, PreflightReport } from "../../../src/core/preflight/report.ts";
import { reportHeadline, reportMarkdown } from "../../../src/core/preflight/reportText.ts";

const report = (counts: PreflightReport["counts"]): PreflightReport => ({ version: 1, title: "r", startedAt: 0, tookMs: 440, isDrill: false, targets: [], items: [], counts });

describe("a preflight's headline", () => {
  const table: readonly (readonly [PreflightReport["counts"], string])[] = [
    [{ ok: 49, fails: 1, warns: 2, unknown: 6 }, "1 will fail, 2 may fail, 6 not checked, 49 all right: 58 checks in 0.4 s. Nothing was changed."],
    [{ ok: 49, fails: 0, warns: 2, unknown: 0 }, "nothing is known to fail, 2 may fail, 49 all right: 51 checks in 0.4 s. Nothing was changed."],
    [{ ok: 3, fails: 0, warns: 0, unknown: 0 }, "ready, 3 all right: 3 checks in 0.4 s. Nothing was changed."],
  ];
  for (const [counts, headline] of table) it(headline, () => assert.equal(reportHeadline(report(counts)), headline));
});

describe("a preflight's document", () => {
  const item = (verdict: PreflightItem["verdict"], what: string, detail: string, cure = ""): PreflightItem => ({ kind: "permission", target: "prod", verdict, what, detail, cure, places: [{ cell: "c", step: "step 6" }] });
  const items = [item("ok", "get pods in shop", "allowed"), item("unknown", "$BACKUP", "known only when the cell runs"), item("fails", "patch deployments/web in shop", "cannot patch deployments in shop", "Ask for the right.")];

  it("begins with what is not all right, worst first, with its cure, and has a table of the rest", () => {
    const markdown = reportMarkdown({ ...report({ ok: 1, fails: 1, warns: 0, unknown: 1 }), items });
    const places = ["## What will fail\n\n- **Step 6 will fail: cannot patch deployments in shop** Ask for the right. `patch deployments/web in shop`\n", "## What was not checked\n\n- **Step 6: known only when the cell runs** `$BACKUP`\n", "## Targets", "## What is all right", "| Step 6 | `get pods in shop` | allowed |"].map((text) => markdown.indexOf(text));
    assert.ok(places.every((place, index) => place > (places[index - 1] ?? 0)), `${places.join()}\n${markdown}`);
    assert.doesNotMatch(markdown, /May fail|may fail/);
  });

  it("has no table where nothing is all right", () => assert.doesNotMatch(reportMarkdown({ ...report({ ok: 0, fails: 1, warns: 0, unknown: 0 }), items: items.slice(2) }), /all right\n/));
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
