import type { Operation, Risk } from "../command/operation.ts";
import { worseRisk, type CellPlan, type PlannedOperation } from "../command/plan.ts";
import { planRunbook } from "../command/planRunbook.ts";
import type { Problem } from "../problem.ts";
import { cellReference } from "../runbook/cellName.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { chooseTarget, type TargetChoice } from "../run/targets.ts";
import { valuesByCell } from "./variableValues.ts";

/** What a whole runbook would do, every branch and option of it, before anything runs. */
export interface RunbookPlan {
  readonly document: RunbookDocument;
  /** Executable cells in document order. */
  readonly cells: readonly PlannedCell[];
}

export interface PlannedCell {
  /** Index into `document.cells`. */
  readonly index: number;
  /** As journal and screen call it. */
  readonly name: string;
  readonly step: Step | undefined;
  readonly risk: Risk;
  readonly problems: readonly Problem[];
  readonly calls: readonly PlannedCall[];
}

export interface PlannedCall {
  /** Index of its statement in the cell. */
  readonly statement: number;
  /** As it stands in the cell. */
  readonly written: PlannedOperation;
  /** With the values put in that are known; several where the way through the runbook decides between values. Never empty. */
  readonly resolved: readonly PlannedOperation[];
  readonly target: TargetChoice;
}

/** Plans every executable cell. `start` holds the variables that have a value before the first cell runs. */
export function planWholeRunbook(document: RunbookDocument, start: ReadonlyMap<string, string>): RunbookPlan {
  const written = planRunbook(document);
  const values = valuesByCell(document, start);
  const none: ReadonlyMap<string, string> = new Map();
  const most = Math.max(1, ...values.map((ways) => ways.length));
  const resolved = Array.from({ length: most }, (_, way) => planRunbook(document, (index) => values[index]?.[way] ?? values[index]?.[0] ?? none));
  const cells = document.cells.flatMap((cell, index): PlannedCell[] => {
    const plan = written[index];
    if (plan === undefined) return [];
    const ways = resolved.slice(0, values[index]?.length ?? 1).map((plans) => plans[index] ?? plan);
    const { name } = cellReference(document, index);
    const risk = plan.statements.reduce<Risk>((worst, statement) => worseRisk(worst, statement.risk), "read");
    const step = cell.step === undefined ? undefined : document.steps[cell.step];
    return [{ index, name, step, risk, problems: plan.problems, calls: callsOf(plan, ways, document) }];
  });
  return { document, cells };
}

function callsOf(plan: CellPlan, ways: readonly CellPlan[], document: RunbookDocument): readonly PlannedCall[] {
  return plan.statements.flatMap((statement, at) =>
    statement.operations.map((written, index): PlannedCall => {
      const resolved = distinct(ways.map((way) => way.statements[at]?.operations[index] ?? written));
      return { statement: at, written, resolved, target: chooseTarget((resolved[0] ?? written).operation.destination, document.frontMatter.targets) };
    }),
  );
}

function distinct(operations: readonly PlannedOperation[]): readonly PlannedOperation[] {
  const seen = new Set<string>();
  return operations.filter(({ operation }) => {
    const key = operation.argv.join("\0");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Risk of a call: the worst of what it may come to. */
export function riskOf(call: PlannedCall): Risk {
  return call.resolved.reduce<Risk>((worst, { operation }) => worseRisk(worst, operation.risk), call.written.operation.risk);
}

/** How many calls of each risk. */
export function countRisks(plan: RunbookPlan): Readonly<Record<Risk, number>> {
  const counts: Record<Risk, number> = { read: 0, change: 0, undetermined: 0, destroy: 0 };
  for (const cell of plan.cells) for (const call of cell.calls) counts[riskOf(call)] += 1;
  return counts;
}

/** Where a call goes, in a few words: the target's alias and the place in it. Empty for filters, which go nowhere. */
export function placeText(operation: Operation, target: TargetChoice): string {
  switch (target.kind) {
    case "none":
      return "";
    case "unknown":
      return `no target: ${target.wanted}`;
    case "target": {
      const { spec } = target;
      switch (spec.kind) {
        case "kubernetes": {
          const named = operation.destination?.kind === "kubernetes" ? operation.destination.namespace : undefined;
          return [`${spec.alias}: ${spec.context ?? "current context"}`, named ?? spec.namespace].filter((part) => part !== undefined).join(", ");
        }
        case "aws":
          return [`${spec.alias}: ${spec.profile ?? "default profile"}`, spec.region, operation.destination?.kind === "aws" ? operation.destination.bucket : undefined].filter((part) => part !== undefined).join(", ");
        case "http":
          return `${spec.alias}: ${spec.url}`;
      }
    }
  }
}
