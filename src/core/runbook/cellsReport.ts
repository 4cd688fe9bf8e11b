import { describe, severityOf, type Problem, type ProblemSeverity } from "../problem.ts";
import { commandOffsetInSlice } from "./commandInfo.ts";
import type { CellKind, DocumentCell, Expectation, RunbookDocument } from "./document.ts";
import { readFence } from "./fence.ts";
import { BYTE_ORDER_MARK, splitLines } from "./lines.ts";

/** What `dr-runbook cells FILE` prints. Offsets are UTF-16 units into the decoded file, lines count from 1, times are milliseconds. */
export interface CellsReport {
  readonly version: 1;
  readonly cells: readonly ReportedCell[];
}

export interface ReportedCell {
  readonly kind: CellKind;
  readonly language: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  /** Last line of the cell, inclusive. */
  readonly endLine: number;
  readonly name: string | undefined;
  /** Id of the step it belongs to. */
  readonly step: string | undefined;
  /** That step's budget, milliseconds. */
  readonly budget: number | undefined;
  /** With offsets into the file. */
  readonly expectations: readonly Expectation[];
  readonly diagnostics: readonly ReportedDiagnostic[];
}

export interface ReportedDiagnostic {
  readonly code: string;
  readonly severity: ProblemSeverity;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Reports the cells of a document with its own problems and those that `commandProblems` finds in each command text. */
export function cellsReport(document: RunbookDocument, commandProblems: (cell: DocumentCell) => readonly Problem[]): CellsReport {
  const lineOf = lineFinder(document.source);
  const diagnose = (problem: Problem, start: number, end: number): ReportedDiagnostic => {
    return { code: problem.code, severity: severityOf(problem), message: describe(problem), start, end, line: lineOf(start) };
  };
  const cells = document.cells.map((cell, index): ReportedCell => {
    const step = cell.step === undefined ? undefined : document.steps[cell.step];
    const isLast = index === document.cells.length - 1;
    const own = document.problems.filter(({ start }) => start >= cell.start && (start < cell.end || isLast)).map((problem) => diagnose(problem, problem.start, problem.end));
    const place = (offset: number): number => commandOffsetToSource(document, cell, offset);
    const found = cell.command === undefined ? [] : commandProblems(cell).map((problem) => diagnose(problem, place(problem.start), place(problem.end)));
    return {
      kind: cell.kind,
      language: cell.language,
      start: cell.start,
      end: cell.end,
      startLine: lineOf(cell.start),
      endLine: lineOf(Math.max(cell.start, cell.end - 1)),
      name: cell.command?.name,
      step: step?.id,
      budget: step?.budgetMs,
      expectations: (cell.command?.expectations ?? []).map((expectation) => ({ ...expectation, start: place(expectation.start), end: place(expectation.end) })),
      diagnostics: [...own, ...found].sort((a, b) => a.start - b.start),
    };
  });
  return { version: 1, cells };
}

/** Where an offset into a cell's command text lies in the document's source. */
export function commandOffsetToSource(document: Pick<RunbookDocument, "source">, cell: DocumentCell, offset: number): number {
  const slice = document.source.slice(cell.start, cell.end);
  const mark = slice.startsWith(BYTE_ORDER_MARK) && cell.start === 0 ? 1 : 0;
  const fence = cell.kind === "markdown" ? undefined : readFence(slice.slice(mark), contentLinesOf(slice.slice(mark), cell.text));
  if (fence === undefined || cell.kind === "markdown") return cell.start;
  return cell.start + mark + commandOffsetInSlice(fence, cell.kind, offset);
}

/** How many lines of a fence's slice are its content: an empty text is one blank line or none. */
export function contentLinesOf(slice: string, text: string): number {
  if (text !== "") return text.split("\n").length;
  const words = slice.trimStart();
  const opener = splitLines(words)[0];
  return opener !== undefined && /^[ \t]*(?:[\r\n]|$)/.test(words.slice(opener.next)) && opener.next < words.length ? 1 : 0;
}

function lineFinder(source: string): (offset: number) => number {
  const starts = splitLines(source).map((line) => line.start);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(1, low);
  };
}
