import type { CellPlan, PlannedOperation, StatementPlan } from "../command/plan.ts";
import type { Facts } from "../facts/facts.ts";
import type { Problem } from "../problem.ts";
import type { RunbookPath } from "../runbook/budget.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import type { LintProblemCode } from "./problems.ts";
import type { ProseLine } from "./proseLines.ts";

/** What lint knows beyond the file itself. */
export interface LintContext {
  /** Whether the file is meant as a runbook of our format; in other Markdown the duties of the format are hints. */
  readonly isRunbook: boolean;
  /** The day that review dates and suppressions are held against, `YYYY-MM-DD`. */
  readonly today: string;
  /** Whether a path relative to the runbook is there; `undefined` where nobody can say. */
  readonly fileExists: ((path: string) => boolean) | undefined;
  /** The shared facts that the front matter names, and the path that it gives; `undefined` without. */
  readonly shared: { readonly facts: Facts; readonly path: string } | undefined;
}

/** What the rules look at: read once for all of them. */
export interface LintFacts {
  readonly document: RunbookDocument;
  /** By index into `document.cells`; `undefined` for prose. */
  readonly plans: readonly (CellPlan | undefined)[];
  readonly paths: readonly RunbookPath[];
  /** Lines of prose outside fences, code and comments. */
  readonly prose: readonly ProseLine[];
  /** Every statement with its cell, in document order. */
  readonly statements: readonly CellStatement[];
  readonly context: LintContext;
  /** Where an offset into the command text of a cell lies in the source. */
  readonly place: (cell: number, offset: number) => number;
}

export interface CellStatement {
  readonly cell: number;
  readonly statement: StatementPlan;
}

/** Takes a problem in; offsets are into the document's source. */
export type LintReport = (code: LintProblemCode, start: number, end: number, facts?: Readonly<Record<string, string>>, fix?: NonNullable<Problem["fix"]>) => void;

/** A rule: a pure function over the facts that reports what it finds. */
export type LintRule = (facts: LintFacts, report: LintReport) => void;

/** The first lines of a statement as a message may quote it. */
export function shortText(statement: Pick<StatementPlan, "text">): string {
  const line = statement.text.split("\n", 1)[0] ?? "";
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

/** The statement's most dangerous call. */
export function worstOperation(statement: StatementPlan): PlannedOperation | undefined {
  return statement.operations.find(({ operation }) => operation.risk === statement.risk);
}
