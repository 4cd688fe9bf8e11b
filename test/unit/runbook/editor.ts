import { fromNotebookCells, toNotebookCells, toNotebookMetadata, type NotebookCell } from "../../../src/core/runbook/notebook.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

/** What saving does to a cell's text before the serializer sees it. */
export type SaveParticipant = "none" | "trimTrailingWhitespace" | "insertFinalNewline" | "trimFinalNewlines";

/** Behaves to a notebook as VS Code does: one line end for each cell, no mark at its start, metadata lost by copy and split. */
export class EditedNotebook {
  cells: NotebookCell[];
  readonly #metadata: Readonly<Record<string, unknown>>;

  constructor(source: string, lineEnd: "\n" | "\r\n" = "\n") {
    const document = parseRunbook(source);
    this.#metadata = structuredClone(toNotebookMetadata(document));
    this.cells = toNotebookCells(document).map((cell) => ({ ...structuredClone(cell), value: cell.value.replace(/^\uFEFF/, "").replaceAll(/\r\n?|\n/g, lineEnd) }));
  }

  save(participant: SaveParticipant = "none"): string {
    return fromNotebookCells(this.cells.map((cell) => ({ ...cell, value: participate(cell.value, participant) })), this.#metadata);
  }

  edit(index: number, change: (value: string) => string): void {
    this.cells = this.cells.map((cell, at) => (at === index ? { ...cell, value: change(cell.value) } : cell));
  }

  add(index: number, kind: "markup" | "code", value: string, languageId = kind === "code" ? "shellscript" : "markdown"): void {
    this.cells = this.cells.toSpliced(index, 0, { kind, languageId, value, metadata: {} });
  }

  delete(index: number): void {
    this.cells = this.cells.toSpliced(index, 1);
  }

  move(from: number, to: number): void {
    const cell = this.cells[from];
    if (cell !== undefined) this.cells = this.cells.toSpliced(from, 1).toSpliced(to, 0, cell);
  }

  copy(from: number, to: number): void {
    const cell = this.cells[from];
    if (cell !== undefined) this.cells = this.cells.toSpliced(to, 0, { ...cell, metadata: {} });
  }

  cut(from: number, to: number): void {
    const cell = this.cells[from];
    if (cell !== undefined) this.cells = this.cells.toSpliced(from, 1).toSpliced(to, 0, { ...cell, metadata: {} });
  }

  split(index: number, line: number): void {
    const cell = this.cells[index];
    if (cell === undefined) return;
    const lines = cell.value.split("\n");
    const [first, second] = [lines.slice(0, line).join("\n"), lines.slice(line).join("\n")];
    this.cells = this.cells.toSpliced(index, 1, { ...cell, value: first }, { ...cell, value: second, metadata: {} });
  }

  join(index: number): void {
    const [first, second] = this.cells.slice(index, index + 2);
    if (first === undefined || second === undefined) return;
    this.cells = this.cells.toSpliced(index, 2, { ...first, value: `${first.value}\n${second.value}` });
  }
}

function participate(value: string, participant: SaveParticipant): string {
  switch (participant) {
    case "none":
      return value;
    case "trimTrailingWhitespace":
      return value.replaceAll(/[ \t]+(?=\r?\n|$)/g, "");
    case "insertFinalNewline":
      return value.endsWith("\n") || value === "" ? value : `${value}\n`;
    case "trimFinalNewlines":
      return value.replace(/(?:\r?\n)+$/, "");
  }
}
