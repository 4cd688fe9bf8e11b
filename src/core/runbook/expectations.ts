import { editDistance } from "./duration.ts";
import type { Expectation } from "./document.ts";
import type { Report } from "./report.ts";
import { ShellLineScanner } from "./shellLines.ts";

/** Reason phrases of the statuses an endpoint answers with; only `200 OK` and the like name a status, a bare number is output. */
const REASONS: ReadonlyMap<number, string> = new Map([
  [200, "OK"], [201, "Created"], [202, "Accepted"], [204, "No Content"], [301, "Moved Permanently"], [302, "Found"], [304, "Not Modified"],
  [307, "Temporary Redirect"], [308, "Permanent Redirect"], [400, "Bad Request"], [401, "Unauthorized"], [403, "Forbidden"], [404, "Not Found"],
  [405, "Method Not Allowed"], [409, "Conflict"], [410, "Gone"], [422, "Unprocessable Entity"], [429, "Too Many Requests"],
  [500, "Internal Server Error"], [502, "Bad Gateway"], [503, "Service Unavailable"], [504, "Gateway Timeout"],
]);

/** An expectation as its words alone say it, before it has a place. */
export type ExpectationWords =
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "contains"; readonly text: string }
  | { readonly kind: "httpStatus"; readonly status: number; readonly rest: string }
  | { readonly kind: "exitCode"; readonly code: number }
  | { readonly kind: "manual"; readonly text: string };

/** Reads what stands after `Expected:` (grammar: docs/FORMAT.md, Expectations). What no rule reads is `manual`. */
export function readExpectation(words: string): ExpectationWords {
  const text = words.trim();
  const exit = /^exit(?:s with)?(?: code| status)? (\d{1,3})$/i.exec(text);
  if (exit !== null) return { kind: "exitCode", code: Number(exit[1]) };
  const http = /^HTTP(?:\/\d(?:\.\d)?)?(?: status)? (\d{3})(?:\s+(.*))?$/i.exec(text);
  if (http !== null) return httpStatus(Number(http[1]), http[2] ?? "") ?? { kind: "httpStatus", status: Number(http[1]), rest: http[2] ?? "" };
  const status = /^(\d{3})\s+(\S.*)$/.exec(text);
  const named = status === null ? undefined : httpStatus(Number(status[1]), status[2] ?? "");
  if (named !== undefined) return named;
  const contains = /^(?:output )?contains:?\s+(\S.*)$/i.exec(text);
  if (contains !== null) return { kind: "contains", text: unquote(contains[1] ?? "") };
  // Double quotes may be part of the output (jq prints them): the check tries with and without.
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return { kind: "output", text };
  if (/^'[^']+'$|^`[^`]+`$/.test(text)) return { kind: "output", text: text.slice(1, -1) };
  if (/^[^\s"'`]+$/.test(text)) return { kind: "output", text };
  return { kind: "manual", text };
}

function httpStatus(status: number, words: string): ExpectationWords | undefined {
  const reason = REASONS.get(status);
  if (reason === undefined || !words.toLowerCase().startsWith(reason.toLowerCase())) return undefined;
  const rest = words.slice(reason.length);
  return /^\w/.test(rest) ? undefined : { kind: "httpStatus", status, rest: rest.trim() };
}

function unquote(text: string): string {
  return /^(["'`]).+\1$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * The expectations of a command text, in order; offsets into it. `comment` is the language's comment mark (`#`, in SQL also `--`).
 * `report` gets offsets into the same text.
 */
export function readExpectations(text: string, comment: "shell" | "sql", report: Report): Expectation[] {
  const expectations: Expectation[] = [];
  const scanner = new ShellLineScanner();
  let hasStatement = false;
  let isInside = false;
  let start = 0;
  for (const line of text.split("\n")) {
    const scanned = comment === "shell" ? scanner.next(line) : { open: "none", comment: /--|#/.exec(line)?.index };
    const isComment = !isInside && scanned.comment !== undefined && line.slice(0, scanned.comment).trim() === "";
    if (isComment) {
      const found = readComment(line, start, hasStatement, report);
      if (found !== undefined) expectations.push(found);
    } else {
      if (scanned.comment !== undefined && /^(?:#+|--)\s*expected:/i.test(line.slice(scanned.comment))) {
        report("expectation-trailing", start + scanned.comment, start + line.length);
      }
      if (line.trim() !== "") hasStatement = true;
    }
    // A comment after a backslash is still a comment to the scanner; only quotations and here-documents swallow lines.
    isInside = scanned.open === "quotation" || scanned.open === "hereDocument";
    start += line.length + 1;
  }
  return expectations;
}

function readComment(line: string, lineStart: number, hasStatement: boolean, report: Report): Expectation | undefined {
  const start = lineStart + line.length - line.trimStart().length;
  const end = lineStart + line.trimEnd().length;
  const match = /^\s*(?:#+|--)\s*expected:(.*)$/i.exec(line);
  if (match === null) {
    reportNearMiss(line, start, end, report);
    return undefined;
  }
  const words = (match[1] ?? "").trim();
  if (words === "") {
    report("expectation-empty", start, end);
    return undefined;
  }
  if (!hasStatement) {
    report("expectation-without-statement", start, end);
    return undefined;
  }
  const read = readExpectation(words);
  switch (read.kind) {
    case "httpStatus":
      if (read.rest !== "") report("expectation-partly-checked", start, end, { status: String(read.status), rest: read.rest });
      return { kind: "httpStatus", status: read.status, start, end };
    case "manual":
      report("expectation-manual", start, end, { text: words });
      return { ...read, start, end };
    case "output":
    case "contains":
    case "exitCode":
      return { ...read, start, end };
  }
}

/** `# Expect: x`, `# Expected output: x`, `# Expected - x`, `# Exepcted: x`: nearly an expectation, and not read as one. */
function reportNearMiss(line: string, start: number, end: number, report: Report): void {
  const match = /^\s*(#+|--)\s*([A-Za-z]+)(?:\s+(?:output|result|response|status|value))?\s*([:=]|[-–—]\s)\s*(\S.*)$/.exec(line);
  if (match === null) return;
  const word = (match[2] ?? "").toLowerCase();
  const isNear = word.startsWith("expect") || (word.length >= 7 && editDistance(word, "expected") <= 2);
  if (!isNear) return;
  const text = (match[4] ?? "").trim();
  report("expectation-near-miss", start, end, { text }, { title: "Write it as an expectation", text: `${match[1] ?? "#"} Expected: ${text}` });
}
