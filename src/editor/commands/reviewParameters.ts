import * as vscode from "vscode";
import type { ParameterSpec } from "../../core/runbook/document.ts";
import { parameterProblem } from "../../core/runbook/quickActions.ts";

interface Line extends vscode.QuickPickItem {
  /** `undefined` for the line that goes on. */
  readonly spec?: ParameterSpec;
}

/**
 * Shows what parameters hold, and lets the person change them before anything runs. Resolves with the values that were changed;
 * `undefined` when they close the list.
 */
export async function reviewParameters(title: string, specs: readonly ParameterSpec[], current: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>> | undefined> {
  const changed: Record<string, string> = {};
  for (;;) {
    const isComplete = specs.every(({ name, default: usual }) => (changed[name] ?? current[name] ?? usual) !== undefined);
    const goOn: Line = { label: `$(zap) ${title}`, description: "with these values", detail: "Reads run at once; a change asks first." };
    const lines = specs.map((spec): Line => ({ label: `$(edit) ${spec.name}`, ...valueOf(spec, changed, current), spec }));
    const picked = await vscode.window.showQuickPick(isComplete ? [goOn, ...lines] : lines, { title: `${title}: what it uses`, placeHolder: "Pick a value to change it; Escape runs nothing.", ignoreFocusOut: true });
    if (picked === undefined) return undefined;
    if (picked.spec === undefined) return changed;
    const { spec } = picked;
    const value = await vscode.window.showInputBox({
      title: `Parameter ${spec.name}`, value: changed[spec.name] ?? current[spec.name] ?? spec.default ?? "", prompt: spec.description ?? `A ${spec.type} that the runbook needs.`, ignoreFocusOut: true, validateInput: (text) => parameterProblem(spec, text),
    });
    if (value !== undefined && value !== (current[spec.name] ?? spec.default)) changed[spec.name] = value;
  }
}

function valueOf({ name, default: usual, description = "" }: ParameterSpec, changed: Readonly<Record<string, string>>, current: Readonly<Record<string, string>>): Pick<Line, "description" | "detail"> {
  const value = changed[name] ?? current[name] ?? usual;
  const origin = changed[name] !== undefined ? "changed" : value === usual ? "default" : "of this run";
  return { description: value === undefined ? "no value yet" : `${value} (${origin})`, detail: description };
}
