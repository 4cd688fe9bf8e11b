import type { ClockPort } from "../ports.ts";
import type { TargetState } from "../protocol.ts";
import { RuntimeError } from "../runtimeError.ts";

/** By then a target's state has a name, milliseconds. */
export const REACH_LIMIT_MS = 3000;

/** Gives `action` so many milliseconds of the clock; then it is aborted and the result rejects with `timedOut`. */
export async function withLimit<T>(clock: ClockPort, limitMs: number, signal: AbortSignal, action: (limited: AbortSignal) => Promise<T>): Promise<T> {
  const [over, done] = [new AbortController(), new AbortController()];
  const late = clock.sleep(limitMs, AbortSignal.any([signal, done.signal]), "limit").then(() => {
    over.abort();
    throw new RuntimeError("timedOut", `No answer within ${limitMs / 1000} seconds`);
  });
  try {
    return await Promise.race([action(AbortSignal.any([signal, over.signal])), late]);
  } finally {
    done.abort();
    // The sleep ends with the abort above; nobody is left to hear of it.
    late.catch(() => undefined);
  }
}

/** What a failure says of its target; `undefined` for failures that are not the target's. */
export function stateOf(error: unknown): TargetState | undefined {
  if (!(error instanceof RuntimeError)) return undefined;
  switch (error.code) {
    case "unreachable":
    case "connectionLost":
    case "apiStatus":
      return "unreachable";
    case "timedOut":
      return "slow";
    case "signInNeeded":
      return "signInNeeded";
    case "forbidden":
      return "forbidden";
    case "proxyError":
      return "proxyError";
    case "brokenPipe":
    case "awsError":
    case "outsideWorld":
    case "missingBinary":
    case "journalUnwritable":
    case "journalBroken":
    case "runLocked":
    case "notDriving":
    case "targetDrift":
    case "notFound":
    case "invalidInput":
    case "internal":
      return undefined;
  }
}
