import type { Problem } from "../../problem.ts";
import { parseDuration } from "../../kubectl/time.ts";
import type { Operation } from "../operation.ts";
import type { StatementPlan } from "../plan.ts";
import { flagText } from "../schema/spec.ts";
import { valueRule } from "../schema/values.ts";
import { adviseCloud } from "./cloud.ts";
import { adviseHttp, adviseJson } from "./http.ts";
import { adviseChanges } from "./kubectlChanges.ts";
import { adviseReads } from "./kubectlReads.ts";
import { adviseShell, adviseValues } from "./pipes.ts";
import { advisePrograms, adviseSql } from "./programs.ts";
import { remark, title, type AdviceRule, type Remark, type StatementView, type StoredNames } from "./view.ts";

/** What stands around a cell, for advice that goes beyond it. */
export interface Surroundings {
  /** Operations of the runbook's cells further up, nearest last. */
  readonly earlier: readonly Operation[];
  /** The step's budget, milliseconds. */
  readonly budgetMs: number | undefined;
  readonly objects: StoredNames;
}

const RULES: readonly AdviceRule[] = [adviseReads, adviseChanges, advisePrograms, adviseHttp, adviseJson, adviseCloud, adviseValues];

/** What a careful colleague would say about a cell's statements: never errors. `unset` are variables that nothing sets. */
export function adviseCell(statements: readonly StatementPlan[], unset: readonly string[], around: Surroundings | undefined): readonly Problem[] {
  return statements.flatMap((statement, index) => {
    const view: StatementView = {
      statement,
      operations: statement.operations.map(({ operation }) => operation),
      before: statements.slice(0, index),
      after: statements.slice(index + 1),
      earlier: around?.earlier ?? [],
      budgetMs: around?.budgetMs,
      objects: around?.objects,
      unset,
    };
    const remarks = [...adviseShell(view), ...view.operations.flatMap((operation) => [...RULES.flatMap((rule) => rule(operation, view)), ...adviseAnywhere(operation, view)])];
    return unique(remarks).map((one) => placed(one, statement));
  });
}

/** Remarks that concern any tool. */
const adviseAnywhere: AdviceRule = (operation, view) => {
  const context = flagText(operation, "context");
  const timeout = flagText(operation, "timeout");
  const { budgetMs } = view;
  const isFull = budgetMs !== undefined && timeout !== undefined && valueRule("kubectl wait", "timeout")?.pattern.test(timeout) === true && parseDuration(timeout, "timeout") >= budgetMs;
  const sql = operation.inner === undefined && operation.destination === undefined && /^[A-Z]{3,}$/.test(operation.tool) ? operation.argv.join(" ") : "";
  return [
    ...remark(context !== undefined && operation.tool === "kubectl", "other-cluster", { context: context ?? "" }, context),
    ...remark(isFull, "timeout-fills-budget", { timeout: timeout ?? "", budget: budgetText(budgetMs ?? 0) }, timeout),
    ...remark(/openssl rand -base64 (?:4[89]|[5-9]\d|\d{3,})/.test(operation.argv.join(" ")) && view.statement.text.includes("$("), "newline-kept"),
    ...(sql === "" ? [] : adviseSql(sql, view)),
    ...remark(title(operation) === "terraform" && operation.positionals[0] === "apply", "state-lock"),
  ];
};

function budgetText(ms: number): string {
  return ms % 60_000 === 0 ? `${String(ms / 60_000)} min` : `${String(ms / 1000)} s`;
}

function unique(remarks: readonly Remark[]): readonly Remark[] {
  return remarks.filter((one, index) => remarks.findIndex((other) => other.code === one.code && JSON.stringify(other.facts) === JSON.stringify(one.facts)) === index);
}

function placed({ code, facts = {}, span, fix }: Remark, statement: StatementPlan): Problem {
  const at = span === undefined ? -1 : statement.text.indexOf(span);
  if (span === undefined || at < 0 || fix !== undefined) return { code, start: statement.start, end: statement.end, facts, ...(fix === undefined ? {} : { fix }) };
  return { code, start: statement.start + at, end: statement.start + at + span.length, facts };
}
