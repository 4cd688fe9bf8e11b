import type { Communication, Facts, Objectives, ScheduledDrill } from "../facts/facts.ts";
import { readQuarter } from "../facts/quarter.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { staleness, type Staleness } from "./coverage.ts";
import { incidentFigures, type IncidentFigures } from "./incidents.ts";
import type { RunSummary } from "./runSummary.ts";
import { standingOf, type DrillStanding } from "./schedule.ts";

/** A runbook file. */
export interface RunbookFile {
  readonly path: string;
  readonly document: RunbookDocument;
}

/** A facts file that runbooks name. */
export interface FactsFile {
  readonly path: string;
  readonly facts: Facts;
}

/** A runbook with its runs, newest first. */
export interface RunbookStanding extends RunbookFile {
  readonly title: string;
  readonly rtoMs: number | undefined;
  readonly runs: readonly RunSummary[];
  readonly staleness: Staleness;
  /** Of the facts that it names. */
  readonly communication: Communication | undefined;
}

/** A drill of the schedule and how it stands. `path` is that of its runbook, where it can be found. */
export interface ScheduledStanding {
  readonly drill: ScheduledDrill;
  readonly path: string | undefined;
  readonly standing: DrillStanding;
}

/** How ready a team is: its runbooks, its schedule, its figures. */
export interface DrillBook {
  readonly runbooks: readonly RunbookStanding[];
  readonly schedule: readonly ScheduledStanding[];
  readonly figures: IncidentFigures;
  /** Of the first facts file that there is. */
  readonly objectives: Objectives | undefined;
}

/** What a drill book is made of. */
export interface DrillBookSources {
  readonly runbooks: readonly RunbookFile[];
  readonly facts: readonly FactsFile[];
  readonly history: readonly RunSummary[];
  /** Real time, epoch milliseconds. */
  readonly now: number;
  /** The path that `relative` means as seen from a file. */
  readonly resolve: (file: string, relative: string) => string;
}

/** Puts runbooks, schedule and history together. Runs of other runbooks are no part of it. */
export function drillBook({ runbooks, facts, history, now, resolve }: DrillBookSources): DrillBook {
  const standings = runbooks.map((file) => standingOfRunbook(file, { facts, history, now, resolve }));
  const schedule = facts.flatMap((file) => file.facts.drills.flatMap((drill): ScheduledStanding[] => {
    const span = readQuarter(drill.quarter);
    if (span === undefined) return [];
    const path = drill.runbook === undefined ? undefined : resolve(file.path, drill.runbook);
    const runbook = runbooks.find((other) => other.path === path);
    const planned = { runbook: runbook === undefined ? undefined : identityOf(runbook), fault: drill.fault, written: drill.result, ...span };
    return [{ drill, path: runbook?.path, standing: standingOf(planned, history, now) }];
  }));
  return { runbooks: standings, schedule, figures: incidentFigures(standings.flatMap(({ runs }) => runs), now), objectives: facts[0]?.facts.objectives };
}

function standingOfRunbook(file: RunbookFile, { facts, history, now, resolve }: Omit<DrillBookSources, "runbooks">): RunbookStanding {
  const { frontMatter, steps } = file.document;
  const identity = identityOf(file);
  const runs = history.filter((run) => run.runbook === identity).sort((a, b) => b.startedAt - a.startedAt);
  const factsPath = frontMatter.facts === undefined ? undefined : resolve(file.path, frontMatter.facts);
  return {
    ...file, runs, communication: facts.find(({ path }) => path === factsPath)?.facts.communication, title: frontMatter.title ?? file.path, rtoMs: frontMatter.rtoMs ?? steps.find(({ rtoMs }) => rtoMs !== undefined)?.rtoMs,
    staleness: staleness(file.document, runs, now),
  };
}

/** `RunSummary.runbook` of a file's runs. */
function identityOf({ path, document }: RunbookFile): string {
  const { id } = document.frontMatter;
  return id === undefined || id === "" ? path : id;
}
