import assert from "node:assert/strict";
import type { LintContext } from "../../../src/core/lint/facts.ts";
import { lintRunbook, type LintFinding } from "../../../src/core/lint/lintRunbook.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const CONTEXT: LintContext = { isRunbook: true, today: "2026-02-15", fileExists: undefined, shared: undefined };

/** The findings of a text, lint's rules and all others. */
export function lint(source: string, context: Partial<LintContext> = {}): readonly LintFinding[] {
  return lintRunbook(parseRunbook(source), { ...CONTEXT, ...context });
}

/** Asserts which of the given codes are found and at which words, in order, as `code: words`. */
export function expectFindings(source: string, codes: readonly string[], expected: readonly string[], context: Partial<LintContext> = {}): void {
  const found = lint(source, context).filter(({ problem }) => codes.includes(problem.code));
  assert.deepEqual(found.map(({ problem, start, end }) => `${problem.code}: ${source.slice(start, end)}`), expected, source);
}
