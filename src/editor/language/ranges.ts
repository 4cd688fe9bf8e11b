import * as vscode from "vscode";
import type { LintFinding } from "../../core/lint/lintRunbook.ts";
import type { Problem } from "../../core/problem.ts";
import { commandOffsetToText } from "../../core/runbook/commandLines.ts";
import type { DocumentCell } from "../../core/runbook/document.ts";
import type { RunbookModel } from "../notebook/runbookModel.ts";

/** A finding and where it stands in its cell's editor. */
export interface PlacedFinding {
  readonly finding: LintFinding;
  readonly range: vscode.Range;
}

/** The findings of one cell, in the words that its editor shows. The only file that makes ranges of offsets. */
export function placeFindings(model: RunbookModel, cell: vscode.NotebookCell, findings: readonly LintFinding[]): readonly PlacedFinding[] {
  const index = model.indexOf(cell);
  const found = index === undefined ? undefined : model.document.cells[index];
  if (index === undefined || found === undefined) return [];
  const place = (finding: LintFinding, start: number, end: number): PlacedFinding => ({ finding, range: toRange(cell.document, found.text, start, end) });
  return findings.filter((finding) => finding.cell === index).map((finding) => {
    const { problem } = finding;
    if (!finding.isInCommand) return place(finding, sourceToText(model.document.source, found, finding.start), sourceToText(model.document.source, found, finding.end));
    // What is planned of a query cell is its `via`, which stands above the text: the first line stands for it, and no fix fits there.
    if (found.command?.via !== undefined) return place({ ...finding, problem: withoutFix(problem) }, 0, lineEnd(found.text));
    return place(finding, commandOffsetToText(found.text, problem.start), commandOffsetToText(found.text, problem.end));
  });
}

function withoutFix({ code, start, end, facts }: Problem): Problem {
  return { code, start, end, facts };
}

/** An offset into the source as one into the cell's text. For a fence, lines correspond one to one below the opening line. */
function sourceToText(source: string, cell: DocumentCell, offset: number): number {
  const before = source.slice(cell.start, offset);
  const text = cell.text;
  if (cell.command === undefined) return Math.min(before.replaceAll(/\r\n?/g, "\n").length, text.length);
  const slice = source.slice(cell.start, cell.end);
  const opener = slice.slice(0, /`{3,}|~{3,}/.exec(slice)?.index ?? 0).split("\n").length - 1;
  const lines = before.split("\n");
  const line = lines.length - 1 - opener - 1;
  const textLines = text.split("\n");
  if (line < 0 || line >= textLines.length) return line < 0 ? 0 : text.length;
  const sourceLine = (slice.split("\n")[lines.length - 1] ?? "").replace(/\r$/, "");
  const indentation = Math.max(0, sourceLine.length - (textLines[line] ?? "").length);
  const lineStart = textLines.slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
  return lineStart + Math.min(Math.max(0, (lines.at(-1) ?? "").length - indentation), (textLines[line] ?? "").length);
}

function lineEnd(text: string): number {
  const end = text.indexOf("\n");
  return end < 0 ? text.length : end;
}

/** The text of a cell as the core reads it: with LF line ends. */
export function textOf(document: vscode.TextDocument): string {
  return document.getText().replaceAll("\r\n", "\n");
}

/** A position of `document` as an offset of its text with LF line ends. */
export function toOffset(document: vscode.TextDocument, position: vscode.Position): number {
  return document.getText(new vscode.Range(new vscode.Position(0, 0), position)).replaceAll("\r\n", "\n").length;
}

/** Offsets of a text with LF line ends as a range of `document`, whatever its own line ends are. */
export function toRange(document: vscode.TextDocument, text: string, start: number, end: number): vscode.Range {
  return new vscode.Range(toPosition(document, text, start), toPosition(document, text, Math.max(start, end)));
}

function toPosition(document: vscode.TextDocument, text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset);
  return document.validatePosition(new vscode.Position(before.split("\n").length - 1, offset - (before.lastIndexOf("\n") + 1)));
}
