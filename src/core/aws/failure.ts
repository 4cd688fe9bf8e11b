import type { Operation } from "../command/operation.ts";
import type { ByteSink } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** The service's refusal as botocore words it; `undefined` for every other failure, which the caller lets through. */
export function serviceRefusal(error: unknown): { readonly code: string; readonly operation: string; readonly message: string; readonly text: string } | undefined {
  if (!(error instanceof RuntimeError) || error.code !== "awsError") return undefined;
  const { code = "Unknown", operation = "", message = "" } = error.facts;
  return { code, operation, message, text: `An error occurred (${code}) when calling the ${operation} operation: ${message}` };
}

/** Flags that change what the call means and that nothing here carries out. Leaving them out silently would do something else. */
const NOT_CARRIED_OUT = ["endpoint-url", "no-sign-request", "no-verify-ssl", "ca-bundle", "query", "debug"] as const;

/** Throws `invalidInput` for a global flag that in-process calls do not carry out. */
export function refuseForeignFlags(operation: Operation): void {
  const found = NOT_CARRIED_OUT.find((name) => operation.flags[name] !== undefined && operation.flags[name] !== false);
  if (found === undefined) return;
  throw new RuntimeError("invalidInput", `Running aws ${operation.verb}: --${found} is not carried out in process`, { hint: "Leave the flag out; the run's target says endpoint and identity." });
}

/** Writes text as UTF-8. */
export function writeText(sink: ByteSink, text: string): Promise<void> {
  return sink(new TextEncoder().encode(text));
}

/** A flag's text; `undefined` when it is missing. */
export function flagText(operation: Operation, name: string): string | undefined {
  const value = operation.flags[name];
  return typeof value === "string" ? value : undefined;
}

export function hasFlag(operation: Operation, name: string): boolean {
  const value = operation.flags[name];
  return value !== undefined && value !== false;
}
