import type { KernelClient } from "../core/protocol.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { openParameters, parameterProblem, parameterPrompt, parametersRequest, placeholderIn, type ParameterValues } from "../core/runbook/parameters.ts";
import type { Terminal } from "./runLive.ts";

/** Values of the parameters without a default; the kernel asks for secrets. `undefined` when the person closes the input. */
export async function askMissingParameters({ frontMatter }: RunbookDocument, { read, print }: Pick<Terminal, "read" | "print">): Promise<ParameterValues | undefined> {
  const values: Record<string, string> = {};
  for (const spec of openParameters(frontMatter.parameters).filter(({ default: usual }) => usual === undefined)) {
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
