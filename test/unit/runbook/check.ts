import assert from "node:assert/strict";
import { severityOf } from "../../../src/core/problem.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

/** Asserts the problems of a text as `code: the words it is at`, in order; information is left out unless asked for. */
export function expectProblems(source: string, expected: readonly string[], withInformation = false): void {
  const { problems } = parseRunbook(source);
  const shown = problems.filter((problem) => withInformation || severityOf(problem) !== "information");
  assert.deepEqual(shown.map((problem) => `${problem.code}: ${source.slice(problem.start, problem.end)}`), expected);
}

/** The text with its problems' fixes applied, last first. */
export function fixed(source: string): string {
  return parseRunbook(source).problems.toReversed().reduce((text, problem) => (problem.fix === undefined ? text : text.slice(0, problem.start) + problem.fix.text + text.slice(problem.end)), source);
}

/** The cells of a text as `[kind, text]`, prose without the blank lines around it. */
export function cellsOf(source: string): (readonly [string, string])[] {
  return parseRunbook(source).cells.map((cell) => [cell.kind, cell.kind === "markdown" ? cell.text.trim() : cell.text] as const);
}
