import type { RunbookDocument } from "./document.ts";

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
