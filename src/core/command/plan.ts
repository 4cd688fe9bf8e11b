import type { Problem } from "../problem.ts";
import type { Operation, Risk } from "./operation.ts";
import type { Expectation } from "../runbook/document.ts";

/**
 * What a cell would do, read before anything runs. Words that only execution can know (`$(…)`, a variable set by an earlier
 * statement) stand in `argv` as written and are listed in `unresolved`; the engine plans such a statement again just before the
 * gate, with every word known.
 */
export interface CellPlan {
  readonly statements: readonly StatementPlan[];
  /** An `error` among them means that the cell must not run at all. */
  readonly problems: readonly Problem[];
}

/** One statement: a pipeline (of one or more commands), offsets into the cell's command text. */
export interface StatementPlan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The pipeline's calls from left to right, those inside `$(…)` and loops included after their host. */
  readonly operations: readonly PlannedOperation[];
  /** The most dangerous of the operations' risks. */
  readonly risk: Risk;
  readonly expectations: readonly Expectation[];
}

export interface PlannedOperation {
  readonly operation: Operation;
  readonly start: number;
  readonly end: number;
  /** Variables and substitutions whose value is not known yet, as written. */
  readonly unresolved: readonly string[];
}

/** The most dangerous risk of a cell; `read` for one that holds no statement. */
export function riskOfCell(plan: CellPlan | undefined): Risk {
  return plan?.statements.reduce<Risk>((worst, statement) => worseRisk(worst, statement.risk), "read") ?? "read";
}

export const RISK_ORDER: readonly Risk[] = ["read", "change", "undetermined", "destroy"];

/** The more dangerous of two risks: `undetermined` outranks `change`, since nobody has judged it. */
export function worseRisk(a: Risk, b: Risk): Risk {
  return RISK_ORDER.indexOf(a) >= RISK_ORDER.indexOf(b) ? a : b;
}
