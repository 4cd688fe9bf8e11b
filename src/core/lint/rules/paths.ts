import { formatDuration } from "../../run/recoveryClock.ts";
import { enclosingOf, PATH_LIMIT, type RunbookPath } from "../../runbook/budget.ts";
import type { LintFacts, LintReport, LintRule } from "../facts.ts";

/** Budgets against the RTO, steps that no path comes to, and branches that go in circles. */
export const checkPaths: LintRule = (facts, report) => {
  const sections = Map.groupBy(facts.paths, (path) => path.section);
  for (const paths of sections.values()) checkTotals(facts, paths, report);
  checkReach(facts, report);
  checkLoops(facts, report);
};

function checkTotals(facts: LintFacts, paths: readonly RunbookPath[], report: LintReport): void {
  const [first] = paths;
  const step = facts.document.steps[first?.steps[0] ?? -1];
  if (first === undefined || step === undefined) return;
  const place = headingPlace(facts, first.section ?? first.steps[0] ?? 0);
  if (first.rtoMs === undefined) {
    report("objective-missing", place.start, place.end);
    return;
  }
  const { rtoMs } = first;
  const rto = formatDuration(rtoMs);
  const longest = paths.reduce((worst, path) => ((path.totalMs ?? 0) > (worst.totalMs ?? 0) ? path : worst), first);
  const over = paths.filter((path) => (path.totalMs ?? 0) > rtoMs);
  const total = formatDuration(longest.totalMs ?? 0);
  if (over.length > 0) report("path-over-rto", place.start, place.end, { count: String(over.length), paths: String(paths.length), rto, path: longest.name, total });
  const full = paths.find((path) => path.totalMs === rtoMs);
  const rest = full !== undefined && full.unbudgeted.length > 0 ? "the steps without a budget" : "verification";
  if (full !== undefined) report("path-fills-rto", place.start, place.end, { rto, path: full.name, rest });
}

/** A step counts as reached when a path takes it or what stands around it. */
function checkReach(facts: LintFacts, report: LintReport): void {
  const { steps } = facts.document;
  const taken = new Set(facts.paths.flatMap((path) => path.steps));
  // Options multiply, and paths are counted up to a limit only: beyond it nothing is known.
  if ([...Map.groupBy(facts.paths, (path) => path.section).values()].some((paths) => paths.length >= PATH_LIMIT)) return;
  const around = enclosingOf(steps);
  for (const [index, step] of steps.entries()) {
    let outer: number | undefined = index;
    while (outer !== undefined && !taken.has(outer)) outer = around[outer];
    if (step.kind === "step" && outer === undefined) report("step-unreachable", step.start, headingPlace(facts, index).end, { step: step.title });
  }
}

function checkLoops(facts: LintFacts, report: LintReport): void {
  const { steps } = facts.document;
  for (const [index, step] of steps.entries()) {
    for (const branch of step.branches) {
      const goal = steps.findIndex((other) => other.id === branch.goal);
      if (goal >= 0 && goal <= index) report("branch-loops", branch.start, branch.end, { goal: steps[goal]?.title ?? "" });
    }
  }
}

/** Where a heading stands: its line. */
export function headingPlace({ document }: Pick<LintFacts, "document">, index: number): { readonly start: number; readonly end: number } {
  const start = document.steps[index]?.start ?? 0;
  return { start, end: start + (/^[^\r\n]*/.exec(document.source.slice(start))?.[0].length ?? 0) };
}

/** How often backups are made, in words of the prose and of comments in commands. */
const INTERVALS: readonly (readonly [words: RegExp, ms: number, name: string])[] = [
  [/\b(?:hourly|every hour)\b/i, 3_600_000, "every hour"],
  [/\b(?:daily|nightly|every (?:day|night))\b/i, 86_400_000, "every day"],
  [/\b(?:weekly|every week)\b/i, 604_800_000, "every week"],
];

/** The most frequent backup that the runbook speaks of against the tightest RPO that it promises. */
export const checkRpo: LintRule = ({ document }, report) => {
  const promised = [document.frontMatter.rpoMs, ...document.steps.map((step) => step.rpoMs)].filter((ms): ms is number => ms !== undefined && ms > 0);
  if (promised.length === 0) return;
  const rpoMs = Math.min(...promised);
  const found = [...document.source.matchAll(/^.*(?:back-?up|incremental|snapshot|dump).*$/gim)].flatMap((line) =>
    INTERVALS.flatMap(([words, ms, name]) => (words.test(line[0]) ? [{ ms, name, start: line.index, end: line.index + line[0].trimEnd().length }] : [])),
  );
  const best = found.toSorted((a, b) => a.ms - b.ms)[0];
  if (best !== undefined && best.ms > rpoMs) report("rpo-over-backup", best.start, best.end, { interval: best.name, rpo: formatDuration(rpoMs) });
};
