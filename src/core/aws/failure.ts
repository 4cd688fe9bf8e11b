import type { Operation } from "../command/operation.ts";
import type { ByteSink } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** The service's refusal as botocore words it; `undefined` for every other failure, which the caller lets through. */
export function serviceRefusal(error: unknown): { readonly code: string; readonly operation: string; readonly message: string; readonly text: string } | undefined {
  if (!(error instanceof RuntimeError) || error.code !== "awsError") return undefined;
  const { code = "Unknown", operation = "", message = "" } = error.facts;
  return { code, operation, message, text: error.message };
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
