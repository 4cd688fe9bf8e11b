import { readFileSync, writeFileSync } from "node:fs";
import { describe } from "../core/problem.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { parseRunbook } from "../core/runbook/parseRunbook.ts";
import { decodeSource } from "../core/runbook/source.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";

/** What a person is told of the codes of the system that they meet: the fact, and the cure. */
const FACTS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["there is no such file or folder", "Check the path."],
  ENOTDIR: ["a part of the path is a file", "Check the path."],
  EISDIR: ["it is a folder", "Name one file in it."],
  EACCES: ["you may not", "Check the rights of the file and of its folders."],
  EROFS: ["its disk is read-only", "Name a file elsewhere."],
  ENOSPC: ["its disk is full", "Make room, or name a file elsewhere."],
};

/** A runbook of a file. Throws as `readSource`. */
export function readRunbook(file: string): RunbookDocument {
  return parseRunbook(readSource(file));
}

/** As `readRunbook`, for what goes by the front matter: one that cannot be read is told to `warn`, since world, targets and parameters are then missing without another word. */
export function readRunbookWarning(file: string, warn: (text: string) => void): RunbookDocument {
  const document = readRunbook(file);
  for (const problem of document.problems.filter(({ code }) => code === "front-matter-invalid")) {
    warn(`${file}:${document.source.slice(0, problem.start).split("\n").length}: ${describe(problem)}\n`);
  }
  return document;
}

/** The text of a runbook's file. Throws `notFound`, or `invalidInput` where it is a folder, may not be read, or is no UTF-8. */
export function readSource(file: string): string {
  const bytes = attempt("Reading", file, () => readFileSync(file));
  try {
    return decodeSource(bytes);
  } catch (error) {
    throw error instanceof RuntimeError ? new RuntimeError(error.code, `Reading ${file}: ${error.message}`, { hint: error.hint, cause: error }) : error;
  }
}

/** A file's text, whatever its bytes are. Throws as `readSource`. */
export function readText(file: string): string {
  return attempt("Reading", file, () => readFileSync(file, "utf8"));
}

/** Writes a file; one that is there is replaced. Throws `notFound` or `invalidInput` with what keeps it from that. */
export function writeBytes(file: string, bytes: Uint8Array): void {
  attempt("Writing", file, () => writeFileSync(file, bytes));
}

/** Gives what `action` gives; what the system refuses is said in words. */
export function attempt<T>(doing: "Reading" | "Writing", path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
    const [fact, hint] = FACTS[code] ?? [messageOf(error), ""];
    throw new RuntimeError(code === "ENOENT" ? "notFound" : "invalidInput", `${doing} ${path}: ${fact}.`, { hint, cause: error });
  }
}
