import { contentLinesOf } from "./cellsReport.ts";
import { readFence, type FenceShape } from "./fence.ts";
import { fenceText } from "./commandInfo.ts";
import type { DocumentCell } from "./document.ts";
import { isFrontMatterCell } from "./frontMatterBlock.ts";
import { isBlank, normalizeLineEnds, splitLines, trimBlankEnd, type LineEnd } from "./lines.ts";

/** A cell as it stands in the file, kept in the notebook's metadata so that what is not edited is written back as it was. */
export interface CellSlice {
  readonly kind: "frontMatter" | "markdown" | "command" | "query";
  /** Exact text, a byte-order mark at the top of the file excluded. */
  readonly slice: string;
  /** Content lines of a fence; 0 for prose. */
  readonly lines: number;
}

/** A line of a slice: as an editor shows it and as it is written, line end included. */
interface SliceLine {
  readonly text: string;
  readonly raw: string;
}

/** A slice cut into what an editor shows and what stands around it. */
export interface SliceParts {
  readonly lead: string;
  readonly body: readonly SliceLine[];
  readonly tail: string;
  /** `undefined` for prose. */
  readonly fence: FenceShape | undefined;
}

export function sliceOfCell(cell: DocumentCell, slice: string): CellSlice {
  switch (cell.kind) {
    case "markdown":
      return { kind: isFrontMatterCell(cell) ? "frontMatter" : "markdown", slice, lines: 0 };
    case "command":
    case "query":
      return { kind: cell.kind, slice, lines: contentLinesOf(slice, cell.text) };
  }
}

/** Prose is shown without the blank lines (and stray byte-order marks) around it, a fence without its fence lines. */
export function partsOf({ kind, slice, lines }: CellSlice): SliceParts {
  if (kind === "command" || kind === "query") {
    const fence = readFence(slice, lines);
    if (fence !== undefined) return { lead: fence.lead, body: fence.content, tail: fence.tail, fence };
  }
  const lead = /^(?:\uFEFF|[ \t]*(?:\r\n?|\n))*/.exec(slice)?.[0] ?? "";
  const rest = slice.slice(lead.length);
  const places = splitLines(rest);
  const last = places.findLastIndex((line) => !isBlank(rest.slice(line.start, line.end)));
  const body = places.slice(0, last + 1).map((line) => ({ text: rest.slice(line.start, line.end), raw: rest.slice(line.start, line.next) }));
  return { lead, body, tail: rest.slice(places[last]?.next ?? 0), fence: undefined };
}

/** What an editor shows for a slice, line ends as LF. */
export function valueOf(slice: CellSlice): string {
  const parts = partsOf(slice);
  return parts.fence === undefined ? parts.body.map((line) => line.text).join("\n") : fenceText(parts.fence);
}

/**
 * True where a cell's text is what the slice shows, but for what saving may do to it by itself: line ends, white space cut off at
 * the ends of lines, blank lines at the end of the cell.
 */
export function isUntouched(value: string, slice: CellSlice): boolean {
  return isSameText(value, valueOf(slice));
}

/** The same comparison for two texts; `written` is the one whose trailing white space may have been cut off in `value`. */
export function isSameText(value: string, written: string): boolean {
  const shown = withoutBlankEnd(normalizeLineEnds(value).split("\n"));
  const kept = withoutBlankEnd(normalizeLineEnds(written).split("\n"));
  return shown.length === kept.length && kept.every((line, index) => isSameLine(shown[index] ?? "", line, index === 0));
}

/** Editors drop byte-order marks at the start of a text, which no one sees. */
function isSameLine(shown: string, written: string, isFirst: boolean): boolean {
  const words = isFirst ? written.replace(/^\uFEFF+/, "") : written;
  return shown === written || shown === words || shown === trimBlankEnd(words);
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(0, last + 1);
}

/**
 * The lines of an edited text as they are to be written: those that the slice has too keep their indentation, white space and line
 * end, the others get `indent` and `lineEnd`. Each result ends with a line end.
 */
export function restoreLines(value: string, body: readonly SliceLine[], indent: string, lineEnd: LineEnd): string[] {
  const shown = normalizeLineEnds(value).split("\n");
  while (shown.length > 1 && isBlank(shown.at(-1) ?? "")) shown.pop();
  const pairs = alignLines(shown, body);
  return shown.map((text, index) => {
    const kept = body[pairs[index] ?? -1];
    const raw = kept?.raw ?? (isBlank(text) ? text : indent + text);
    return /[\r\n]$/.test(raw) ? raw : raw + lineEnd;
  });
}

/** Longest tables are not worth their memory: beyond this many pairs only common beginnings and ends are matched. */
const PAIR_LIMIT = 1_000_000;

/** For each shown line the index of the same line in the slice, in order (longest common subsequence), or `undefined`. */
function alignLines(shown: readonly string[], body: readonly SliceLine[]): (number | undefined)[] {
  const same = (a: number, b: number): boolean => isSameLine(shown[a] ?? "", body[b]?.text ?? "", b === 0);
  let start = 0;
  while (start < shown.length && start < body.length && same(start, start)) start++;
  let end = 0;
  while (end < shown.length - start && end < body.length - start && same(shown.length - 1 - end, body.length - 1 - end)) end++;
  const rows = shown.length - start - end;
  const columns = body.length - start - end;
  const pairs = shown.map((_, index): number | undefined => {
    if (index < start) return index;
    return index >= shown.length - end ? index - shown.length + body.length : undefined;
  });
  if (rows * columns > PAIR_LIMIT) return pairs;
  const width = columns + 1;
  const table = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number): number => table[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      table[row * width + column] = same(start + row, start + column) ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (same(start + row, start + column)) pairs[start + row++] = start + column++;
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}
