import type { Stdio } from "../ports.ts";
import { writeText } from "./failure.ts";
import { xmlText } from "./xml.ts";

/** Exit code of the AWS command line (version 1) when a service refuses. */
export const REFUSED = 255;

/** Prints a service's refusal as botocore words it. */
export async function failApi(io: Stdio, operation: string, status: number, text: string): Promise<number> {
  const code = xmlText(text, "Code") ?? String(status);
  const message = xmlText(text, "Message") ?? "Unknown";
  await writeText(io.stderr, `\nAn error occurred (${code}) when calling the ${operation} operation: ${message}\n`);
  return REFUSED;
}
