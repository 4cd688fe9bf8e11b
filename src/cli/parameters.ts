import type { KernelClient } from "../core/protocol.ts";
import type { ParameterSpec, RunbookDocument } from "../core/runbook/document.ts";
import { parsePair } from "../core/runbook/drillCase.ts";
import { openParameters, parameterProblem, parameterPrompt, parametersRequest, placeholderIn, type ParameterValues } from "../core/runbook/parameters.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import type { Terminal } from "./runLive.ts";

/** What is said to a person who closed a question before the run. */
export const NOTHING_STARTED = "Nothing was started.";

/** Reads `--parameter NAME=VALUE` flags. Throws `invalidInput` for a value that the runbook does not take, `notFound` for a parameter that it does not have. */
export function readParameters(texts: readonly string[], { frontMatter }: RunbookDocument): ParameterValues {
  return Object.fromEntries(texts.map((text) => readParameter(text, frontMatter.parameters)));
}

function readParameter(text: string, specs: readonly ParameterSpec[]): readonly [string, string] {
  const [name, value] = parsePair(text) ?? [];
  if (name === undefined || value === undefined) throw new RuntimeError("invalidInput", `Reading --parameter ${text}: it must be NAME=VALUE.`, { hint: "For example --parameter REGION=eu-central-1." });
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new RuntimeError("notFound", `Reading --parameter ${name}: the runbook has no such parameter.`, { hint: `It has ${openParameters(specs).map((each) => each.name).join(", ") || "none"}.` });
  if (spec.type === "secret") throw new RuntimeError("invalidInput", `Reading --parameter ${name}: it is a secret, and others can read a command line.`, { hint: "Leave it out: the cell that needs it asks for it." });
  const problem = parameterProblem(spec, value);
  if (problem !== undefined) throw new RuntimeError("invalidInput", `Reading --parameter ${name}: ${value} is no value for it.`, { hint: problem });
  return [name, value];
}

/** The parameters that need a value and have none: no default, and not among those given. The kernel asks for secrets. */
function missingParameters({ frontMatter }: RunbookDocument, given: ParameterValues): readonly ParameterSpec[] {
  return openParameters(frontMatter.parameters).filter(({ name, default: usual }) => usual === undefined && given[name] === undefined);
}

/** Throws `invalidInput` where a parameter has no value and nobody is there to be asked. */
export function requireParameters(file: string, document: RunbookDocument, given: ParameterValues): void {
  const missing = missingParameters(document, given).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new RuntimeError("invalidInput", `Drilling ${file}: ${missing.join(", ")} ${missing.length === 1 ? "has" : "have"} no value, and nobody is there to be asked.`, {
    hint: `Add ${missing.map((name) => `--parameter ${name}=VALUE`).join(" ")}, or give a default in the front matter.`,
  });
}

/** What is given, and what the person answers for the parameters that have no value. `undefined` when they close the input. */
export async function askMissingParameters(document: RunbookDocument, given: ParameterValues, { read, print }: Pick<Terminal, "read" | "print">): Promise<ParameterValues | undefined> {
  const values: Record<string, string> = { ...given };
  for (const spec of missingParameters(document, given)) {
    for (;;) {
      const value = await read(`${spec.name}: ${parameterPrompt(spec)} `);
      if (value === undefined) return undefined;
      const problem = value === "" ? "A value is needed." : parameterProblem(spec, value);
      if (problem === undefined) {
        values[spec.name] = value;
        break;
      }
      print(problem);
    }
  }
  return values;
}

/** What the parameters hold, one a line; a default that looks made up is marked. */
export function parameterLines({ frontMatter }: Pick<RunbookDocument, "frontMatter">, held: ParameterValues): readonly string[] {
  return openParameters(frontMatter.parameters).map(({ name, default: usual, description = "" }) => {
    const value = held[name] ?? usual ?? "";
    return `  ${name}=${value}${value === usual && placeholderIn(value) !== undefined ? "  (made up? p sets it)" : ""}  ${description}`.trimEnd();
  });
}

/** Shows what the parameters of a run hold, and sets one. */
export async function reviewParameters({ frontMatter }: RunbookDocument, kernel: KernelClient, execution: string, { read, print }: Pick<Terminal, "read" | "print">): Promise<void> {
  const specs = openParameters(frontMatter.parameters);
  if (specs.length === 0) {
    print("This runbook has no parameters.");
    return;
  }
  for (const line of parameterLines({ frontMatter }, await kernel.request("variables", {}))) print(line);
  const answer = ((await read("Set one, as NAME=VALUE? [none] ")) ?? "").trim();
  if (answer === "") return;
  const [name = "", ...rest] = answer.split("=");
  const [spec, value] = [specs.find((candidate) => candidate.name === name.trim()), rest.join("=").trim()];
  const problem = spec === undefined ? `The runbook has no parameter ${name}.` : parameterProblem(spec, value);
  if (spec === undefined || problem !== undefined) {
    print(`Nothing was set. ${problem ?? ""}`.trimEnd());
    return;
  }
  const { status } = await kernel.request("runCell", { execution, ...parametersRequest({ [spec.name]: value }) });
  print(`-- ${status}: ${spec.name}=${value}`);
}
