/** Codes of failures at run time; each has a row in docs/ERRORS.md. */
export type RuntimeErrorCode =
  | "unreachable"
  | "signInNeeded"
  | "forbidden"
  | "proxyError"
  | "timedOut"
  | "connectionLost"
  | "brokenPipe"
  | "apiStatus"
  | "awsError"
  | "outsideWorld"
  | "missingBinary"
  | "journalUnwritable"
  | "journalBroken"
  | "runLocked"
  | "notDriving"
  | "targetDrift"
  | "notFound"
  | "invalidInput"
  | "internal";

/** A failure with what failed, the fact and the cure. Cancelling is not an error: it is an abort with the signal's reason. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly code: RuntimeErrorCode;
  /** What a person can do about it; empty where there is nothing to advise. */
  readonly hint: string;
  /** Facts for callers that act on them (`status`, `host`); never secrets. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(code: RuntimeErrorCode, message: string, options: { hint?: string; facts?: Readonly<Record<string, string>>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? "";
    this.facts = options.facts ?? {};
  }
}

/** One line of what went wrong, for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a person can do about it, for any thrown value; empty where nothing is known. */
export function hintOf(error: unknown): string {
  return error instanceof RuntimeError ? error.hint : "";
}
