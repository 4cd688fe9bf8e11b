import { RUNBOOK_PROBLEMS, type RunbookProblemCode } from "./runbook/problems.ts";
import { LINT_PROBLEMS, type LintProblemCode } from "./lint/problems.ts";
import { COMMAND_PROBLEMS, type CommandProblemCode } from "./command/problems.ts";
import { FACTS_PROBLEMS, type FactsProblemCode } from "./facts/problems.ts";

export type ProblemSeverity = "error" | "warning" | "information";

export type ProblemCode = RunbookProblemCode | FactsProblemCode | CommandProblemCode | LintProblemCode;

/**
 * A problem in a runbook or in a cell's text, as data. Offsets are UTF-16 units into the text it was found in: the document's
 * source for codes of `runbook/` and `lint/`, the YAML file for those of `facts/`, the cell's command text for codes of `command/`. The facts fill
 * the words in.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly start: number;
  readonly end: number;
  readonly facts: Readonly<Record<string, string>>;
  /** Replacement text for `start`–`end` that cures it, where there is one. */
  readonly fix?: { readonly title: string; readonly text: string };
}

/** How a code is worded: `{name}` stands for the fact of that name. Each code also has a row in docs/ERRORS.md. */
export interface ProblemRule {
  readonly severity: ProblemSeverity;
  readonly message: string;
}

export const PROBLEM_RULES: Readonly<Record<ProblemCode, ProblemRule>> = { ...RUNBOOK_PROBLEMS, ...FACTS_PROBLEMS, ...COMMAND_PROBLEMS, ...LINT_PROBLEMS };

export function severityOf(problem: Problem): ProblemSeverity {
  return PROBLEM_RULES[problem.code].severity;
}

/** The one place that words a problem. */
export function describe(problem: Problem): string {
  return PROBLEM_RULES[problem.code].message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => problem.facts[name] ?? whole);
}
