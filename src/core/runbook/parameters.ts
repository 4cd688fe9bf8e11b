import type { RunCellParams } from "../protocol.ts";
import type { ParameterSpec } from "./document.ts";

/** Values of parameters by their names. */
export type ParameterValues = Readonly<Record<string, string>>;

/** What is wrong with a value of a parameter; `undefined` where nothing is. */
export function parameterProblem({ type, pattern }: ParameterSpec, value: string): string | undefined {
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value)) return `It must match ${pattern}.`;
  return type === "integer" && !/^-?\d+$/u.test(value) ? "It must be a whole number." : undefined;
}

/** What a person is asked for where a parameter says nothing of itself. */
export function parameterPrompt({ type, description }: ParameterSpec): string {
  return description ?? `${type === "integer" ? "An" : "A"} ${type} that the runbook needs.`;
}

/** What looks made up in a text, for somebody to put the real thing in (`Z1234567890ABC`); `undefined` where nothing does. */
export function placeholderIn(text: string): string | undefined {
  return /\bZ[0-9A-F]{0,3}1234567890\w*|\b(?:start|stop)-position=(?:12345|67890)\b|\bYOUR[-_]\w+|<[a-z][\w-]*>|\bexample\.(?:com|org)\b|\bCHANGE[-_]?ME\b/i.exec(text)?.[0];
}

/** Parameters whose values may be shown: secrets are asked for by the kernel, and shown nowhere. */
export function openParameters(specs: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return specs.filter(({ type }) => type !== "secret");
}

/** Whether a person must see the values before a run: a link has given some, or it is live and a default is made up. */
export function needsReview(specs: readonly ParameterSpec[], given: ParameterValues, isLive: boolean): boolean {
  return specs.some(({ name, default: usual }) => given[name] !== undefined || (isLive && usual !== undefined && placeholderIn(usual) !== undefined));
}

/** Finds where a text uses the variable of this name: `$NAME`, `${NAME`. */
export function useOf(name: string): RegExp {
  return new RegExp(String.raw`\$\{?${name}\b`);
}

/** What a kernel is asked to set variables of a run: a cell, so that the journal has the values as it has those that cells set, and a resumed run too. */
export function parametersRequest(values: ParameterValues): Omit<RunCellParams, "execution"> {
  return { cell: { name: "parameters", step: undefined, language: "bash" }, text: assignmentsText(values), via: undefined, timeoutMs: undefined };
}

/** Command lines that set variables to these values, whatever is in them. */
export function assignmentsText(values: ParameterValues): string {
  return Object.entries(values).map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'`).join("\n");
}
