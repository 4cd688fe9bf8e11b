import type { SqlResult } from "../contract.ts";
import { valueText } from "../sql/sqlTypes.ts";

type Cell = SqlResult["rows"][number][number];

/** How the mysql client prints results. */
export interface OutputStyle {
  readonly format: "batch" | "table" | "vertical";
  readonly hasHeader: boolean;
  /** -r: no escapes in batch form. */
  readonly isRaw: boolean;
}

function bytesOf(cell: Cell): Buffer {
  if (cell === null) return Buffer.from("NULL");
  return cell instanceof Uint8Array ? Buffer.from(cell) : Buffer.from(valueText(cell));
}

const escapes: ReadonlyMap<number, string> = new Map([[0, "\\0"], [9, "\\t"], [10, "\\n"], [92, "\\\\"]]);

/** Batch form escapes tab, newline, NUL and backslash so that a row stays a line. */
function escapeCell(bytes: Buffer): Buffer {
  if (!bytes.some((byte) => escapes.has(byte))) return bytes;
  return Buffer.concat([...bytes].map((byte) => { const escaped = escapes.get(byte); return escaped === undefined ? Buffer.from([byte]) : Buffer.from(escaped); }));
}

function batch(result: SqlResult, style: OutputStyle): Buffer {
  const tab = Buffer.from("\t");
  const parts: Buffer[] = [];
  if (style.hasHeader) parts.push(Buffer.from(`${result.columns.map((column) => column.name).join("\t")}\n`));
  for (const row of result.rows) {
    for (const [index, cell] of row.entries()) {
      if (index > 0) parts.push(tab);
      const bytes = bytesOf(cell);
      parts.push(style.isRaw ? bytes : escapeCell(bytes));
    }
    parts.push(Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}

/** Columns a text takes on a terminal as the client counts them: East Asian letters take two, emoji one. */
function width(text: string): number {
  let total = 0;
  for (const letter of text) total += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(letter) ? 2 : /\p{M}/u.test(letter) ? 0 : 1;
  return total;
}

/** The client sizes a column by bytes, and then fills it by terminal columns: `Gärten` gets one blank too many. */
function table(result: SqlResult, style: OutputStyle): Buffer {
  const rows = result.rows.map((row) => row.map((cell) => bytesOf(cell)));
  const headings = result.columns.map((column) => Buffer.from(column.name));
  const widths = headings.map((heading, index) => Math.max(style.hasHeader ? heading.length : 0, ...rows.map((row) => row[index]?.length ?? 0)));
  const rule = Buffer.from(`+${widths.map((size) => "-".repeat(size + 2)).join("+")}+\n`);
  const line = (cells: readonly Buffer[], isHeader: boolean): Buffer => {
    const parts = cells.map((cell, index) => {
      const blanks = " ".repeat(Math.max(0, (widths[index] ?? 0) - width(cell.toString())));
      return !isHeader && result.columns[index]?.isNumeric === true ? [`| ${blanks}`, cell, " "] : ["| ", cell, `${blanks} `];
    });
    return Buffer.concat([...parts.flat().map((part) => (typeof part === "string" ? Buffer.from(part) : part)), Buffer.from("|\n")]);
  };
  const header = style.hasHeader ? [line(headings, true), rule] : [];
  return Buffer.concat([rule, ...header, ...rows.map((row) => line(row, false)), rule]);
}

function vertical(result: SqlResult, style: OutputStyle): Buffer {
  const size = Math.max(0, ...result.columns.map((column) => width(column.name)));
  const stars = "*".repeat(27);
  const rows = result.rows.flatMap((row, number) => [
    Buffer.from(`${stars} ${String(number + 1)}. row ${stars}\n`),
    ...row.flatMap((cell, index) => {
      const name = result.columns[index]?.name ?? "";
      return [Buffer.from(style.hasHeader ? `${" ".repeat(size - width(name))}${name}: ` : ""), bytesOf(cell), Buffer.from("\n")];
    }),
  ]);
  return Buffer.concat(rows);
}

/** The bytes that the client prints for a result set; nothing for an empty one. */
export function formatResult(result: SqlResult, style: OutputStyle): Uint8Array {
  if (!result.isResultSet || result.rows.length === 0) return new Uint8Array();
  switch (style.format) {
    case "batch": return batch(result, style);
    case "table": return table(result, style);
    case "vertical": return vertical(result, style);
  }
}
