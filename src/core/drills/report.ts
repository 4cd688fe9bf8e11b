import { clockText } from "../run/clockText.ts";
import { formatDuration } from "../run/recoveryClock.ts";
import { faultText } from "../runbook/drillCase.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { compareDrills, previousDrill, type DrillComparison } from "./comparison.ts";
import { uncovered, type Uncovered } from "./coverage.ts";
import { isPersonsDrill, isProof, isRpoMissed, type RunSummary } from "./runSummary.ts";
import { dataLossWords, recoveryWords, scoreRun, titleOf, type Score } from "./score.ts";

/** All that is said of a drill when it has ended. */
export interface DrillReport {
  readonly summary: RunSummary;
  readonly score: Score;
  /** `undefined` where there is no earlier drill of this scenario. */
  readonly comparison: DrillComparison | undefined;
  /** What neither this drill nor an earlier one of the same kind has come to. */
  readonly uncovered: Uncovered;
  readonly document: RunbookDocument;
}

/** Makes the report of a drill; `history` are the runs before it, of any runbook. */
export function reportDrill(summary: RunSummary, document: RunbookDocument, history: readonly RunSummary[]): DrillReport {
  const before = previousDrill(summary, history);
  const alike = history.filter((run) => run.mode === "drill" && run.runbook === summary.runbook && isPersonsDrill(run) === isPersonsDrill(summary));
  return {
    summary, document, score: scoreRun(summary, document),
    comparison: before === undefined ? undefined : compareDrills(summary, before),
    uncovered: uncovered(document, [...alike, summary]),
  };
}

/** Whether a drill counts as proof, and why not. */
export function proofWords(summary: RunSummary): string {
  if (isProof(summary)) return "It counts as proof: a person, in real time, passed.";
  if (summary.isUnattended) return "It is no proof of readiness: nobody was there.";
  if (summary.rate !== 1) return `It is no proof of readiness: the clock ran at ${String(summary.rate)} times real time.`;
  if (summary.verdict?.status !== "passed") return "It is no proof of readiness: it did not pass.";
  if (isRpoMissed(summary)) return `It is no proof of readiness: ${dataLossWords(summary)}.`;
  return `It is no proof of readiness: the runbook does not name ${faultWords(summary)} under drill as a fault that it is for.`;
}

/** What a front shows at once: result, reasons, warnings. */
export function reportHeadline({ summary, score }: DrillReport): string {
  const word = { pass: "PASS", fail: "FAIL", open: "still open", ended: "ended" }[score.result];
  return [`${word} ${recoveryWords(summary)}`, ...score.reasons].join(" — ");
}

/** Sentences about the earlier drill: faster or slower, what was left out. */
export function comparisonLines({ comparison, summary, document }: DrillReport): readonly string[] {
  if (comparison === undefined) return ["There is no earlier drill of this scenario to compare with."];
  const { before, recoveryLaterMs, slower, faster, leftOut, added } = comparison;
  const when = new Date(before.startedAt).toISOString().slice(0, 16).replace("T", " ");
  const steps = (ids: readonly string[]): string => ids.map((id) => titleOf(id, document)).join("; ");
  return [
    `Last time (${when} UTC, ${before.isUnattended ? "unattended" : before.driver}): ${recoveryWords(before)}.`,
    ...(recoveryLaterMs === undefined ? recoveredOnlyOnce(summary, before) : [recoveryLaterMs === 0 ? "Recovery took as long as then." : `Recovery was ${clockText(Math.abs(recoveryLaterMs))} ${recoveryLaterMs > 0 ? "slower" : "faster"}.`]),
    ...slower.map(({ step, laterMs }) => `Slower by ${formatDuration(laterMs)}: ${titleOf(step, document)}`),
    ...faster.map(({ step, laterMs }) => `Faster by ${formatDuration(-laterMs)}: ${titleOf(step, document)}`),
    ...(leftOut.length === 0 ? [] : [`Left out this time: ${steps(leftOut)}`]),
    ...(added.length === 0 ? [] : [`Not done last time: ${steps(added)}`]),
  ];
}

function recoveredOnlyOnce(now: RunSummary, before: RunSummary): readonly string[] {
  if (now.recoveryMs !== undefined) return ["It recovered this time, and did not then."];
  return before.recoveryMs === undefined ? ["It recovered neither time."] : ["It recovered then, and did not this time."];
}

/** Sentences about what no drill of this kind has come to. */
export function coverageLines({ uncovered: never, document }: DrillReport): readonly string[] {
  return [
    ...never.steps.map((step) => `Never exercised: ${step.title}`),
    ...never.options.map((option) => `Never taken: ${option.title}`),
    ...never.branches.map(({ owner, branch }) => `Branch never exercised: ${owner.title}, if ${branch.condition}: ${titleOf(branch.goal ?? "", document)}`),
  ];
}

/** The report as text for a terminal. */
export function reportText(report: DrillReport): string {
  const { summary, score } = report;
  const width = Math.max(4, ...score.steps.map(({ title }) => title.length));
  const rows = score.steps.map((step) => `  ${step.title.padEnd(width)}  ${formatDuration(step.spentMs).padStart(12)}  ${budgetWords(step.budgetMs).padStart(12)}  ${step.isOver ? "over budget" : step.outcome}`);
  return [
    ...faultLine(summary),
    `  ${"Step".padEnd(width)}  ${"Time".padStart(12)}  ${"Budget".padStart(12)}  Outcome`, ...rows,
    ...score.warnings.filter((warning) => !warning.includes("over its budget")).map((warning) => `  ! ${warning}`),
    ...(dataLossWords(summary) === "" ? [] : [`  Data: ${dataLossWords(summary)}`]),
    ...comparisonLines(report).map((line) => `  ${line}`),
    ...coverageLines(report).map((line) => `  ${line}`),
    `  ${proofWords(summary)}`,
  ].join("\n");
}

/** The report as a Markdown document. */
export function reportMarkdown(report: DrillReport): string {
  const { summary, score } = report;
  const list = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [...lines.map((line) => `- ${line}`), ""]);
  return [
    `# Drill report: ${summary.title}`, "",
    `**${reportHeadline(report)}**`, "",
    "| | |", "| --- | --- |",
    `| Run | ${summary.run} |`, `| Driver | ${summary.isUnattended ? "nobody (unattended)" : summary.driver} |`, `| Started | ${new Date(summary.startedAt).toISOString()} |`,
    `| Fault | ${faultWords(summary)} |`, `| Data | ${dataLossWords(summary) === "" ? "not measured" : dataLossWords(summary)} |`, `| Proof | ${proofWords(summary)} |`, "",
    "## Steps", "", "| Step | Time | Budget | Outcome |", "| --- | --- | --- | --- |",
    ...score.steps.map((step) => `| ${escapeCell(step.title)} | ${formatDuration(step.spentMs)} | ${budgetWords(step.budgetMs)} | ${step.isOver ? "**over budget**, " : ""}${step.outcome} |`), "",
    "A step's time runs from its first cell to the first cell of the next: reading and deciding are part of it.", "",
    ...(score.warnings.length === 0 ? [] : ["## To look at", "", ...list(score.warnings)]),
    "## Against the last drill of this scenario", "", ...list(comparisonLines(report)),
    "## Never rehearsed", "", ...list(coverageLines(report).length === 0 ? ["Every step, option and branch has been rehearsed."] : coverageLines(report)),
  ].join("\n");
}

/** The faults of a drill, with those that were a surprise marked. */
export function faultWords(summary: RunSummary): string {
  if (summary.faults.length === 0) return "none was injected";
  return summary.faults.map((spec) => (spec.announced ? faultText(spec) : `${faultText(spec)} (a surprise)`)).join(", ");
}

function faultLine(summary: RunSummary): readonly string[] {
  return summary.faults.some(({ announced }) => !announced) ? [`  The fault was: ${faultWords(summary)}`] : [];
}

function budgetWords(ms: number | undefined): string {
  return ms === undefined ? "—" : formatDuration(ms);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
