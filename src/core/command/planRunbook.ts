import { forEachChild, type SyntaxNode } from "unbash";
import type { DocumentCell, RunbookDocument } from "../runbook/document.ts";
import { parseShell } from "../shell/parse.ts";
import type { CellPlan } from "./plan.ts";
import { planCell } from "./planCell.ts";

/**
 * Plans every executable cell of a runbook as it stands in it: parameters have values, and so has what a cell further up assigns.
 * By index into `document.cells`; `undefined` for prose.
 */
export function planRunbook(document: RunbookDocument): readonly (CellPlan | undefined)[] {
  const variables = new Set(document.frontMatter.parameters.map((parameter) => parameter.name));
  return document.cells.map((cell) => {
    const plan = planDocumentCell(cell, variables);
    for (const name of assignedNames(cell)) variables.add(name);
    return plan;
  });
}

function planDocumentCell(cell: DocumentCell, variables: ReadonlySet<string>): CellPlan | undefined {
  if (cell.command === undefined) return undefined;
  const { via, commandText, expectations } = cell.command;
  if (cell.kind === "query" && via === undefined) return { statements: [], problems: [] };
  return planCell(via ?? commandText, { variables, expectations: via === undefined ? expectations : [], ...(via === undefined ? {} : { inputText: cell.text }) });
}

/** Names that a cell gives a value in the shell that the next cells run in; those set inside `$(…)` stay inside. */
function assignedNames(cell: DocumentCell): readonly string[] {
  if (cell.command === undefined || cell.kind !== "command") return [];
  const names: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "CommandExpansion") return;
    if (node.type === "Assignment" && node.name !== undefined) names.push(node.name);
    if (node.type === "For") names.push(node.name.value);
    forEachChild(node, visit);
  };
  for (const statement of parseShell(cell.command.commandText).script.commands) visit(statement);
  return names;
}
