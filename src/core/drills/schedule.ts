import { isPersonsDrill, type RunSummary } from "./runSummary.ts";

/** A drill that is planned for a time. */
export interface PlannedDrill {
  /** `RunSummary.runbook` of what is rehearsed; `undefined` where the plan names no runbook that can be read. */
  readonly runbook: string | undefined;
  /** Fault that it must have; `undefined` takes any. */
  readonly fault: string | undefined;
  /** Real time, epoch milliseconds; `endsAt` is exclusive. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** What a person wrote down. */
  readonly written: "pending" | "pass" | "fail";
}

/** How a planned drill stands. `run` is the one that decided; without it somebody wrote the result down. */
export type DrillStanding =
  | { readonly kind: "pass" | "fail"; readonly run: RunSummary | undefined }
  | { readonly kind: "due"; readonly daysLeft: number }
  | { readonly kind: "missed" }
  | { readonly kind: "planned"; readonly inDays: number };

const DAY_MS = 86_400_000;

/**
 * What history says of a planned drill. Only drills by a person in real time count; a pass in the time stands whatever came after
 * it, and what was recorded goes before what somebody wrote down.
 */
export function standingOf(planned: PlannedDrill, history: readonly RunSummary[], now: number): DrillStanding {
  const held = history
    .filter((run) => isPersonsDrill(run) && run.runbook === planned.runbook && run.startedAt >= planned.startsAt && run.startedAt < planned.endsAt)
    .filter((run) => planned.fault === undefined || run.faults.some(({ fault }) => fault === planned.fault))
    .sort((a, b) => a.startedAt - b.startedAt);
  const passed = held.findLast((run) => run.verdict?.status === "passed");
  if (passed !== undefined) return { kind: "pass", run: passed };
  const failed = held.at(-1);
  if (failed !== undefined) return { kind: "fail", run: failed };
  if (planned.written !== "pending") return { kind: planned.written, run: undefined };
  if (now < planned.startsAt) return { kind: "planned", inDays: Math.ceil((planned.startsAt - now) / DAY_MS) };
  if (now >= planned.endsAt) return { kind: "missed" };
  return { kind: "due", daysLeft: Math.ceil((planned.endsAt - now) / DAY_MS) };
}

/** `pass on 2026-02-03 by ann`, `due, 12 days left`, `missed`. */
export function standingWords(standing: DrillStanding): string {
  switch (standing.kind) {
    case "pass":
    case "fail":
      return standing.run === undefined ? `${standing.kind}, as written down` : `${standing.kind} on ${dateText(standing.run.startedAt)} by ${standing.run.driver}`;
    case "due":
      return `due, ${daysText(standing.daysLeft)} left`;
    case "missed":
      return "missed";
    case "planned":
      return `begins in ${daysText(standing.inDays)}`;
  }
}

/** What of a schedule asks for something: `3 missed, 1 failed, 1 due`; empty where nothing does. */
export function openWords(standings: readonly DrillStanding[]): string {
  const counts = ([["missed", "missed"], ["fail", "failed"], ["due", "due"]] as const).map(([kind, word]) => ({ count: standings.filter((standing) => standing.kind === kind).length, word }));
  return counts.flatMap(({ count, word }) => (count === 0 ? [] : [`${String(count)} ${word}`])).join(", ");
}

/** `2026-02-03`, UTC. */
export function dateText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function daysText(days: number): string {
  return `${String(days)} day${days === 1 ? "" : "s"}`;
}
