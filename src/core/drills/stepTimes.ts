import type { JournalRecord } from "../run/journalEvent.ts";
import type { OutcomeStatus } from "../run/outcome.ts";

/** A stretch of a run during which its cells were those of one step. A step that was come back to has several. */
export interface StepVisit {
  /** `Step.id`; `""` for cells before the first heading. */
  readonly step: string;
  /** Run time, epoch milliseconds. */
  readonly startedAt: number;
  /** From its first cell to the first cell of the next step: reading, deciding and answering the gate are part of it. Milliseconds. */
  readonly spentMs: number;
  /** The worst that a cell of it came to; `undefined` where none ended. */
  readonly outcome: OutcomeStatus | undefined;
}

/** From good to bad. */
const ORDER: readonly OutcomeStatus[] = ["succeeded", "finding", "cancelled", "refused", "unknown", "failed"];

interface OpenVisit {
  readonly step: string;
  readonly startedAt: number;
  lastAt: number;
  /** Last outcome of each cell: one that was repeated counts as it ended. */
  readonly outcomes: Map<string, OutcomeStatus>;
}

/** The visits of a run in order. The last one ends when service was restored, where that came after its cells, else with its last cell. */
export function stepVisits(records: readonly JournalRecord[]): readonly StepVisit[] {
  const visits: OpenVisit[] = [];
  for (const record of records) {
    if (record.type === "cellStarted") visitAt(visits, record.cell.step ?? "", record.at);
    else if (record.type === "optionTaken") visitAt(visits, record.option, record.at);
    else if (record.type === "cellOutcome") {
      const visit = visits.findLast(({ step }) => step === (record.cell.step ?? ""));
      visit?.outcomes.set(record.cell.name, record.outcome.status);
      if (visit !== undefined) visit.lastAt = record.at;
    }
  }
  const restoredAt = records.findLast((record) => record.type === "clockMarked" && record.mark === "restored");
  const restored = restoredAt?.type === "clockMarked" ? restoredAt.markedAt : undefined;
  return visits.map((visit, index) => {
    const endedAt = visits[index + 1]?.startedAt ?? Math.max(visit.lastAt, restored ?? 0);
    return { step: visit.step, startedAt: visit.startedAt, spentMs: Math.max(0, endedAt - visit.startedAt), outcome: worstOf([...visit.outcomes.values()]) };
  });
}

function visitAt(visits: OpenVisit[], step: string, at: number): void {
  const current = visits.at(-1);
  if (current?.step === step) current.lastAt = at;
  else visits.push({ step, startedAt: at, lastAt: at, outcomes: new Map() });
}

/** The worst of several outcomes; `undefined` of none. */
export function worstOf(outcomes: readonly OutcomeStatus[]): OutcomeStatus | undefined {
  return [...outcomes].sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0];
}
