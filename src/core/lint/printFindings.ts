import { describe, PROBLEM_RULES, type ProblemSeverity } from "../problem.ts";
import { splitLines } from "../runbook/lines.ts";
import { VERSION } from "../version.ts";
import type { LintFinding } from "./lintRunbook.ts";

/** The findings of one file, with what is needed to print them. */
export interface LintedFile {
  /** As the person gave it, with `/` between folders. */
  readonly path: string;
  readonly source: string;
  readonly findings: readonly LintFinding[];
}

const WORDS: Readonly<Record<ProblemSeverity, string>> = { error: "error", warning: "warning", information: "note" };

/** `file:line:column: severity code: message`, a line a finding, as compilers print it. */
export function printText(files: readonly LintedFile[]): string {
  return files.flatMap((file) => {
    const place = placeFinder(file.source);
    return file.findings.map(({ problem, severity, start }) => {
      const { line, column } = place(start);
      return `${file.path}:${String(line)}:${String(column)}: ${WORDS[severity]} ${problem.code}: ${describe(problem)}\n`;
    });
  }).join("");
}

/** One JSON object: `{version: 1, files: [{path, findings: [{code, severity, message, line, column, endLine, endColumn, start, end}]}]}`. */
export function printJson(files: readonly LintedFile[]): string {
  const report = files.map(({ path, source, findings }) => {
    const place = placeFinder(source);
    return {
      path,
      findings: findings.map(({ problem, severity, start, end }) => {
        const [from, to] = [place(start), place(end)];
        return { code: problem.code, severity, message: describe(problem), line: from.line, column: from.column, endLine: to.line, endColumn: to.column, start, end };
      }),
    };
  });
  return `${JSON.stringify({ version: 1, files: report }, undefined, 2)}\n`;
}

/** A SARIF 2.1.0 log (OASIS), as code scanning of GitHub and others read it. Columns count UTF-16 units from 1. */
export function printSarif(files: readonly LintedFile[]): string {
  const codes = [...new Set(files.flatMap(({ findings }) => findings.map(({ problem }) => problem.code)))].toSorted();
  const rules = codes.map((id) => ({ id, shortDescription: { text: PROBLEM_RULES[id].message }, defaultConfiguration: { level: WORDS[PROBLEM_RULES[id].severity] } }));
  const results = files.flatMap(({ path, source, findings }) => {
    const place = placeFinder(source);
    return findings.map(({ problem, severity, start, end }) => {
      const [from, to] = [place(start), place(end)];
      const region = { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
      const physicalLocation = { artifactLocation: { uri: encodeURI(path) }, region };
      return { ruleId: problem.code, ruleIndex: codes.indexOf(problem.code), level: WORDS[severity], message: { text: describe(problem) }, locations: [{ physicalLocation }] };
    });
  });
  const driver = { name: "dr-runbook", version: VERSION, rules };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }] };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** Line and column of an offset, both from 1. */
function placeFinder(source: string): (offset: number) => { readonly line: number; readonly column: number } {
  const starts = splitLines(source).map((line) => line.start);
  return (offset) => {
    const line = Math.max(0, starts.findLastIndex((start) => start <= offset));
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
