import { readFacts } from "../facts/readFacts.ts";
import { PROBLEM_RULES, severityOf, type Problem } from "../problem.ts";
import type { LintReport } from "./facts.ts";
import type { LintFinding } from "./lintRunbook.ts";
import { lastReviewProblem } from "./rules/people.ts";
import { applySuppressions, readYamlSuppressions } from "./suppressions.ts";

/** Everything there is to say about a file of shared facts on a day, `YYYY-MM-DD`: what it says wrongly, and reviews that are due. Suppressed problems are left out. By place. Total. */
export function lintFacts(source: string, today: string): readonly LintFinding[] {
  const { facts, problems } = readFacts(source);
  const { last, next } = facts.review;
  const own: Problem[] = [];
  const report: LintReport = (code, start, end, known = {}) => own.push({ code, start, end, facts: known });
  const lastProblem = last === undefined ? undefined : lastReviewProblem(last, today);
  if (lastProblem !== undefined) own.push({ ...lastProblem, ...reviewPlace(source, "last") });
  if (next !== undefined && next < today) own.push({ code: "review-overdue", ...reviewPlace(source, "next"), facts: { date: next } });
  const suppressions = readYamlSuppressions(source, today, new Set(Object.keys(PROBLEM_RULES)), report);
  const { kept, unused } = applySuppressions([...problems, ...own].map(toFinding), suppressions);
  return [...kept, ...unused.map(toFinding)].toSorted((a, b) => a.start - b.start || a.end - b.end);
}

function toFinding(problem: Problem): LintFinding {
  return { problem, severity: severityOf(problem), cell: 0, isInCommand: false, start: problem.start, end: problem.end };
}

/** Where a key of `review:` stands; in a map on one line that whole line. */
function reviewPlace(source: string, key: string): { readonly start: number; readonly end: number } {
  const start = Math.max(0, source.search(/^review[ \t]*:/m));
  const line = new RegExp(`\\b${key}[ \\t]*:[^\\r\\n]*`).exec(source.slice(start));
  const at = start + (line?.index ?? 0);
  return { start: at, end: at + (line?.[0].trimEnd().length ?? 0) };
}
