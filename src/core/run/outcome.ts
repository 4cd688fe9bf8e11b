/**
 * What a statement or a cell came to. A failure has the same fields as a success plus its reason. Where several things end a
 * statement, the first one wins.
 */
export interface Outcome {
  readonly status: OutcomeStatus;
  /** The pipeline's exit code with pipefail; `undefined` where nothing ran or the end was not seen. */
  readonly exitCode: number | undefined;
  readonly reason: OutcomeReason | undefined;
  /** What failed, the fact, the cure; `undefined` on success. */
  readonly message: string | undefined;
  /** Clock of the run, epoch milliseconds (world time in a drill). */
  readonly startedAt: number;
  readonly endedAt: number;
}

export type OutcomeStatus =
  | "succeeded"
  /** A read that did not succeed: in diagnosis that is a finding, and the run goes on. */
  | "finding"
  | "failed"
  /** A person said No, or the kernel would not run it. Nothing was changed. */
  | "refused"
  | "cancelled"
  /** The end was not seen (crash, lost connection): verify before repeating. */
  | "unknown";

export type OutcomeReason =
  | "exit"
  | "timedOut"
  | "stalled"
  | "cancelled"
  | "refused"
  | "unreachable"
  | "expectation"
  | "invalid"
  | "unknown";
