import type { Operation } from "../command/operation.ts";
import type { PlannedOperation } from "../command/plan.ts";
import type { PlannedCell } from "../plan/runbookPlan.ts";
import { describe, severityOf } from "../problem.ts";
import type { FrontMatter, ParameterSpec } from "../runbook/document.ts";
import { fails, ok, settled, unknown, warns, type Check } from "./check.ts";

/** Errors in a cell's text: with one, nothing of the cell runs. */
export function textChecks(cell: PlannedCell): readonly Check[] {
  return cell.problems
    .filter((problem) => severityOf(problem) === "error")
    .map((problem) => settled("text", problem.code, fails(describe(problem), problem.fix === undefined ? "Correct the cell." : `${problem.fix.title}.`)));
}

/** What only the run can know is said, so that nothing unchecked looks checked. */
export function unresolvedChecks({ operation, unresolved }: PlannedOperation): readonly Check[] {
  if (unresolved.length === 0 || operation.destination === undefined) return [];
  const names = unresolved.join(", ");
  return [settled("object", names, unknown(`not checked in full: ${names} ${unresolved.length === 1 ? "is" : "are"} known only when the cell runs`))];
}

/** A call that the real binary or bash carries out needs that binary; in a drill it is refused, but for those that the world stands in for. */
export function binaryChecks(operation: Operation, isDrill: boolean): readonly Check[] {
  if (operation.engine === "inProcess") return [];
  const name = operation.engine === "untypedShell" ? "bash" : operation.tool;
  if (name === "") return [];
  if (isDrill) return [rehearsedCheck(operation, name)];
  return [{
    key: `binary|${name}`, kind: "binary", what: name, target: undefined,
    run: async ({ ports }) => {
      const path = await ports.processes.find(name);
      return path === undefined ? fails(`${name} is not on the PATH`, `Install ${name}, or put it on the PATH.`) : ok(path);
    },
  }];
}

function rehearsedCheck({ argv, engine }: Operation, name: string): Check {
  return {
    key: `binary|${argv.join(" ")}`, kind: "binary", what: name, target: undefined,
    run: async ({ isRehearsed }) => (engine === "delegated" && (await isRehearsed(argv)) ? ok("the drill's world stands in for it") : fails(`a drill runs no program of the machine, and this needs ${name}`, "In the drill, skip the step with a reason.")),
  };
}

/** Parameters that have no value yet, and values that their own pattern refuses. */
export function parameterChecks({ parameters }: FrontMatter, values: Readonly<Record<string, string>>): readonly Check[] {
  return parameters.map((parameter) => {
    const value = values[parameter.name] ?? parameter.default;
    const what = `parameter ${parameter.name}`;
    if (value === undefined) return settled("parameter", what, warns(`${parameter.name} has no value: it is asked for at the start`, "Have it at hand, or give it a default in the front matter."));
    const wrong = wrongValue(parameter, value);
    if (wrong === undefined) return settled("parameter", what, ok(parameter.type === "secret" ? "has a value" : value));
    return settled("parameter", what, fails(`${parameter.name} is ${parameter.type === "secret" ? "a value" : JSON.stringify(value)} that ${wrong}`, "Correct the value, or the parameter's definition in the front matter."));
  });
}

function wrongValue({ type, pattern }: ParameterSpec, value: string): string | undefined {
  if (type === "integer" && !/^[+-]?\d+$/.test(value)) return "is no whole number";
  if (pattern === undefined) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value) ? undefined : `does not match ${pattern}`;
  } catch {
    return `cannot be held against its pattern ${pattern}, which is no regular expression`;
  }
}
