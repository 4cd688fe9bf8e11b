import { formatDuration } from "../run/recoveryClock.ts";
import { runKind } from "../run/runKind.ts";
import type { DrillBook, RunbookStanding } from "./drillBook.ts";
import { stalenessWords } from "./coverage.ts";
import { AVAILABILITY_WINDOW_MS } from "./incidents.ts";
import { faultWords } from "./report.ts";
import { isPersonsDrill, isProof, isRpoMissed, type RunSummary } from "./runSummary.ts";
import { dateText, standingWords } from "./schedule.ts";
import { dataLossWords, recoveryWords } from "./score.ts";

const DAY_MS = 86_400_000;

/** One run in a line: `2026-03-02 14:10 drill by ann: passed, recovered in 08:12, RTO 15:00`. */
export function runLine(run: RunSummary): string {
  const at = `${dateText(run.startedAt)} ${new Date(run.startedAt).toISOString().slice(11, 16)}`;
  const kind = runKind(run);
  const words = kind !== "drill" ? `${kind}, ${run.driver}` : isPersonsDrill(run) ? `drill by ${run.driver}` : `${run.isUnattended ? "unattended drill" : `drill by ${run.driver}`}${run.rate === 1 ? "" : ` at ${String(run.rate)}×`}`;
  const faults = run.faults.length === 0 ? "" : `, ${faultWords(run)}`;
  return `${at} ${words}${faults}: ${run.verdict?.status ?? "still open"}${kind === "look" ? "" : `, ${recoveryWords(run)}`}${isRpoMissed(run) ? `, ${dataLossWords(run)}` : ""}`;
}

/** A figure against its objective. */
export interface FigureText {
  readonly name: string;
  readonly value: string;
}

/** Availability and mean time to recovery against their objectives; none for what has neither figure nor objective. */
export function figures({ figures: { incidents, availabilityPercent, mttrMs, downMs }, objectives }: DrillBook): readonly FigureText[] {
  const { availabilityPercent: wanted, mttrMs: wantedMttr } = objectives ?? {};
  const texts: FigureText[] = [];
  if (availabilityPercent !== undefined || wanted !== undefined) {
    const value = availabilityPercent === undefined ? "unknown, no incident is on record" : `${availabilityPercent.toFixed(3)} %`;
    const down = availabilityPercent === undefined ? "" : `, ${formatDuration(downMs)} down in ${String(AVAILABILITY_WINDOW_MS / DAY_MS)} days`;
    texts.push({ name: "Availability", value: `${value}${wanted === undefined ? "" : `, objective ${String(wanted)} %`}${down}` });
  }
  if (mttrMs !== undefined || wantedMttr !== undefined) {
    const value = mttrMs === undefined ? "unknown, no incident has recovered" : formatDuration(mttrMs);
    const basis = mttrMs === undefined ? "" : `, over ${String(incidents)} incident${incidents === 1 ? "" : "s"}`;
    texts.push({ name: "Mean time to recovery", value: `${value}${wantedMttr === undefined ? "" : `, objective ${formatDuration(wantedMttr)}`}${basis}` });
  }
  return texts;
}

/** Runbooks with staleness and runs, schedule, figures, as text for a terminal. */
export function bookText(book: DrillBook, unreadable: readonly { readonly run: string; readonly reason: string }[]): string {
  return [
    ...book.runbooks.flatMap((runbook) => [headline(runbook), `  ${stalenessWords(runbook.staleness)}`, ...runbook.runs.map((run) => `  ${runLine(run)}`), ""]),
    ...(book.schedule.length === 0 ? [] : ["Schedule", ...book.schedule.map(({ drill, standing }) => `  ${drill.quarter}  ${drill.scenario}: ${standingWords(standing)}`), ""]),
    ...(figures(book).length === 0 ? [] : ["Figures of the incidents on record", ...figures(book).map(({ name, value }) => `  ${name}: ${value}`), ""]),
    ...(unreadable.length === 0 ? [] : ["Runs that cannot be read, and count for nothing", ...unreadable.map(({ run, reason }) => `  ${run}: ${reason}`), ""]),
  ].join("\n").trimEnd();
}

function headline({ title, document, rtoMs }: RunbookStanding): string {
  return [title, document.frontMatter.severity, rtoMs === undefined ? undefined : `RTO ${formatDuration(rtoMs)}`].filter((part) => part !== undefined).join(" · ");
}

/** The same as data, for scripts. */
export function bookJson(book: DrillBook, unreadable: readonly { readonly run: string; readonly reason: string }[]): unknown {
  return {
    version: 1,
    runbooks: book.runbooks.map(({ path, title, document, rtoMs, staleness, runs }) => ({
      path, title, severity: document.frontMatter.severity, rtoMs,
      lastProven: staleness.proof === undefined ? undefined : new Date(staleness.proof.startedAt).toISOString(), staleness: stalenessWords(staleness),
      neverExercised: {
        steps: staleness.neverExercised.steps.map(({ id }) => id), options: staleness.neverExercised.options.map(({ id }) => id),
        branches: staleness.neverExercised.branches.map(({ owner, branch }) => ({ step: owner.id, if: branch.condition, goal: branch.goal })),
      },
      runs: runs.map((run) => ({ ...run, startedAt: new Date(run.startedAt).toISOString(), isProof: isProof(run) })),
    })),
    schedule: book.schedule.map(({ drill, path, standing }) => ({ quarter: drill.quarter, scenario: drill.scenario, path, fault: drill.fault, standing: standing.kind, words: standingWords(standing) })),
    figures: book.figures, objectives: book.objectives, unreadable,
  };
}
