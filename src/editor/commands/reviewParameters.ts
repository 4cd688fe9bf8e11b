import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { ParameterSpec } from "../../core/runbook/document.ts";
import { needsReview, openParameters, parameterProblem, parameterPrompt, parametersRequest, type ParameterValues, placeholderIn } from "../../core/runbook/parameters.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { RunSession } from "../run/runSession.ts";

interface Line extends vscode.QuickPickItem {
  /** `undefined` for the line that goes on. */
  readonly spec?: ParameterSpec;
}

/** What is reviewed, and how it is put. */
export interface ParameterReview {
  readonly title: string;
  /** The first line, which goes on. */
  readonly goOn: { readonly label: string; readonly detail: string };
  readonly specs: readonly ParameterSpec[];
  /** What they hold where that is not their default, and where that is from. */
  readonly current: ParameterValues;
  readonly origin: string;
}

/**
 * Shows what parameters hold, and lets the person change them before anything runs. Resolves with the values that were changed;
 * `undefined` when they close the list.
 */
export async function reviewParameters({ title, goOn, specs, current, origin }: ParameterReview): Promise<ParameterValues | undefined> {
  const changed: Record<string, string> = {};
  for (;;) {
    const valueOf = ({ name, default: usual }: ParameterSpec): string | undefined => changed[name] ?? current[name] ?? usual;
    const isRight = specs.every((spec) => isGiven(spec, valueOf(spec)));
    const lines = specs.map((spec): Line => ({ label: `$(edit) ${spec.name}`, description: describe(spec, valueOf(spec), changed[spec.name] === undefined ? origin : "changed"), detail: spec.description ?? "", spec }));
    const picked = await vscode.window.showQuickPick(isRight ? [{ ...goOn, description: "with these values" }, ...lines] : lines, { title, placeHolder: "Pick a value to change it; Escape runs nothing.", ignoreFocusOut: true });
    if (picked === undefined) return undefined;
    if (picked.spec === undefined) return changed;
    const value = await askValue(picked.spec, valueOf(picked.spec));
    if (value !== undefined && value !== (current[picked.spec.name] ?? picked.spec.default)) changed[picked.spec.name] = value;
  }
}

/** Values for a run that is to start: those without a default are asked for, and all are shown where a person must see them. `undefined` when they close a question. */
export async function askStartParameters(specs: readonly ParameterSpec[], given: ParameterValues, isLive: boolean): Promise<ParameterValues | undefined> {
  const values: Record<string, string> = {};
  for (const spec of specs) {
    const value = spec.type === "secret" || given[spec.name] === undefined ? (spec.default === undefined ? await askValue(spec, undefined) : undefined) : given[spec.name];
    if (value !== undefined) values[spec.name] = value;
    else if (spec.default === undefined) return undefined;
  }
  const open = openParameters(specs);
  if (!needsReview(open, given, isLive)) return values;
  const changed = await reviewParameters({ title: "Start: what the run uses", goOn: { label: "$(run) Start", detail: "They can be changed in the run as well: Set Parameters…" }, specs: open, current: values, origin: "given" });
  return changed === undefined ? undefined : { ...values, ...changed };
}

/** Sets variables of a run. Rejects with `invalidInput` where they do not take the values. */
export async function setParameters(session: RunSession, values: ParameterValues): Promise<void> {
  if (Object.keys(values).length === 0) return;
  const outcome = await session.client.request("runCell", { execution: randomUUID(), ...parametersRequest(values) });
  if (outcome.status !== "succeeded") throw new RuntimeError("invalidInput", `Setting ${Object.keys(values).join(", ")}: ${outcome.message ?? outcome.status}`, { hint: "Set other values." });
}

function isGiven(spec: ParameterSpec, value: string | undefined): boolean {
  return value !== undefined && parameterProblem(spec, value) === undefined;
}

function describe(spec: ParameterSpec, value: string | undefined, origin: string): string {
  if (value === undefined) return "no value yet";
  const problem = parameterProblem(spec, value) ?? (value === spec.default && placeholderIn(value) !== undefined ? "It looks made up." : undefined);
  return `${value} (${value === spec.default ? "default" : origin})${problem === undefined ? "" : ` $(warning) ${problem}`}`;
}

async function askValue(spec: ParameterSpec, value: string | undefined): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: `Parameter ${spec.name}`, ...(value === undefined ? {} : { value }), prompt: parameterPrompt(spec), password: spec.type === "secret", ignoreFocusOut: true, validateInput: (text) => parameterProblem(spec, text),
  });
}
