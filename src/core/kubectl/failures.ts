import { printError, type Call } from "./call.ts";
import { ApiStatusError, describeApiStatus, type KubectlFailure } from "./failure.ts";

/** Prints the failures of several objects as kubectl does (one keeps its `error:` prefix, several are bare lines). Returns the exit code. */
export async function listFailures(call: Call, failures: readonly (ApiStatusError | KubectlFailure)[]): Promise<number> {
  for (const failure of failures) {
    const text = failure instanceof ApiStatusError ? describeApiStatus(failure) : failures.length > 1 ? failure.message.replace(/^error: /, "") : failure.message;
    await printError(call, `${text}\n`);
  }
  return failures.length === 0 ? 0 : 1;
}
