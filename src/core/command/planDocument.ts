import { forEachChild, type SyntaxNode } from "unbash";
import type { DocumentCell, RunbookDocument } from "../runbook/document.ts";
import { parseShell } from "../shell/parse.ts";
import type { CellPlan } from "./plan.ts";
import { planCell } from "./planCell.ts";

/**
 * Plans every cell of a document, in document order: variables are the parameters and whatever earlier cells set. Prose has
 * `undefined`.
 */
export function planDocument(document: Pick<RunbookDocument, "cells" | "frontMatter">): readonly (CellPlan | undefined)[] {
  const variables = new Set(document.frontMatter.parameters.map((parameter) => parameter.name));
  return document.cells.map((cell) => {
    if (cell.command === undefined) return undefined;
    const plan = planDocumentCell(cell, variables);
    for (const name of assignedNames(cell.command.via ?? cell.command.commandText)) variables.add(name);
    return plan;
  });
}

function planDocumentCell(cell: DocumentCell, variables: ReadonlySet<string>): CellPlan {
  const { command } = cell;
  if (command === undefined) return { statements: [], problems: [] };
  if (command.via === undefined) return planCell(command.commandText, { variables, expectations: command.expectations });
  return planCell(command.via, { variables, expectations: command.expectations.map((one) => ({ ...one, start: 0 })), inputText: cell.text });
}

/** Names that a shell text gives a value to. */
function assignedNames(text: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Assignment") names.push(node.name);
    if (node.type === "For") names.push(node.name.value);
    forEachChild(node, visit);
  };
  visit(parseShell(text).script);
  return names;
}
