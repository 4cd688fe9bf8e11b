/** One line of a text, offsets in UTF-16 units. Lines end at CRLF, LF or a lone CR, as Markdown reads them. */
export interface Line {
  readonly start: number;
  /** End of the words, the line end excluded. */
  readonly end: number;
  /** Start of the next line; equal to `end` for a last line without a line end. */
  readonly next: number;
}

export type LineEnd = "\n" | "\r\n" | "\r";

/** The lines of a text; they tile it. An empty text has none, and a final line end does not open another line. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  const ends = /\r\n?|\n/g;
  let start = 0;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    lines.push({ start, end: match.index, next: ends.lastIndex });
    start = ends.lastIndex;
  }
  if (start < text.length) lines.push({ start, end: text.length, next: text.length });
  return lines;
}

/** Spaces and tabs only, as Markdown understands a blank line (other white space is text there). */
export function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

/** Without the spaces and tabs at its end. By hand, since a pattern takes quadratic time on long runs of blanks. */
export function trimBlankEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return text.slice(0, end);
}

/** Without the blank lines, blanks and line ends at its end. */
export function trimBlankLinesEnd(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\r\n".includes(text[end - 1] ?? "x")) end--;
  return text.slice(0, end);
}

/** Every line end as LF. */
export function normalizeLineEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

/** The line end that a text uses most; LF where it has none. */
export function dominantLineEnd(text: string): LineEnd {
  const pairs = text.match(/\r\n/g)?.length ?? 0;
  const feeds = (text.match(/\n/g)?.length ?? 0) - pairs;
  const returns = (text.match(/\r/g)?.length ?? 0) - pairs;
  if (pairs > feeds && pairs >= returns) return "\r\n";
  return returns > feeds ? "\r" : "\n";
}

/** The byte-order mark as a character. */
export const BYTE_ORDER_MARK = "\uFEFF";
