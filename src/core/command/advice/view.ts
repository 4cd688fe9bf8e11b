import { namesPods } from "./workloads.ts";
import type { Operation } from "../operation.ts";
import type { StatementPlan } from "../plan.ts";
import type { AdviceCode } from "./problems.ts";

/** What the rules of advice look at: one statement with what stands around it. */
export interface StatementView {
  readonly statement: StatementPlan;
  readonly operations: readonly Operation[];
  /** Other statements of the cell before and after it. */
  readonly before: readonly StatementPlan[];
  readonly after: readonly StatementPlan[];
  /** Operations of the runbook's cells further up, nearest last; empty where the cell is looked at alone. */
  readonly earlier: readonly Operation[];
  /** The step's budget, milliseconds; `undefined` without one. */
  readonly budgetMs: number | undefined;
  /** Names of objects that the whole runbook writes to and reads from a store; `undefined` where the cell is looked at alone. */
  readonly objects: StoredNames | undefined;
  /** Variables that no statement up to here sets. */
  readonly unset: readonly string[];
}

/** Last parts of the addresses that `aws s3 cp` writes and reads, patterns as written. */
export interface StoredNames {
  readonly written: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

/** One remark. `span` narrows the place from the whole statement to a text inside it. */
export interface Remark {
  readonly code: AdviceCode;
  readonly facts?: Readonly<Record<string, string>>;
  readonly span?: string;
  /** Takes the whole statement's place. */
  readonly fix?: { readonly title: string; readonly text: string };
}

export type AdviceRule = (operation: Operation, view: StatementView) => readonly Remark[];

/** `remark(condition, code, facts)`: one remark or none. */
export function remark(isGiven: boolean, code: AdviceCode, facts: Readonly<Record<string, string>> = {}, span?: string): readonly Remark[] {
  return isGiven ? [span === undefined ? { code, facts } : { code, facts, span }] : [];
}

/** The tool and verb of an operation: `kubectl get`, `curl`. */
export function title(operation: Operation): string {
  return `${operation.tool} ${operation.verb}`.trim();
}

/** Operations of the runbook further up and of the cell before this statement, nearest last. */
export function allBefore(view: StatementView): readonly Operation[] {
  return [...view.earlier, ...view.before.flatMap((statement) => statement.operations.map(({ operation }) => operation))];
}

/** Files that the statement's redirections write. */
export function writtenFiles(view: StatementView): readonly string[] {
  const masked = withoutQuotes(view.statement.text);
  return [...masked.matchAll(/(?<![\d&>])>>?\s*((?:\$\([^)]*\)|[^\s|&;<>])+)/g)].map(([, file = ""]) => file).filter((file) => file !== "/dev/null");
}

/** The text with what stands in quotes blotted out, each character by one `_`. */
export function withoutQuotes(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/gs, (part) => "_".repeat(part.length));
}

/** A workload as both `TYPE/NAME` and `TYPE NAME` name it: `deployments/web`; `undefined` for other words. */
export function workloadOf(operation: Operation): string | undefined {
  return namesPods(operation.positionals);
}
