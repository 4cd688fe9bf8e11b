import { eastAsianWidth } from "get-east-asian-width";
import { QueryError } from "./query/queryError.ts";

/** A part of a table: a title over rows of as many cells as its header has. */
export interface TableSection {
  readonly title: string;
  /** How many frames it stands in. */
  readonly indent: number;
  headers: readonly string[];
  readonly rows: (readonly string[])[];
  /** The widest of each column. */
  readonly widths: number[];
}

/** The width that the tool takes where its output is no terminal. */
const WIDTH = 80;
const PADDING = 4;
const BORDERS = 2;

export function newSection(title: string, indent: number): TableSection {
  return { title, indent, headers: [], rows: [], widths: [] };
}

export function addHeaders(section: TableSection, headers: readonly string[]): void {
  section.headers = headers;
  widen(section, headers);
}

/** Throws `QueryError` as the tool does when a row has not as many cells as those before it. */
export function addRow(section: TableSection, row: readonly string[]): void {
  const count = section.headers.length > 0 ? section.headers.length : (section.rows[0]?.length ?? row.length);
  if (row.length !== count) throw new QueryError(`Row should have ${String(count)} elements, instead it has ${String(row.length)}`);
  section.rows.push(row);
  widen(section, row);
}

function widen(section: TableSection, row: readonly string[]): void {
  row.forEach((cell, column) => (section.widths[column] = Math.max(section.widths[column] ?? 0, widthOf(cell))));
}

/** Draws sections one under the other, all equally wide (awscli/table.py). */
export function drawTable(sections: readonly TableSection[]): string {
  const isTooWide = Math.max(...sections.map(totalWidth)) > WIDTH;
  const shown = isTooWide ? sections.map(upright) : sections;
  const width = Math.max(...shown.map(totalWidth));
  return ["-".repeat(width), ...shown.flatMap((section) => sectionLines(section, width - 2 * section.indent).map((line) => `${"|".repeat(section.indent)}${line}${"|".repeat(section.indent)}`))].map((line) => `${line}\n`).join("");
}

/** A section with one row, turned: a line a column. */
function upright(section: TableSection): TableSection {
  const [row] = section.rows;
  if (row === undefined || section.rows.length > 1 || section.headers.length === 0) return section;
  const turned = newSection(section.title, section.indent);
  section.headers.forEach((header, column) => addRow(turned, [header, row[column] ?? ""]));
  return turned;
}

function totalWidth(section: TableSection): number {
  const columns = section.widths.reduce((total, width) => total + width + PADDING, 0);
  return Math.max(widthOf(section.title), columns) + BORDERS + 2 * section.indent;
}

function sectionLines(section: TableSection, width: number): readonly string[] {
  const columns = scaled(section.widths.map((one) => one + PADDING), width);
  const rule = columns.map((column, index) => (index === 0 ? `+${"-".repeat(column - 2)}+` : `${"-".repeat(column - 1)}+`)).join("");
  const isEmpty = section.headers.length === 0 && section.rows.length === 0;
  return [
    ...(section.title === "" ? [] : [centred(section.title, width, "|"), ...(isEmpty ? [`+${"-".repeat(width - 2)}+`] : [])]),
    ...(section.headers.length === 0 ? [] : [rule, section.headers.map((header, index) => centred(header, columns[index] ?? 0, index === 0 ? "|" : "")).join("")]),
    ...(section.rows.length === 0 || columns.length === 0 ? [] : [rule, ...section.rows.map((row) => row.map((cell, index) => leftAligned(cell, columns[index] ?? 0, index === 0 ? "|" : "")).join("")), rule]),
  ];
}

/** Widths stretched or shrunk to a sum; what rounding leaves over goes to the last columns, what it took too much comes from the first. */
function scaled(widths: readonly number[], total: number): readonly number[] {
  const factor = total / widths.reduce((sum, width) => sum + width, 0);
  const result = widths.map((width) => roundHalfEven(factor * width));
  for (let over = result.reduce((sum, width) => sum + width, 0) - total, at = 0; over !== 0 && result.length > 0; at += 1) {
    const column = over > 0 ? at % result.length : result.length - 1 - (at % result.length);
    result[column] = (result[column] ?? 0) - Math.sign(over);
    over -= Math.sign(over);
  }
  return result;
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function centred(text: string, width: number, left: string): string {
  const before = Math.max(0, Math.floor(width / 2) - Math.floor(widthOf(text) / 2) - 1);
  return framed(`${left}${" ".repeat(before)}${text}`, width);
}

function leftAligned(text: string, width: number, left: string): string {
  const padding = width - (widthOf(text) + 2 + left.length + 1) >= 0 ? 2 : 0;
  return framed(`${left}${" ".repeat(padding)}${text}`, width);
}

function framed(text: string, width: number): string {
  return `${text}${" ".repeat(Math.max(0, width - widthOf(text) - 1))}|`;
}

/** Columns that a text takes; the tool counts signs that may be narrow or wide as wide. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, sign) => sum + eastAsianWidth(sign.codePointAt(0) ?? 0, { ambiguousAsWide: true }), 0);
}
