import type { ParameterSpec, RunbookDocument } from "./document.ts";
import { openParameters, useOf } from "./parameters.ts";

/** A quick action of a runbook: the cells whose info map has its name, alone or in a list (```` ```bash {action: "View Logs"} ````), in document order. */
export interface QuickAction {
  readonly name: string;
  /** Indices into `document.cells`. */
  readonly cells: readonly number[];
}

/** The quick actions that a runbook offers, in the order in which they first stand in it. */
export function readQuickActions(document: RunbookDocument): readonly QuickAction[] {
  const cells = new Map<string, number[]>();
  for (const [index, cell] of document.cells.entries()) {
    const action: unknown = cell.command?.attributes["action"];
    const names = (Array.isArray(action) ? action : [action]).filter((name) => typeof name === "string");
    for (const name of new Set(names)) cells.set(name, [...(cells.get(name) ?? []), index]);
  }
  return [...cells].map(([name, indices]) => ({ name, cells: indices }));
}

/** The parameters that an action's cells use, in the order of the front matter. Secrets are left out: the kernel asks for those. */
export function parametersOf({ cells, frontMatter }: Pick<RunbookDocument, "cells" | "frontMatter">, action: QuickAction): readonly ParameterSpec[] {
  const texts = action.cells.flatMap((index) => [cells[index]?.text ?? "", cells[index]?.command?.via ?? ""]).join("\n");
  return openParameters(frontMatter.parameters).filter(({ name }) => useOf(name).test(texts));
}
