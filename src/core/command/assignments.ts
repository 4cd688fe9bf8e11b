import { forEachChild, type SyntaxNode } from "unbash";
import type { DocumentCell } from "../runbook/document.ts";
import { expandTextStatically, type StaticVariables } from "../shell/expand.ts";
import { parseShell } from "../shell/parse.ts";

/** A name that a cell gives a value; `undefined` where only running the cell tells which. */
export interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
}

const NOTHING_KNOWN: StaticVariables = { isKnown: () => true, valueOf: () => undefined };

/** What a cell assigns in the shell that the next cells run in; what is set inside `$(…)` stays inside. In the order of the text. */
export function assignmentsOf(cell: DocumentCell): readonly Assignment[] {
  if (cell.command === undefined || cell.kind !== "command") return [];
  const found: Assignment[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "CommandExpansion") return;
    if (node.type === "Assignment" && node.name !== undefined) found.push({ name: node.name, value: literalOf(node) });
    if (node.type === "For") found.push({ name: node.name.value, value: undefined });
    forEachChild(node, visit);
  };
  for (const statement of parseShell(cell.command.commandText).script.commands) visit(statement);
  return found;
}

function literalOf(node: Extract<SyntaxNode, { type: "Assignment" }>): string | undefined {
  if (node.append === true || node.value?.type !== "Word") return undefined;
  const { text, unresolved, problems } = expandTextStatically(node.value, NOTHING_KNOWN);
  return unresolved.length === 0 && problems.length === 0 ? text : undefined;
}
