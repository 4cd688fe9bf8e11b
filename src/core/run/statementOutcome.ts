import type { Risk } from "../command/operation.ts";
import { RuntimeError, messageOf } from "../runtimeError.ts";
import type { StatementResult } from "../shell/host.ts";
import type { Outcome, OutcomeReason, OutcomeStatus } from "./outcome.ts";

/** What was known of a statement while it ran. */
export interface StatementFacts {
  readonly risk: Risk;
  /** A wait must succeed; a read that fails is a finding. */
  readonly waits: boolean;
  /** `logs -f` and its like: their end by time is no failure. */
  readonly follows: boolean;
  readonly timedOutAfterMs: number | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Last lines of standard error, for the message. */
  readonly stderr: string;
  /** How much of its input a change had read; `undefined` where there was none. */
  readonly inputBytes?: number | undefined;
}

/** The outcome of one statement: a failed read is a finding, a failed change stops the run, a lost end is unknown. */
export function judgeStatement(result: StatementResult, facts: StatementFacts): Outcome {
  const at = { startedAt: facts.startedAt, endedAt: facts.endedAt };
  const isReading = facts.risk === "read" && !facts.waits;
  const progress = facts.inputBytes === undefined ? "" : ` ${facts.inputBytes} bytes of its input had been read.`;
  const failure = (reason: OutcomeReason, message: string, status: OutcomeStatus = isReading ? "finding" : "failed"): Outcome => ({ status, exitCode: result.exitCode, reason, message: `${message}${progress}`, ...at });
  if (result.isCancelled) return failure("cancelled", "Cancelled.", facts.risk === "read" ? "cancelled" : "unknown");
  if (facts.timedOutAfterMs !== undefined) {
    if (facts.follows) return { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, ...at };
    return failure("timedOut", `It did not end within ${facts.timedOutAfterMs / 1000} s. Look at the output so far; give the cell a longer timeout if it needs one.`);
  }
  if (result.error !== undefined) return judgeError(result.error, facts, failure);
  if (result.exitCode === 0) return { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, ...at };
  const detail = facts.stderr.trim().split("\n").at(-1) ?? "";
  return failure("exit", detail === "" ? `It ended with exit code ${result.exitCode ?? "unknown"}.` : `It ended with exit code ${result.exitCode ?? "unknown"}: ${detail}`);
}

function judgeError(error: unknown, facts: StatementFacts, failure: (reason: OutcomeReason, message: string, status?: OutcomeStatus) => Outcome): Outcome {
  const message = error instanceof RuntimeError && error.hint !== "" ? `${error.message} ${error.hint}` : messageOf(error);
  if (!(error instanceof RuntimeError)) return failure("unknown", message);
  // Whether a change that had no answer was made, nobody here can know.
  if ((error.code === "connectionLost" || error.code === "timedOut") && facts.risk !== "read") {
    return failure(error.facts["reason"] === "stalled" || error.code === "timedOut" ? "stalled" : "unknown", `${message} Verify its effect before you repeat it.`, "unknown");
  }
  if (error.code === "timedOut") return failure("timedOut", message);
  if (error.code === "unreachable" || error.code === "signInNeeded" || error.code === "proxyError" || error.code === "connectionLost") return failure("unreachable", message);
  return failure("invalid", message);
}

const SEVERITY: readonly OutcomeStatus[] = ["succeeded", "finding", "cancelled", "refused", "failed", "unknown"];

/** The graver of two outcomes; of two as grave, the first. */
export function worseOutcome(a: Outcome | undefined, b: Outcome): Outcome {
  return a !== undefined && SEVERITY.indexOf(a.status) >= SEVERITY.indexOf(b.status) ? a : b;
}
