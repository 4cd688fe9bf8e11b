import { findTool } from "../command/schema/table.ts";
import { planRunbook } from "../command/planRunbook.ts";
import { PROBLEM_RULES, severityOf, type Problem, type ProblemSeverity } from "../problem.ts";
import { pathsOf } from "../runbook/budget.ts";
import { commandOffsetToSource } from "../runbook/cellsReport.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import type { LintContext, LintFacts, LintReport, LintRule } from "./facts.ts";
import { ONLY_IN_RUNBOOKS } from "./problems.ts";
import { readProse } from "./proseLines.ts";
import { checkAlertRules } from "./rules/alertRules.ts";
import { checkFiles } from "./rules/files.ts";
import { checkGarbledText } from "./rules/garbledText.ts";
import { checkPaths, checkRpo } from "./rules/paths.ts";
import { checkContacts, checkOwner, checkReview } from "./rules/people.ts";
import { checkRemovedFeatures } from "./rules/removedFeatures.ts";
import { checkDestruction, checkListSteps, checkSteps, checkVerification } from "./rules/steps.ts";
import { checkAlternatives, checkSecretDefaults, checkTargets } from "./rules/targets.ts";
import { anglePlaceholders, checkAnglePlaceholders, checkWording } from "./rules/wording.ts";
import { applySuppressions, readSuppressions } from "./suppressions.ts";

/** One finding, of the parser, of a cell's plan or of lint's own rules. */
export interface LintFinding {
  readonly problem: Problem;
  readonly severity: ProblemSeverity;
  /** Index of the cell that it stands in; 0 in an empty file. */
  readonly cell: number;
  /** True where the problem's own offsets are into that cell's command text; else they are into the source. */
  readonly isInCommand: boolean;
  /** Offsets into the source. */
  readonly start: number;
  readonly end: number;
}

const RULES: readonly LintRule[] = [
  checkOwner, checkReview, checkContacts, checkWording, checkAnglePlaceholders, checkGarbledText, checkSteps, checkListSteps, checkDestruction, checkVerification, checkPaths, checkRpo, checkAlternatives,
  checkTargets, checkSecretDefaults, checkRemovedFeatures, checkFiles, checkAlertRules,
];

/**
 * Everything there is to say about a runbook before it runs: the problems of its text, of its commands, and of the whole. Suppressed
 * ones are left out. By place. Total.
 */
export function lintRunbook(document: RunbookDocument, context: LintContext, plans = planRunbook(document)): readonly LintFinding[] {
  const own: Problem[] = [];
  const report: LintReport = (code, start, end, facts = {}, fix) => own.push({ code, start, end, facts, ...(fix === undefined ? {} : { fix }) });
  const facts: LintFacts = {
    document, plans, context, paths: pathsOf(document), prose: readProse(document),
    statements: plans.flatMap((plan, cell) => (plan?.statements ?? []).map((statement) => ({ cell, statement }))),
    place: (cell, offset) => placeInSource(document, cell, offset),
  };
  for (const rule of RULES) rule(facts, report);
  const suppressions = readSuppressions(document, context.today, new Set(Object.keys(PROBLEM_RULES)), report);
  const inCommands = plans.flatMap((plan, cell) => (plan?.problems ?? []).map((problem) => inCommand(problem, cell, facts)));
  const findings = [...[...document.problems, ...own].map((problem) => inSource(problem, facts)), ...withoutEchoes(inCommands, facts)];
  const { kept, unused } = applySuppressions(findings, suppressions);
  return [...kept, ...unused.map((problem) => inSource(problem, facts))].toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** Whether a file is meant as a runbook of our format: by its name, or by keys in its front matter that only a runbook has. */
export function isRunbookFile(name: string, document: RunbookDocument): boolean {
  const { targets, parameters, verification } = document.frontMatter;
  return /\.runbook\.md$/i.test(name) || targets.length + parameters.length + verification.length > 0;
}

function inSource(problem: Problem, { document, context }: LintFacts): LintFinding {
  const at = document.cells.findLastIndex((cell) => cell.start <= problem.start);
  return { problem, severity: severityIn(problem, context), cell: Math.max(0, at), isInCommand: false, start: problem.start, end: problem.end };
}

function inCommand(problem: Problem, cell: number, { document, place, context }: LintFacts): LintFinding {
  const isForReaders = !context.isRunbook && problem.code === "shell-syntax" && !isMeantToRun(document.cells[cell]?.command?.commandText ?? "", problem);
  const severity = isForReaders ? "information" : severityIn(problem, context);
  return { problem, severity, cell, isInCommand: true, start: place(cell, problem.start), end: place(cell, Math.max(problem.end, problem.start)) };
}

function severityIn(problem: Problem, context: LintContext): ProblemSeverity {
  return !context.isRunbook && ONLY_IN_RUNBOOKS.has(problem.code) ? "information" : severityOf(problem);
}

/**
 * Findings that only repeat another one: a blank like `<pod>` makes the shell see files, and in other people's Markdown a fence that
 * holds no commands has an unknown one in each line.
 */
function withoutEchoes(findings: readonly LintFinding[], { document, context }: LintFacts): readonly LintFinding[] {
  const blanks = new Set(document.cells.flatMap((cell, index) => (anglePlaceholders(cell.command?.commandText ?? "").length > 0 ? [index] : [])));
  const unknown = new Set<number>();
  return findings.filter(({ problem, cell }) => {
    if (blanks.has(cell) && (problem.code === "overwrites-file" || (problem.code === "shell-syntax" && !context.isRunbook))) return false;
    if (problem.code !== "unknown-command" || context.isRunbook) return true;
    const isFirst = !unknown.has(cell);
    unknown.add(cell);
    return isFirst;
  });
}

/** Whether a line that the shell cannot read was meant for it: it begins with a known command. */
function isMeantToRun(commandText: string, problem: Problem): boolean {
  const start = commandText.lastIndexOf("\n", problem.start - 1) + 1;
  return findTool(/^\s*([\w.-]+)/.exec(commandText.slice(start))?.[1] ?? "", "local") !== undefined;
}

/** What is planned of a query is its `via`, which stands in the fence's first line: the place is that line's. */
function placeInSource(document: RunbookDocument, index: number, offset: number): number {
  const cell = document.cells[index];
  if (cell === undefined) return 0;
  if (cell.command?.via === undefined) return commandOffsetToSource(document, cell, offset);
  const slice = document.source.slice(cell.start, cell.end);
  const via = slice.indexOf("via");
  return cell.start + Math.max(0, via);
}
