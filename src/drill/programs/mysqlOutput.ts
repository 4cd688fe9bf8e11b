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

/** Columns a text takes on a terminal; wide East Asian letters take two. */
function width(text: string): number {
  let total = 0;
  for (const letter of text.normalize("NFC")) total += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(letter) ? 2 : /\p{M}/u.test(letter) ? 0 : 1;
  return total;
}

function cellText(cell: Cell): string {
  // In tables binary values are printed as hex, as mysql 8 does on a terminal.
  return cell instanceof Uint8Array ? (cell.length === 0 ? "" : `0x${Buffer.from(cell).toString("hex").toUpperCase()}`) : cell === null ? "NULL" : valueText(cell).replaceAll("\0", " ");
}

function table(result: SqlResult, style: OutputStyle): Buffer {
  if (result.rows.length === 0) return Buffer.alloc(0);
  const texts = result.rows.map((row) => row.map(cellText));
  const widths = result.columns.map((column, index) => Math.max(style.hasHeader ? width(column.name) : 0, ...texts.map((row) => width(row[index] ?? ""))));
  const rule = `+${widths.map((size) => "-".repeat(size + 2)).join("+")}+\n`;
  const pad = (text: string, size: number, isRight: boolean): string => (isRight ? " ".repeat(size - width(text)) + text : text + " ".repeat(size - width(text)));
  const line = (cells: readonly string[], isHeader: boolean): string => `|${cells.map((text, index) => ` ${pad(text, widths[index] ?? 0, !isHeader && result.columns[index]?.isNumeric === true)} `).join("|")}|\n`;
  const header = style.hasHeader ? line(result.columns.map((column) => column.name), true) + rule : "";
  return Buffer.from(rule + header + texts.map((row) => line(row, false)).join("") + rule);
}

function vertical(result: SqlResult): Buffer {
  const size = Math.max(0, ...result.columns.map((column) => width(column.name)));
  const rows = result.rows.map((row, number) => {
    const stars = "*".repeat(27);
    const lines = row.map((cell, index) => { const name = result.columns[index]?.name ?? ""; return `${" ".repeat(size - width(name))}${name}: ${cellText(cell)}\n`; });
    return `${stars} ${String(number + 1)}. row ${stars}\n${lines.join("")}`;
  });
  return Buffer.from(rows.join(""));
}

/** The bytes that the client prints for a result set; nothing for an empty one. */
export function formatResult(result: SqlResult, style: OutputStyle): Uint8Array {
  if (!result.isResultSet || result.rows.length === 0) return new Uint8Array();
  switch (style.format) {
    case "batch": return batch(result, style);
    case "table": return table(result, style);
    case "vertical": return vertical(result);
  }
}
