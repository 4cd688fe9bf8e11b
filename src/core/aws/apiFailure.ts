import type { AwsApiAnswer, Stdio } from "../ports.ts";
import { writeText } from "./failure.ts";
import { xmlText } from "./xml.ts";

/** Exit code of the AWS command line (version 1) when a service refuses. */
export const REFUSED = 255;

/** How often a request is made at most, as by the AWS command line in its standard mode. */
export const AWS_ATTEMPTS = 3;

/** Prints a service's refusal as botocore words it. */
export async function failApi(io: Stdio, operation: string, { status, text, isGivenUp }: AwsApiAnswer): Promise<number> {
  const code = xmlText(text, "Code") ?? String(status);
  const message = xmlText(text, "Message") ?? "Unknown";
  await writeText(io.stderr, `\nAn error occurred (${code}) when calling the ${operation} operation${isGivenUp ? ` (reached max retries: ${String(AWS_ATTEMPTS - 1)})` : ""}: ${message}\n`);
  return REFUSED;
}
