import * as vscode from "vscode";
import { fromNotebookCells, toNotebookCells, toNotebookMetadata, type NotebookCell } from "../../core/runbook/notebook.ts";
import { parseRunbook } from "../../core/runbook/parseRunbook.ts";
import { decodeSource, encodeSource } from "../../core/runbook/source.ts";

/** Outputs never go into the file. Cell and notebook metadata hold the source's slices, so they are not transient. */
export const SERIALIZER_OPTIONS: vscode.NotebookDocumentContentOptions = { transientOutputs: true };

/**
 * Between files and notebooks, without loss. Both ways refuse by throwing: a file that cannot be read shows an error and is never
 * saved over; a save that would not read back fails and leaves the file as it is.
 */
export class RunbookSerializer implements vscode.NotebookSerializer {
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    const document = parseRunbook(decodeSource(content));
    const data = new vscode.NotebookData(toNotebookCells(document).map(toCellData));
    data.metadata = toNotebookMetadata(document);
    return data;
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    const cells = data.cells.map((cell) => toCell(cell.kind, cell.languageId, cell.value, cell.metadata));
    return encodeSource(fromNotebookCells(cells, data.metadata ?? {}));
  }
}

/** The text that saving an open notebook would write. Throws where saving would. */
export function toSource(notebook: vscode.NotebookDocument): string {
  const cells = notebook.getCells().map((cell) => toCell(cell.kind, cell.document.languageId, cell.document.getText(), cell.metadata));
  return fromNotebookCells(cells, notebook.metadata);
}

function toCellData(cell: NotebookCell): vscode.NotebookCellData {
  const kind = cell.kind === "code" ? vscode.NotebookCellKind.Code : vscode.NotebookCellKind.Markup;
  const data = new vscode.NotebookCellData(kind, cell.value, cell.languageId);
  data.metadata = { ...cell.metadata };
  return data;
}

function toCell(kind: vscode.NotebookCellKind, languageId: string, value: string, metadata: Readonly<Record<string, unknown>> | undefined): NotebookCell {
  return { kind: kind === vscode.NotebookCellKind.Code ? "code" : "markup", languageId, value, metadata: metadata ?? {} };
}
