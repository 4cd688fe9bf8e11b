import * as vscode from "vscode";
import type { NotebookContent, RunbookReader } from "../../core/reading.ts";
import type { NotebookCell } from "../../core/runbook/notebook.ts";
import { decodeSource, encodeSource } from "../../core/runbook/source.ts";

/** Outputs never go into the file. Cell and notebook metadata hold the source's slices, so they are not transient. */
export const SERIALIZER_OPTIONS: vscode.NotebookDocumentContentOptions = { transientOutputs: true };

/**
 * Between files and notebooks, without loss. Both ways refuse by rejecting: a file that cannot be read shows an error and is never
 * saved over; a save that would not read back fails and leaves the file as it is.
 */
export class RunbookSerializer implements vscode.NotebookSerializer {
  readonly #reader: RunbookReader;

  constructor(reader: RunbookReader) {
    this.#reader = reader;
  }

  async deserializeNotebook(content: Uint8Array): Promise<vscode.NotebookData> {
    const { cells, metadata } = await this.#reader.ask("open", decodeSource(content));
    const data = new vscode.NotebookData(cells.map(toCellData));
    data.metadata = { ...metadata };
    return data;
  }

  async serializeNotebook(data: vscode.NotebookData): Promise<Uint8Array> {
    const cells = data.cells.map((cell) => toCell(cell.kind, cell.languageId, cell.value, cell.metadata));
    return encodeSource(await this.#reader.ask("save", { cells, metadata: data.metadata ?? {} }));
  }
}

/** An open notebook in the core's terms, as it is now. */
export function contentOf(notebook: vscode.NotebookDocument): NotebookContent {
  const cells = notebook.getCells().map((cell) => toCell(cell.kind, cell.document.languageId, cell.document.getText(), cell.metadata));
  return { cells, metadata: notebook.metadata };
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
