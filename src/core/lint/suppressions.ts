import type { Problem, ProblemCode } from "../problem.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { isFrontMatterCell } from "../runbook/frontMatterBlock.ts";
import { readDay } from "./days.ts";
import type { LintReport } from "./facts.ts";

/** `lint-ignore CODE until DAY: reason` that holds today. */
export interface Suppression {
  readonly codes: readonly string[];
  readonly start: number;
  readonly end: number;
  /** Cells it speaks for; `undefined` for the whole file. */
  readonly cells: readonly number[] | undefined;
}

const MARK = /lint-ignore\b([^\r\n]*?)(?=-->|\r|\n|$)/g;
const WORDS = /^((?:[\s,]+[a-z][a-z0-9-]*)+?)\s+until\s+(\S+?)\s*:(.*)$/;

/**
 * Reads the suppressions of a document (docs/LINT.md): in the front matter as a YAML comment for the whole file, in a command as a
 * comment for its cell, in prose as an HTML comment for its own cell and the next. What has expired, or gives no reason, is a
 * problem itself and suppresses nothing.
 */
export function readSuppressions(document: RunbookDocument, today: string, known: ReadonlySet<string>, report: LintReport): readonly Suppression[] {
  return document.cells.flatMap((cell, index) => {
    const isFrontMatter = isFrontMatterCell(cell);
    const isProse = !isFrontMatter && cell.command === undefined;
    const cells = isFrontMatter ? undefined : isProse ? [index, index + 1] : [index];
    return readMarks(document.source.slice(cell.start, cell.end), cell.start, isProse ? "html" : "line", today, known, report).map((mark) => ({ ...mark, cells }));
  });
}

/** Reads the suppressions of a YAML file, each for the whole of it. */
export function readYamlSuppressions(source: string, today: string, known: ReadonlySet<string>, report: LintReport): readonly Suppression[] {
  return readMarks(source, 0, "line", today, known, report).map((mark) => ({ ...mark, cells: undefined }));
}

function readMarks(text: string, offset: number, comments: "line" | "html", today: string, known: ReadonlySet<string>, report: LintReport): readonly Omit<Suppression, "cells">[] {
  return [...text.matchAll(MARK)].flatMap((match) => {
    const before = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index);
    const isComment = comments === "line" ? /^\s*(?:#|--)\s*$/.test(before) : /<!--\s*$/.test(text.slice(0, match.index));
    if (!isComment) return [];
    const start = offset + match.index;
    const end = start + match[0].trimEnd().length;
    const read = readWords(match[1] ?? "", known);
    if (typeof read === "string") {
      report("suppression-invalid", start, end, { detail: read });
      return [];
    }
    if (read.until < today) {
      report("suppression-expired", start, end, { date: read.until, codes: read.codes.join(", ") });
      return [];
    }
    return [{ codes: read.codes, start, end }];
  });
}

/** The findings that no suppression hides, and a problem for each code that hides nothing. */
export function applySuppressions<Finding extends { readonly problem: Problem; readonly cell: number }>(findings: readonly Finding[], suppressions: readonly Suppression[]): { readonly kept: readonly Finding[]; readonly unused: readonly Problem[] } {
  const used = new Set<string>();
  const kept = findings.filter(({ problem, cell }) => {
    const found = suppressions.filter((suppression) => suppresses(suppression, problem.code, cell));
    for (const suppression of found) used.add(`${String(suppression.start)} ${problem.code}`);
    return found.length === 0;
  });
  const unused = suppressions.flatMap(({ codes, start, end }) => codes.filter((code) => !used.has(`${String(start)} ${code}`)).map((code): Problem => ({ code: "suppression-unused", start, end, facts: { code } })));
  return { kept, unused };
}

/** The codes and the last day, or what is wrong with the words. */
function readWords(text: string, known: ReadonlySet<string>): { readonly codes: readonly string[]; readonly until: string } | string {
  const match = WORDS.exec(text);
  if (match === null) return "it needs a code, a day and a reason";
  const codes = (match[1] ?? "").split(/[\s,]+/).filter((code) => code !== "");
  const stranger = codes.find((code) => !known.has(code));
  if (stranger !== undefined) return `there is no code ${stranger}`;
  const until = readDay(match[2] ?? "");
  if (until === undefined) return `${match[2] ?? ""} is not a day`;
  return (match[3] ?? "").trim() === "" ? "it gives no reason" : { codes, until };
}

/** True where a suppression speaks for a code at a place. */
function suppresses(suppression: Suppression, code: ProblemCode, cell: number): boolean {
  return suppression.codes.includes(code) && (suppression.cells === undefined || suppression.cells.includes(cell));
}
