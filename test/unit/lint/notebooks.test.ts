import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lintRunbook } from "../../../src/core/lint/lintRunbook.ts";
import { describe as wordsOf } from "../../../src/core/problem.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { lintContextOf } from "../../../src/services/lintContext.ts";

const notebooks = resolve(import.meta.dirname, "../../../notebooks");
/** The day of the last look at all of them; suppressions hold until later. */
const TODAY = "2026-12-01";

describe("the shipped notebooks", () => {
  for (const name of globSync("*.runbook.md", { cwd: notebooks }).toSorted()) {
    it(`${name} is clean under lint`, () => {
      const path = join(notebooks, name);
      const source = readFileSync(path, "utf8");
      const document = parseRunbook(source);
      const findings = lintRunbook(document, lintContextOf(path, document, TODAY)).filter(({ severity, problem }) => severity !== "information" || problem.code === "suppression-unused");
      assert.deepEqual(findings.map(({ problem, start }) => `${name}:${String(source.slice(0, start).split("\n").length)} ${problem.code}: ${wordsOf(problem)}`), []);
    });
  }
});
