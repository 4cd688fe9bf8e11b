import type { Problem } from "../problem.ts";
import type { FactsProblemCode } from "../facts/problems.ts";
import type { RunbookProblemCode } from "./problems.ts";

/** Problems that are found in a file, by its own grammar. */
export type ReportCode = RunbookProblemCode | FactsProblemCode;

/** Takes a problem in; parsers of files report through it, with offsets into the file's text. */
export type Report = (code: ReportCode, start: number, end: number, facts?: Readonly<Record<string, string>>, fix?: NonNullable<Problem["fix"]>) => void;

/** A reporter that appends to `problems`. */
export function reportTo(problems: Problem[]): Report {
  return (code, start, end, facts = {}, fix) => {
    problems.push({ code, start, end, facts, ...(fix === undefined ? {} : { fix }) });
  };
}

/** How a value of the wrong kind is named in a message; never the whole of a long value. */
export function nameOfValue(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const words = String(value);
  return words.length > 40 ? `${words.slice(0, 40)}…` : words;
}
