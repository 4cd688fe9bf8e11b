import type { CellStatus } from "../protocol.ts";
import type { Outcome, OutcomeStatus } from "./outcome.ts";

/** Words for each status, as a cell's closing line begins. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeStatus, string>> = {
  succeeded: "Succeeded",
  finding: "Finding",
  failed: "Failed",
  refused: "Not run",
  cancelled: "Cancelled",
  unknown: "Unknown",
};

/** True where the cells after this one must not start by themselves. */
export function stopsRun(outcome: Outcome): boolean {
  switch (outcome.status) {
    case "succeeded":
    case "finding":
      return false;
    case "failed":
    case "refused":
    case "cancelled":
    case "unknown":
      return true;
  }
}

/** The closing lines under a cell's output: each expectation, and for all but plain success what ended it and why. */
export function closingLines(outcome: Outcome, expectations: CellStatus["expectations"]): string {
  const checks = expectations.map((check) => `${isMet(check.result) ? "✓" : "✗"} Expected ${check.expected}: ${expectationWords(check)}`);
  if (outcome.status === "succeeded") return joinLines(checks);
  const exit = outcome.exitCode === undefined || outcome.exitCode === 0 ? "" : ` (exit code ${outcome.exitCode})`;
  return joinLines([...checks, `${OUTCOME_WORDS[outcome.status]}${exit}: ${outcome.message ?? outcome.reason ?? "no reason was given"}`]);
}

/** True for an expectation that was checked and holds. */
export function isMet(result: string): boolean {
  return result === "met" || result === "manualMet";
}

function expectationWords(check: CellStatus["expectations"][number]): string {
  switch (check.result) {
    case "met":
      return "met";
    case "manualMet":
      return "met, a person says";
    case "manualNotMet":
      return "not met, a person says";
    case "unverified":
      return "unverified";
    default:
      return `not met, got ${check.actual === "" ? "nothing" : check.actual.trim()}`;
  }
}

function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
