import { isBlank, normalizeLineEnds } from "./lines.ts";
import type { Piece } from "./notebookPieces.ts";
import { valueOf, type CellSlice } from "./notebookSlice.ts";

/** Most cells that one split makes, or one join takes together, and that are still recognised as such. */
const GROUP_LIMIT = 16;

/**
 * Splitting and joining prose cells moves no word of the file: cells that together hold the very lines of one slice (or of several
 * that follow each other) are one piece, written as it was. Anything else stays as it is.
 */
export function regroupProse(pieces: readonly Piece[], slices: readonly CellSlice[]): Piece[] {
  const taken = new Set(pieces.flatMap((piece) => piece.index ?? []));
  const result: Piece[] = [];
  for (let position = 0; position < pieces.length; ) {
    const piece = pieces[position];
    if (piece === undefined) break;
    const group = isEditedProse(piece) ? findGroup(pieces, position, slices, taken) : undefined;
    result.push(group?.piece ?? piece);
    position += group?.cells ?? 1;
  }
  return result;
}

function isEditedProse(piece: Piece): boolean {
  return piece.reads === "prose" && piece.cell.kind === "markup" && !piece.isVerbatim && piece.index !== undefined;
}

function findGroup(pieces: readonly Piece[], position: number, slices: readonly CellSlice[], taken: ReadonlySet<number>): { readonly piece: Piece; readonly cells: number } | undefined {
  const [piece] = pieces.slice(position, position + 1);
  const index = piece?.index;
  if (piece === undefined || index === undefined) return undefined;
  let words: string[] = [];
  for (let cells = 1; cells <= GROUP_LIMIT; cells++) {
    const next = pieces[position + cells - 1];
    if (next === undefined || next.cell.kind !== "markup" || (cells > 1 && next.index !== undefined)) return undefined;
    words = [...words, ...wordsOf(next.cell.value)];
    let kept: string[] = [];
    for (let spans = 1; spans <= GROUP_LIMIT; spans++) {
      const slice = slices[index + spans - 1];
      if (slice?.kind !== "markdown" || (spans > 1 && taken.has(index + spans - 1))) break;
      kept = [...kept, ...wordsOf(valueOf(slice))];
      if (kept.length !== words.length || kept.some((line, at) => line !== words[at])) continue;
      const whole = slices.slice(index, index + spans).map((part) => part.slice).join("");
      const value = pieces.slice(position, position + cells).map((part) => part.cell.value).join("\n\n");
      return { cells, piece: { ...piece, cell: { ...piece.cell, value }, slice: { kind: "markdown", slice: whole, lines: 0 }, isVerbatim: true, spans } };
    }
  }
  return undefined;
}

function wordsOf(value: string): string[] {
  return normalizeLineEnds(value).split("\n").filter((line) => !isBlank(line)).map((line) => line.trimEnd());
}
