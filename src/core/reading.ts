import type { CellPlan } from "./command/plan.ts";
import { planRunbook } from "./command/planRunbook.ts";
import { readFacts } from "./facts/readFacts.ts";
import type { Facts } from "./facts/facts.ts";
import { importMarkdown, type ImportedRunbook } from "./import/importMarkdown.ts";
import type { LintContext } from "./lint/facts.ts";
import { lintFacts } from "./lint/lintFacts.ts";
import { lintRunbook, type LintFinding } from "./lint/lintRunbook.ts";
import { readIncidentLog } from "./log/incidentLog.ts";
import { printLog, type LogFormat } from "./log/printLog.ts";
import { planMarkdown } from "./plan/planMarkdown.ts";
import { planWholeRunbook } from "./plan/runbookPlan.ts";
import { shellCopy } from "./plan/shellCopy.ts";
import { defaultValues } from "./plan/variableValues.ts";
import type { JournalRecord } from "./run/journalEvent.ts";
import type { RunbookDocument } from "./runbook/document.ts";
import { fromNotebookCells, toNotebookCells, toNotebookMetadata, type NotebookCell } from "./runbook/notebook.ts";
import { parseRunbook } from "./runbook/parseRunbook.ts";

/** A notebook as an editor holds it. */
export interface NotebookContent {
  readonly cells: readonly NotebookCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A runbook, and what each of its cells would do; `undefined` for prose. */
export interface PlannedRunbook {
  readonly document: RunbookDocument;
  readonly plans: readonly (CellPlan | undefined)[];
}

/** What lint may know of the folder of the runbook at this path. */
export type LintContextReader = (path: string, document: RunbookDocument, today: string) => LintContext;

/** How many notebooks' plans are kept for the next question about them. */
const KEPT = 8;

/**
 * Everything that is worked out of whole texts for an editor, and takes long enough (tens of milliseconds) to be felt where it is done:
 * data in, data out, so that another thread can do it.
 */
export class Reading {
  readonly #contextOf: LintContextReader;
  readonly #planned = new Map<string, PlannedRunbook>();

  constructor(contextOf: LintContextReader) {
    this.#contextOf = contextOf;
  }

  parse(source: string): RunbookDocument {
    return parseRunbook(source);
  }

  facts(source: string): Facts {
    return readFacts(source).facts;
  }

  /** The notebook that a file opens as. */
  open(source: string): NotebookContent {
    const document = parseRunbook(source);
    return { cells: toNotebookCells(document), metadata: toNotebookMetadata(document) };
  }

  /** The text that saving the notebook would write. Throws `invalidInput` where it would not read back. */
  save({ cells, metadata }: NotebookContent): string {
    return fromNotebookCells(cells, metadata);
  }

  /** The runbook that saving the notebook would write. Throws where saving would. */
  plan(notebook: NotebookContent): PlannedRunbook {
    return this.#plannedOf(this.save(notebook));
  }

  /** What there is to say about the runbook at this path; `today` is `YYYY-MM-DD`. */
  lint(source: string, path: string, today: string): readonly LintFinding[] {
    const { document, plans } = this.#plannedOf(source);
    return lintRunbook(document, this.#contextOf(path, document, today), plans);
  }

  lintFacts(source: string, today: string): readonly LintFinding[] {
    return lintFacts(source, today);
  }

  /** Every operation of every branch, as Markdown. */
  describePlan(source: string): string {
    const { document } = this.#plannedOf(source);
    return planMarkdown(planWholeRunbook(document, defaultValues(document)));
  }

  /** One cell, by its index, as commands for any shell: with what the variables `held` hold, and their defaults. `undefined` for prose. */
  copyAsShell(source: string, index: number, held: Readonly<Record<string, string>>): { readonly name: string; readonly text: string } | undefined {
    const { document } = this.#plannedOf(source);
    const values = new Map([...defaultValues(document), ...Object.entries(held)]);
    const plan = planWholeRunbook(document, values);
    const planned = plan.cells.find((cell) => cell.index === index);
    return planned === undefined ? undefined : { name: planned.name, text: shellCopy(plan, planned, values) };
  }

  /** The log of a run of this runbook. */
  printLog(source: string, records: readonly JournalRecord[], format: LogFormat): string {
    return printLog(readIncidentLog(parseRunbook(source), records), format);
  }

  importMarkdown(source: string, name: string): ImportedRunbook {
    return importMarkdown(source, name);
  }

  #plannedOf(source: string): PlannedRunbook {
    const known = this.#planned.get(source);
    if (known !== undefined) return known;
    const document = parseRunbook(source);
    const planned = { document, plans: planRunbook(document) };
    this.#planned.set(source, planned);
    const [oldest] = this.#planned.keys();
    if (this.#planned.size > KEPT && oldest !== undefined) this.#planned.delete(oldest);
    return planned;
  }
}

/** The same, asked of whoever does it. */
export interface RunbookReader {
  /** Rejects with what the job throws. */
  ask<Job extends keyof Reading>(job: Job, ...given: Parameters<Reading[Job]>): Promise<ReturnType<Reading[Job]>>;
}

/** A question for another thread; `given` are the job's arguments. */
export interface ReadingRequest {
  readonly id: number;
  readonly job: keyof Reading;
  readonly given: readonly unknown[];
}

/** Its answer. */
export type ReadingAnswer =
  | { readonly id: number; readonly kind: "done"; readonly result: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly code: string | undefined; readonly message: string; readonly hint: string; readonly facts: Readonly<Record<string, string>>; readonly stack: string | undefined };
