import { closerOf } from "./blocks.ts";
import { isBlank, normalizeLineEnds, trimBlankLinesEnd, type LineEnd } from "./lines.ts";
import type { NotebookCell } from "./notebook.ts";
import { isUntouched, partsOf, restoreLines, type CellSlice } from "./notebookSlice.ts";
import { COMMAND_LANGUAGES, runsQuery } from "./parseRunbook.ts";

/** A cell on its way into the file. */
export interface Piece {
  readonly cell: NotebookCell;
  /** Index among the notebook's cells, for messages. */
  readonly position: number;
  /** How it stands in the file; `undefined` for a cell that is new there. */
  readonly slice: CellSlice | undefined;
  /** Index of the slice in the file as it was opened; `undefined` for new cells and copies. */
  readonly index: number | undefined;
  /** Slices it covers, from `index` on: more than one for joined prose. */
  readonly spans: number;
  readonly isVerbatim: boolean;
  /** What the written text has to read back as. */
  readonly reads: "frontMatter" | "prose" | "command" | "query";
}

/** How a piece is written: as it stands, or so that nothing around it can change its meaning. */
export interface Manner {
  readonly lineEnd: LineEnd;
  /** Leave no fence or comment open at the end: something else follows. */
  readonly isClosed: boolean;
  /** For fences: from the first column, in a fence of its own. */
  readonly isPlain: boolean;
}

/** The text of a piece in the file; empty for a cell without text that is new or was emptied. */
export function writePiece(piece: Piece, manner: Manner): string {
  const { cell, slice } = piece;
  if (cell.kind === "code") return writeFence(piece, manner);
  const text = piece.isVerbatim && slice !== undefined ? slice.slice : writeProse(cell.value, slice, manner.lineEnd);
  const closer = manner.isClosed ? closerOf(text) : undefined;
  if (closer === undefined) return text;
  const body = trimBlankLinesEnd(text);
  return `${body}${manner.lineEnd}${closer}${/[\r\n][^]*$/.exec(text.slice(body.length))?.[0] ?? manner.lineEnd}`;
}

function writeProse(value: string, slice: CellSlice | undefined, lineEnd: LineEnd): string {
  if (isBlank(value.replaceAll(/[\r\n]/g, ""))) return "";
  if (slice === undefined) return normalizeLineEnds(value).replace(/\n*$/, "\n").replaceAll("\n", lineEnd);
  const { lead, body, tail } = partsOf(slice);
  const lines = restoreLines(value, body, "", lineEnd).join("");
  // A file whose last line has no line end keeps it so.
  const isOpenEnded = tail === "" && !/[\r\n]$/.test(slice.slice);
  return lead + (isOpenEnded ? lines.replace(/(?:\r\n?|\n)$/, "") : lines) + tail;
}

function writeFence(piece: Piece, manner: Manner): string {
  const { cell, slice } = piece;
  const { lineEnd } = manner;
  const parts = slice === undefined ? undefined : partsOf(slice);
  const fence = parts?.fence;
  const language = fenceLanguage(cell, fence?.language);
  if (parts === undefined || fence === undefined || manner.isPlain) {
    const character = fence?.markup[0] ?? "`";
    const markup = fenceFor(cell.value, character, 3);
    const info = fence === undefined || fence.infoRest === "" ? language : `${language} ${fence.infoRest}`;
    const lines = normalizeLineEnds(cell.value).split("\n");
    while (lines.length > 0 && isBlank(lines.at(-1) ?? "")) lines.pop();
    return [markup + info, ...lines, markup, ""].join(lineEnd);
  }
  const isRewritten = language !== fence.language;
  if (piece.isVerbatim && !isRewritten && (fence.closer !== "" || !manner.isClosed)) return slice?.slice ?? "";
  const markup = fenceFor(cell.value, fence.markup[0] ?? "`", fence.markup.length);
  const beforeMarkup = fence.opener.slice(0, fence.markupAt);
  const afterMarkup = fence.opener.slice(fence.markupAt + fence.markup.length);
  const opener = beforeMarkup + markup + (isRewritten ? afterMarkup.replace(fence.language, () => language) : afterMarkup);
  const indent = /^[ \t]*$/.test(beforeMarkup) ? beforeMarkup : " ".repeat(fence.columns);
  const content = piece.isVerbatim ? fence.content.map((line) => line.raw) : contentOf(cell.value, parts, indent, lineEnd);
  const closer = fence.closer === "" && manner.isClosed ? indent + markup + lineEnd : fence.closer.replace(/`{3,}|~{3,}/, () => markup);
  return parts.lead + joinLines([opener, ...content, closer].filter((line) => line !== ""), lineEnd) + parts.tail;
}

function contentOf(value: string, parts: ReturnType<typeof partsOf>, indent: string, lineEnd: LineEnd): string[] {
  return value === "" ? [] : restoreLines(value, parts.body, indent, lineEnd);
}

/** Lines end with a line end, whatever the last line of the file did. */
function joinLines(lines: readonly string[], lineEnd: LineEnd): string {
  return lines.map((line, index) => (index < lines.length - 1 && !/[\r\n]$/.test(line) ? line + lineEnd : line)).join("");
}

/** A run of the fence's character that no line of the text can close. */
function fenceFor(text: string, character: string, length: number): string {
  const closers = text.split(/\r\n?|\n/).flatMap((line) => /^[ \t]*(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1] ?? []);
  const longest = Math.max(0, ...closers.filter((run) => run[0] === character).map((run) => run.length));
  return character.repeat(Math.max(length, longest + 1));
}

function fenceLanguage(cell: NotebookCell, written: string | undefined): string {
  const isShell = cell.languageId === "shellscript" || COMMAND_LANGUAGES.has(cell.languageId);
  if (isShell) return written !== undefined && COMMAND_LANGUAGES.has(written.toLowerCase()) ? written : "bash";
  return written?.toLowerCase() === cell.languageId ? written : cell.languageId;
}

/** What a cell reads back as: a code cell that nothing could run (SQL without `via`, another language) is a fence in prose. */
export function readsAs(cell: NotebookCell, slice: CellSlice | undefined): Piece["reads"] {
  if (cell.kind === "markup") return slice?.kind === "frontMatter" ? "frontMatter" : "prose";
  if (cell.languageId === "shellscript" || COMMAND_LANGUAGES.has(cell.languageId)) return "command";
  const fence = slice === undefined ? undefined : partsOf(slice).fence;
  return cell.languageId === "sql" && fence !== undefined && runsQuery(fence.infoRest) ? "query" : "prose";
}

/** The notebook's cells as pieces, each with the slice it came from: its own, or for a pasted cell the one with the same text. */
export function piecesOf(cells: readonly NotebookCell[], slices: readonly CellSlice[], ownSlice: (cell: NotebookCell) => { readonly slice: CellSlice; readonly index: number } | undefined): Piece[] {
  const used = new Set(cells.flatMap((cell) => ownSlice(cell)?.index ?? []));
  const values = new Map<string, number[]>();
  let previous: number | undefined;
  return cells.map((cell, position) => {
    const own = ownSlice(cell);
    let slice = own !== undefined && isOfKind(cell, own.slice) ? own.slice : undefined;
    let index = slice === undefined ? undefined : own?.index;
    if (own === undefined) {
      if (values.size === 0) indexValues(slices, values);
      const candidates = (values.get(keyOf(cell.value)) ?? []).filter((candidate) => isOfKind(cell, slices[candidate]) && isUntouched(cell.value, slices[candidate] ?? EMPTY_SLICE));
      const free = candidates.filter((candidate) => !used.has(candidate));
      index = free.find((candidate) => candidate === (previous ?? -1) + 1) ?? free[0];
      slice = slices[index ?? candidates[0] ?? -1];
      if (index !== undefined) used.add(index);
    }
    previous = index;
    const isVerbatim = slice !== undefined && isUntouched(cell.value, slice);
    return { cell, position, slice, index, spans: 1, isVerbatim, reads: readsAs(cell, slice) };
  });
}

const EMPTY_SLICE: CellSlice = { kind: "markdown", slice: "", lines: 0 };

function isOfKind(cell: NotebookCell, slice: CellSlice | undefined): boolean {
  if (slice === undefined) return false;
  return (cell.kind === "code") === (slice.kind === "command" || slice.kind === "query");
}

/** Texts that may be the same share a key: white space does not count. */
function keyOf(value: string): string {
  return value.replaceAll(/\s+/g, "");
}

function indexValues(slices: readonly CellSlice[], values: Map<string, number[]>): void {
  for (const [index, slice] of slices.entries()) {
    const key = keyOf(partsOf(slice).body.map((line) => line.text).join("\n"));
    const list = values.get(key);
    if (list === undefined) values.set(key, [index]);
    else list.push(index);
  }
}
