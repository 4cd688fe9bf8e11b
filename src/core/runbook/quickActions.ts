import type { RunbookDocument } from "./document.ts";

/** A quick action of a runbook: the cells whose info map has its name (```` ```bash {action: "View Logs"} ````), in document order. */
export interface QuickAction {
  readonly name: string;
  /** Indices into `document.cells`. */
  readonly cells: readonly number[];
}

/** The quick actions that a runbook offers, in the order in which they first stand in it. */
export function readQuickActions(document: RunbookDocument): readonly QuickAction[] {
  const cells = new Map<string, number[]>();
  for (const [index, cell] of document.cells.entries()) {
    const name = cell.command?.attributes["action"];
    if (typeof name !== "string") continue;
    cells.set(name, [...(cells.get(name) ?? []), index]);
  }
  return [...cells].map(([name, indices]) => ({ name, cells: indices }));
}
