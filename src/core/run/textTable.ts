/** A tool's text output, read as a table. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ROW_LIMIT = 2000;

/**
 * Reads output that is a table through and through: kubectl's aligned columns (upper-case headings two or more spaces apart), or
 * lines of tab-separated fields as `mysql --batch` prints them. Anything else gives `undefined`: a table is never guessed from part
 * of a text.
 */
export function parseTextTable(text: string): TextTable | undefined {
  const lines = text.replace(/\n$/, "").split("\n");
  const [heading, ...rows] = lines;
  if (heading === undefined || rows.length === 0 || rows.length > ROW_LIMIT) return undefined;
  return heading.includes("\t") ? parseTabs(heading, rows) : parseAligned(heading, rows);
}

function parseTabs(heading: string, rows: readonly string[]): TextTable | undefined {
  const columns = heading.split("\t");
  const cells = rows.map((row) => row.split("\t"));
  return cells.every((row) => row.length === columns.length) ? { columns, rows: cells } : undefined;
}

function parseAligned(heading: string, rows: readonly string[]): TextTable | undefined {
  if (!/^[A-Z][A-Z0-9()/_ -]*$/.test(heading)) return undefined;
  const starts = [...heading.matchAll(/(?:^|(?<= {2}))[^ ]/g)].map((match) => match.index);
  if (starts.length < 2 || starts[0] !== 0) return undefined;
  // In an aligned table the character before each column is a space, in every row.
  const isAligned = rows.every((row) => row !== "" && starts.every((start) => start === 0 || start > row.length || row[start - 1] === " "));
  if (!isAligned) return undefined;
  const cut = (line: string): readonly string[] => starts.map((start, index) => line.slice(start, starts[index + 1]).trim());
  return { columns: cut(heading), rows: rows.map(cut) };
}
