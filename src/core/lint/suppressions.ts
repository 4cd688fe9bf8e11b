import type { ProblemCode } from "../problem.ts";
import type { RunbookDocument } from "../runbook/document.ts";
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
    const isFrontMatter = cell.language === "yaml" && cell.kind === "markdown";
    const slice = document.source.slice(cell.start, cell.end);
    return [...slice.matchAll(MARK)].flatMap((match): Suppression[] => {
      const before = slice.slice(slice.lastIndexOf("\n", match.index) + 1, match.index);
      const isComment = isFrontMatter || cell.command !== undefined ? /^\s*(?:#|--)\s*$/.test(before) : /<!--\s*$/.test(slice.slice(0, match.index));
      if (!isComment) return [];
      const start = cell.start + match.index;
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
      const cells = isFrontMatter ? undefined : cell.command === undefined ? [index, index + 1] : [index];
      return [{ codes: read.codes, start, end, cells }];
    });
  });
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
export function suppresses(suppression: Suppression, code: ProblemCode, cell: number): boolean {
  return suppression.codes.includes(code) && (suppression.cells === undefined || suppression.cells.includes(cell));
}
