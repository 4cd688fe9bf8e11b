import { isBlank, splitLines, type Line } from "./lines.ts";

/** A fence as it is written: everything that an edit of its content must keep. Concatenating the parts gives the slice back. */
export interface FenceShape {
  /** Blank lines before it (first cell of a file only). */
  readonly lead: string;
  /** The opening line with its line end. */
  readonly opener: string;
  /** Offset in `opener` of the run of backticks or tildes. */
  readonly markupAt: number;
  readonly markup: string;
  readonly language: string;
  /** What follows the language on the opening line, as written, from its first character that is not blank; often empty. */
  readonly infoRest: string;
  /** Offset of `infoRest` in `opener`. */
  readonly infoRestAt: number;
  /** Column that content lines are indented to, tabs counted to multiples of four. */
  readonly columns: number;
  readonly content: readonly ContentLine[];
  /** The closing line with its line end; empty for a fence that is never closed. */
  readonly closer: string;
  /** Blank lines after it, and nothing else. */
  readonly tail: string;
}

export interface ContentLine {
  /** With its indentation and line end. */
  readonly raw: string;
  /** Without both. */
  readonly text: string;
  /** Offset in the slice where `text` begins, its `padding` left out. */
  readonly at: number;
  /** Blanks at the start of `text` that stand for the part of a tab beyond the column; they have no characters in the slice. */
  readonly padding: number;
}

/** Reads a slice that holds one fence with `contentLines` lines in it. `undefined` where the slice holds no fence. */
export function readFence(slice: string, contentLines: number): FenceShape | undefined {
  const lines = splitLines(slice);
  const first = lines.findIndex((line) => !isBlank(slice.slice(line.start, line.end)));
  const openerLine = lines[first];
  if (openerLine === undefined) return undefined;
  const opener = slice.slice(openerLine.start, openerLine.next);
  const match = /`{3,}|~{3,}/.exec(opener);
  if (match === null) return undefined;
  const markup = match[0];
  const columns = columnsOf(opener.slice(0, match.index));
  const info = opener.slice(match.index + markup.length, openerLine.end - openerLine.start);
  const language = languageOf(info);
  const afterLanguage = info.indexOf(language) + language.length;
  const infoRest = info.slice(afterLanguage).trim();
  const infoRestAt = match.index + markup.length + (infoRest === "" ? info.length : info.indexOf(infoRest, afterLanguage));
  const contentEnd = Math.min(first + 1 + contentLines, lines.length);
  const content = lines.slice(first + 1, contentEnd).map((line) => contentLine(slice, line, columns));
  const closerLine = lines[contentEnd];
  const hasCloser = closerLine !== undefined && !isBlank(slice.slice(closerLine.start, closerLine.end));
  const closer = hasCloser ? slice.slice(closerLine.start, closerLine.next) : "";
  const tailAt = hasCloser ? closerLine.next : (lines[contentEnd - 1]?.next ?? 0);
  const lead = slice.slice(0, openerLine.start);
  return { lead, opener, markupAt: match.index, markup, language, infoRest, infoRestAt, columns, content, closer, tail: slice.slice(tailAt) };
}

/** First word of an info string: it ends at a blank or at the brace of an info map. */
export function languageOf(info: string): string {
  return /^[ \t]*([^\s{]*)/.exec(info)?.[1] ?? "";
}

function columnsOf(prefix: string): number {
  let columns = 0;
  for (const character of prefix) columns += character === "\t" ? 4 - (columns % 4) : 1;
  return columns;
}

/** Takes up to `columns` columns of indentation off a line, as CommonMark does: a tab that reaches beyond leaves blanks behind. */
function contentLine(slice: string, line: Line, columns: number): ContentLine {
  let at = line.start;
  let column = 0;
  while (at < line.end && column < columns) {
    const character = slice[at];
    if (character !== " " && character !== "\t") break;
    column += character === "\t" ? 4 - (column % 4) : 1;
    at++;
  }
  const padding = Math.max(0, column - columns);
  return { raw: slice.slice(line.start, line.next), text: " ".repeat(padding) + slice.slice(at, line.end), at, padding };
}
