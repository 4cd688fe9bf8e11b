/** Settings of Go's `text/tabwriter`; padding is blanks, alignment left. */
export interface TabSettings {
  readonly minWidth: number;
  readonly padding: number;
  /** A column is never narrower than it was in an earlier block (`RememberWidths` of kubectl's own tabwriter). */
  readonly isRemembering?: boolean;
}

/** kubectl's printer of tables. */
export const TABLE_TABS: TabSettings = { minWidth: 6, padding: 3, isRemembering: true };
/** kubectl's describe printer. */
export const DESCRIBE_TABS: TabSettings = { minWidth: 0, padding: 2 };

/**
 * Aligns tab-terminated cells as Go's `text/tabwriter` does: a column is a block of consecutive lines that have a cell there, and the
 * last cell of a line belongs to no column. Widths count code points.
 */
export function alignTabs(text: string, settings: TabSettings): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const output: string[] = [];
  formatBlock(lines, 0, lines.length, [], settings, output, []);
  return output.join("\n");
}

/** `format` of Go's tabwriter: finds column blocks from left to right, writing the lines before each. `widest` is what is remembered. */
function formatBlock(lines: readonly string[][], from: number, to: number, widths: readonly number[], settings: TabSettings, output: string[], widest: number[]): void {
  const column = widths.length;
  let start = from;
  for (let index = from; index < to; index += 1) {
    if (column >= cellCount(lines[index])) continue;
    writeLines(lines, start, index, widths, output);
    start = index;
    let width = settings.minWidth;
    for (; index < to && column < cellCount(lines[index]); index += 1) {
      width = Math.max(width, runes(lines[index]?.[column] ?? "") + settings.padding);
    }
    if (settings.isRemembering === true) {
      width = Math.max(width, widest[column] ?? 0);
      widest[column] = width;
    }
    formatBlock(lines, start, index, [...widths, width], settings, output, widest);
    start = index;
  }
  writeLines(lines, start, to, widths, output);
}

/** Cells that a tab ended. */
function cellCount(line: readonly string[] | undefined): number {
  return (line?.length ?? 0) - 1;
}

function writeLines(lines: readonly string[][], from: number, to: number, widths: readonly number[], output: string[]): void {
  for (const line of lines.slice(from, to)) {
    output.push(line.map((cell, column) => pad(cell, widths[column])).join(""));
  }
}

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + " ".repeat(Math.max(0, width - runes(cell)));
}

function runes(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
