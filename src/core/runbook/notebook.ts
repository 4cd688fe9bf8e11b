import { RuntimeError } from "../runtimeError.ts";
import type { DocumentCell, RunbookDocument } from "./document.ts";
import { BYTE_ORDER_MARK, dominantLineEnd, isBlank, type LineEnd } from "./lines.ts";
import { piecesOf, writePiece, type Piece } from "./notebookPieces.ts";
import { regroupProse } from "./notebookProse.ts";
import { isSameText, sliceOfCell, valueOf, type CellSlice } from "./notebookSlice.ts";
import { parseRunbook } from "./parseRunbook.ts";

/** A notebook cell in the editor's terms, without the editor. */
export interface NotebookCell {
  readonly kind: "markup" | "code";
  /** `shellscript` for commands, `sql` for queries, `markdown` for prose and the front matter. */
  readonly languageId: string;
  /** With any line ends; as the editor holds it. */
  readonly value: string;
  /** Holds the cell's slice under `runbook`; an editor may lose it (copy, cut, paste, split), which only costs formatting. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The cells of a document as an editor shows them. */
export function toNotebookCells(document: RunbookDocument): NotebookCell[] {
  return slicesOf(document).map((slice, index) => ({
    kind: slice.kind === "command" || slice.kind === "query" ? "code" : "markup",
    languageId: LANGUAGE_IDS[slice.kind],
    value: valueOf(slice),
    metadata: { runbook: { ...slice, index } },
  }));
}

const LANGUAGE_IDS: Readonly<Record<CellSlice["kind"], string>> = { frontMatter: "markdown", markdown: "markdown", command: "shellscript", query: "sql" };

/** What `fromNotebookCells` needs to know about the file as a whole. */
export function toNotebookMetadata(document: RunbookDocument): Record<string, unknown> {
  return {
    runbook: {
      byteOrderMark: document.source.startsWith(BYTE_ORDER_MARK),
      lineEnd: dominantLineEnd(document.source),
      slices: slicesOf(document),
    },
  };
}

/**
 * The file that a notebook stands for. Unedited cells are written as they were, byte for byte; an edit changes its own lines (and
 * a boundary that has a new neighbour gets a blank line). Throws `invalidInput` where the file would read back otherwise than the
 * person sees it: another command, a cell swallowed by an open block above it.
 */
export function fromNotebookCells(cells: readonly NotebookCell[], notebookMetadata: Readonly<Record<string, unknown>>): string {
  const file = readFileMetadata(notebookMetadata);
  const mark = file.byteOrderMark ? BYTE_ORDER_MARK : "";
  const pieces = frontMatterFirst(regroupProse(piecesOf(cells, file.slices, readOwnSlice), file.slices));
  const isUnchanged = pieces.length === file.slices.length && pieces.every((piece, index) => piece.isVerbatim && piece.index === index && isUnconverted(piece));
  if (isUnchanged) return mark + file.slices.map((slice) => slice.slice).join("");
  const plain = new Set<Piece>();
  for (;;) {
    const written = assemble(pieces, plain, file, mark);
    const bad = findMisread(written);
    if (bad === undefined) return written.text;
    const near = [pieces.indexOf(bad), pieces.indexOf(bad) - 1].flatMap((index) => pieces[index] ?? []);
    const next = near.filter((piece) => piece.cell.kind === "code" && !plain.has(piece));
    const [first = bad] = next.length > 0 ? next : near.filter((piece) => !plain.has(piece));
    if (plain.has(first)) throw misread(bad);
    plain.add(first);
  }
}

interface Written {
  readonly text: string;
  readonly places: readonly { readonly piece: Piece; readonly start: number; readonly end: number }[];
}

interface FileMetadata {
  readonly byteOrderMark: boolean;
  readonly lineEnd: LineEnd;
  readonly slices: readonly CellSlice[];
}

/** Joins the pieces. Where two were neighbours in the file their boundary stays as it is; elsewhere it gets a blank line. */
function assemble(pieces: readonly Piece[], plain: ReadonlySet<Piece>, file: FileMetadata, mark: string): Written {
  const { lineEnd } = file;
  const places: { piece: Piece; start: number; end: number }[] = [];
  let text = mark;
  let before: Piece | undefined;
  for (const [position, piece] of pieces.entries()) {
    const next = pieces[position + 1];
    const isClosed = next !== undefined && !(areNeighbours(piece, next) && piece.isVerbatim);
    const words = writePiece(piece, { lineEnd, isClosed, isPlain: plain.has(piece) });
    if (words === "") continue;
    if (before !== undefined) {
      const isKept = areNeighbours(before, piece) && !plain.has(before) && !plain.has(piece);
      if (!/[\r\n]$/.test(text)) text += lineEnd;
      if (!isKept && !endsBlank(text)) text += lineEnd;
    } else if (words.startsWith("---") && piece.index !== 0 && piece.index !== undefined && piece.reads === "prose") {
      // A thematic break that comes to the top would open a front matter.
      text += lineEnd;
    }
    places.push({ piece, start: text.length, end: text.length + words.length });
    text += words;
    before = piece;
  }
  const isSameEnd = before?.index !== undefined && before.index + before.spans === file.slices.length;
  return { text: isSameEnd ? text : text.replace(/(\r\n|\r(?!\n)|\n)(?:[ \t]*(?:\r\n|\r(?!\n)|\n))+$/, "$1"), places };
}

function areNeighbours(first: Piece, second: Piece): boolean {
  return first.index !== undefined && second.index === first.index + first.spans;
}

function endsBlank(text: string): boolean {
  return /(?:\r\n|\r(?!\n)|\n)[ \t]*(?:\r\n|\r(?!\n)|\n)$/.test(text);
}

function isUnconverted(piece: Piece): boolean {
  return piece.slice !== undefined && piece.reads === (piece.slice.kind === "markdown" ? "prose" : piece.slice.kind);
}

/** The front matter is only one at the top of the file, wherever its cell has been moved. */
function frontMatterFirst(pieces: readonly Piece[]): Piece[] {
  const front = pieces.filter((piece) => piece.reads === "frontMatter" && piece.cell.value.trim() !== "");
  const [, second] = front;
  if (second !== undefined) throw new RuntimeError("invalidInput", `The runbook cannot be saved: cell ${String(second.position + 1)} is a second front matter.`, { hint: "Delete one of the two; the file is unchanged." });
  return [...front, ...pieces.filter((piece) => piece.reads !== "frontMatter")];
}

/** The first piece that does not read back as what the person sees. */
function findMisread({ text, places }: Written): Piece | undefined {
  const document = parseRunbook(text);
  const [first] = places;
  if (first?.piece.reads === "frontMatter" && !document.frontMatter.present) return first.piece;
  const starts = new Map(document.cells.map((cell) => [contentStart(text, cell), cell]));
  let from = 0;
  for (const { piece, start, end } of places) {
    while (from < document.cells.length && (document.cells[from]?.end ?? 0) <= start) from++;
    const inside: DocumentCell[] = [];
    for (let index = from; index < document.cells.length; index++) {
      const cell = document.cells[index];
      if (cell === undefined || contentStart(text, cell) >= end) break;
      if (contentStart(text, cell) >= start) inside.push(cell);
    }
    const running = inside.filter((cell) => cell.kind !== "markdown");
    if (!isReadBack(piece, running, { end, startsCell: starts.has(firstWord(text, start)), text })) return piece;
  }
  return undefined;
}

function isReadBack(piece: Piece, running: readonly DocumentCell[], place: { readonly end: number; readonly startsCell: boolean; readonly text: string }): boolean {
  switch (piece.reads) {
    case "command":
    case "query":
      return running.length === 1 && running.every((cell) => cell.kind === piece.reads && isSameText(piece.cell.value, cell.text) && place.startsCell);
    case "frontMatter":
      return running.length === 0;
    case "prose":
      if (piece.isVerbatim && piece.cell.kind === "markup" && running.length > 0) return false;
      if (/^#{1,6}(?:[ \t]|$)/.test(piece.cell.value) && piece.cell.kind === "markup" && !place.startsCell) return false;
      // What a person typed into prose may hold a fence that runs; it must not reach into the next cell.
      return running.every((cell) => cell.end <= place.end || isBlank(place.text.slice(place.end, cell.end).replaceAll(/[\r\n]/g, "")));
  }
}

function contentStart(text: string, cell: DocumentCell): number {
  return firstWord(text, cell.start);
}

/** Offset of the first line at or after `start` that is not blank (a byte-order mark is passed over). */
function firstWord(text: string, start: number): number {
  const blank = /(?:\uFEFF|[ \t]*(?:\r\n?|\n))*/y;
  blank.lastIndex = start;
  return start + (blank.exec(text)?.[0].length ?? 0);
}

function misread(piece: Piece): RuntimeError {
  const cell = `cell ${String(piece.position + 1)}`;
  if (piece.reads === "frontMatter") {
    return new RuntimeError("invalidInput", `The runbook cannot be saved: ${cell}, the front matter, is not one any more.`, { hint: "It begins and ends with a line ---, and its first line is a key; the file is unchanged." });
  }
  return new RuntimeError("invalidInput", `The runbook cannot be saved: ${cell} would read back as something else.`, {
    hint: "Look for an HTML block or a fence that is not closed in the cells above, or for fences indented like code; the file is unchanged.",
    facts: { cell: String(piece.position) },
  });
}

function slicesOf(document: RunbookDocument): CellSlice[] {
  const mark = document.source.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  return document.cells
    .map((cell) => sliceOfCell(cell, document.source.slice(Math.max(cell.start, mark), cell.end)))
    .filter((slice) => slice.slice !== "");
}

function readOwnSlice(cell: NotebookCell): { readonly slice: CellSlice; readonly index: number } | undefined {
  const entry = cell.metadata["runbook"];
  const slice = readSlice(entry);
  if (slice === undefined || typeof entry !== "object" || entry === null || !("index" in entry) || typeof entry.index !== "number") return undefined;
  return { slice, index: entry.index };
}

function readSlice(entry: unknown): CellSlice | undefined {
  if (typeof entry !== "object" || entry === null || !("slice" in entry) || !("kind" in entry) || !("lines" in entry)) return undefined;
  const { kind, slice, lines } = entry;
  if (typeof slice !== "string" || typeof lines !== "number") return undefined;
  return kind === "frontMatter" || kind === "markdown" || kind === "command" || kind === "query" ? { kind, slice, lines } : undefined;
}

/** A notebook that did not come from a file (new, or another extension's) has no metadata: LF, no mark, no slices. */
function readFileMetadata(metadata: Readonly<Record<string, unknown>>): FileMetadata {
  const entry = metadata["runbook"];
  if (typeof entry !== "object" || entry === null) return { byteOrderMark: false, lineEnd: "\n", slices: [] };
  const slices = "slices" in entry && Array.isArray(entry.slices) ? entry.slices.flatMap((slice) => readSlice(slice) ?? []) : [];
  const lineEnd = "lineEnd" in entry && (entry.lineEnd === "\r\n" || entry.lineEnd === "\r") ? entry.lineEnd : "\n";
  return { byteOrderMark: "byteOrderMark" in entry && entry.byteOrderMark === true, lineEnd, slices };
}
