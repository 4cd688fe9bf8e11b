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

/** True for a cell after which the way is not open: it did not succeed, and nobody has overridden what it found. */
export function isUnresolved({ outcome, override }: Pick<CellStatus, "outcome" | "override">): boolean {
  return outcome !== undefined && override === undefined && stopsRun(outcome);
}

/** The closing lines under a cell's output: each expectation, and for all but plain success what ended it and why. */
export function closingLines(outcome: Outcome, { expectations, override }: Pick<CellStatus, "expectations" | "override">): string {
  const checks = expectations.map((check) => `${isMet(check.result) ? "✓" : "✗"} Expected ${check.expected}: ${expectationWords(check)}`);
  if (outcome.status === "succeeded") return joinLines(checks);
  const exit = outcome.exitCode === undefined || outcome.exitCode === 0 ? "" : ` (exit code ${outcome.exitCode})`;
  return joinLines([...checks, `${OUTCOME_WORDS[outcome.status]}${exit}: ${outcome.message ?? outcome.reason ?? "no reason was given"}`, ...(override === undefined ? [] : [`Overridden by ${override.by}: ${override.reason}`])]);
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
