import { groupDigits } from "./boundedText.ts";
import type { JournalEvent, WholeOutput } from "./journalEvent.ts";

/** How a person knows the streams. */
export const STREAM_WORDS: Readonly<Record<WholeOutput["stream"], string>> = { stdout: "output", stderr: "standard error" };

/** The files of long outputs that an event names. */
export function wholeOutputsOf(event: JournalEvent): readonly WholeOutput[] {
  if (event.type === "statementOutcome") return event.whole ?? [];
  return event.type === "resumed" ? (event.leftOver ?? []) : [];
}

const UNITS = ["KiB", "MiB", "GiB"];

/** `512 bytes`, `12.3 MiB` */
export function sizeWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const power = Math.min(UNITS.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power - 1] ?? ""}`;
}

/** `100,000 lines, 12.3 MiB`, and why it is not everything. */
export function wholeOutputWords({ lines, bytes, missing }: Pick<WholeOutput, "lines" | "bytes" | "missing">): string {
  const size = `${lines > 1 ? `${groupDigits(lines)} lines, ` : ""}${sizeWords(bytes)}`;
  return missing === undefined ? size : `${size}; it ends early: ${missing}`;
}
