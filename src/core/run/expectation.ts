import type { Expectation } from "../runbook/document.ts";

/** What a statement left to see. */
export interface SeenResult {
  /** Of a long output, head and tail. */
  readonly stdout: string;
  /** Texts that are asked for with `contains` and stood anywhere in the whole output. */
  readonly found: ReadonlySet<string>;
  /** Status of the statement's last HTTP response; `undefined` where there was none. */
  readonly httpStatus: number | undefined;
  /** `undefined` where the end was not seen. */
  readonly exitCode: number | undefined;
}

export interface ExpectationCheck {
  /** `manual`: a person has to say; it never passes by itself. */
  readonly result: "met" | "notMet" | "manual";
  /** What was asked, in words. */
  readonly expected: string;
  /** What was seen, in words to put beside what was expected; long output is cut. */
  readonly actual: string;
}

/** Longest part of an output that is quoted back, in UTF-16 units. */
const ACTUAL_LIMIT = 500;

/** Compares what an expectation asks with what its statement left to see. */
export function checkExpectation(expectation: Expectation, seen: SeenResult): ExpectationCheck {
  const output = seen.stdout.replaceAll("\r", "").trim();
  const expected = describeExpectation(expectation);
  switch (expectation.kind) {
    case "output":
      return { expected, result: verdict(isOutput(expectation.text, output)), actual: shorten(output) };
    case "contains":
      return { expected, result: verdict(output.includes(expectation.text) || seen.found.has(expectation.text)), actual: shorten(output) };
    case "httpStatus":
      return { expected, result: verdict(seen.httpStatus === expectation.status), actual: seen.httpStatus === undefined ? "no HTTP response" : `HTTP ${String(seen.httpStatus)}` };
    case "exitCode":
      return { expected, result: verdict(seen.exitCode === expectation.code), actual: seen.exitCode === undefined ? "no exit code" : `exit code ${String(seen.exitCode)}` };
    case "manual":
      return { expected, result: "manual", actual: shorten(output) };
  }
}

/** How an expectation is shown beside what was seen. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.kind) {
    case "output":
    case "manual":
      return expectation.text;
    case "contains":
      return `contains ${expectation.text}`;
    case "httpStatus":
      return `HTTP ${String(expectation.status)}`;
    case "exitCode":
      return `exit code ${String(expectation.code)}`;
  }
}

/** The whole output, without white space around it. `"UP"` is met by `"UP"` (as jq prints) and by `UP` (as jq -r does). */
function isOutput(expected: string, output: string): boolean {
  if (output === expected) return true;
  return /^".*"$/.test(expected) && output === expected.slice(1, -1);
}

function verdict(isMet: boolean): "met" | "notMet" {
  return isMet ? "met" : "notMet";
}

function shorten(output: string): string {
  if (output === "") return "no output";
  return output.length > ACTUAL_LIMIT ? `${output.slice(0, ACTUAL_LIMIT)}…` : output;
}
