import { assignmentsOf } from "../command/assignments.ts";
import { cellReference } from "../runbook/cellName.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import type { LanguageFacts, VariableFact } from "./facts.ts";

/** What is known around a cell: the targets, the parameters, and what cells further up and the cell itself set. */
export function cellFacts(document: RunbookDocument, index: number): LanguageFacts {
  const { targets, parameters } = document.frontMatter;
  const known = new Map<string, VariableFact>(
    parameters.map(({ name, type, description, default: standard }) => [name, { name, description: description ?? "A parameter of the runbook.", value: type === "secret" ? undefined : standard }]),
  );
  for (const [at, cell] of document.cells.slice(0, index + 1).entries()) {
    for (const { name } of assignmentsOf(cell)) {
      // Which of several values it has depends on the way that is taken.
      const before = known.get(name);
      const setter = at === index ? "this cell" : `cell ${cellReference(document, at).name}`;
      known.set(name, { name, description: before === undefined ? `Set by ${setter}.` : `${before.description} Set again by ${setter}.`, value: before === undefined ? undefined : before.value });
    }
  }
  return { targets, variables: [...known.values()] };
}

/** Names that cells of the runbook have, in document order. */
export function cellNames(document: RunbookDocument): readonly string[] {
  return document.cells.flatMap(({ command }) => command?.name ?? []);
}
