import { existsSync, globSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { LintContext } from "../core/lint/facts.ts";
import { isFactsFile } from "../core/facts/factsFile.ts";
import { lintFacts } from "../core/lint/lintFacts.ts";
import { lintRunbook, type LintFinding } from "../core/lint/lintRunbook.ts";
import { readDay } from "../core/lint/days.ts";
import { printJson, printSarif, printText, type LintedFile } from "../core/lint/printFindings.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { parseRunbook } from "../core/runbook/parseRunbook.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { readRunbook, readSource } from "./files.ts";

const FORMATS = { text: printText, json: printJson, sarif: printSarif } as const;

/** What `dr-runbook lint` was called with. */
export interface LintCall {
  /** Files, of which `*.yaml` are shared facts, and folders whose `*.runbook.md` files are meant, with the shared facts that these name. */
  readonly paths: readonly string[];
  /** `text` unless given. */
  readonly format: string | undefined;
  /** `YYYY-MM-DD`; the clock's day unless given. */
  readonly today: string | undefined;
  /** Notes are printed too. */
  readonly withNotes: boolean;
  /** What is known of the folder that a file stands in. */
  readonly contextOf: (path: string, document: RunbookDocument, today: string) => LintContext;
  readonly write: (text: string) => void;
}

/** Lints files and folders. Returns 1 where there is an error or a warning, else 0. Throws for a call, or a file, that cannot be read. */
export function lintFiles(call: LintCall): number {
  const format = call.format ?? "text";
  if (!isFormat(format)) throw new RuntimeError("invalidInput", `Linting: there is no format ${format}.`, { hint: `Formats are ${Object.keys(FORMATS).join(", ")}.` });
  const today = call.today === undefined ? new Date().toISOString().slice(0, 10) : readDay(call.today);
  if (today === undefined) throw new RuntimeError("invalidInput", `Linting: ${call.today ?? ""} is not a day.`, { hint: "Write it as 2026-01-31." });
  const files = call.paths.flatMap(filesAt).map((path) => lintFile(path, today, call));
  call.write(FORMATS[format](files));
  const count = files.reduce((sum, file) => sum + file.findings.filter(({ severity }) => severity !== "information").length, 0);
  if (format === "text") call.write(`${String(count)} ${count === 1 ? "problem" : "problems"} in ${String(files.length)} ${files.length === 1 ? "file" : "files"}.\n`);
  return count === 0 ? 0 : 1;
}

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

function filesAt(path: string): readonly string[] {
  if (!existsSync(path)) throw new RuntimeError("notFound", `Linting ${path}: there is no such file or folder.`, { hint: "Give Markdown files, or folders that hold *.runbook.md files." });
  if (!statSync(path).isDirectory()) return [path];
  const found = globSync("**/*.runbook.md", { cwd: path, exclude: (name) => name === "node_modules" }).toSorted().map((file) => join(path, file));
  if (found.length === 0) throw new RuntimeError("notFound", `Linting ${path}: the folder holds no *.runbook.md file.`, { hint: "Name other Markdown files one by one." });
  return [...found, ...new Set(found.flatMap(factsOf))];
}

/** The shared facts that a runbook names, where they are there: that they are not is said of the runbook. */
function factsOf(path: string): readonly string[] {
  const { facts } = readRunbook(path).frontMatter;
  const file = facts === undefined ? undefined : join(dirname(path), facts);
  return file !== undefined && isFactsFile(file) && existsSync(file) ? [file] : [];
}

function lintFile(path: string, today: string, { contextOf, withNotes }: LintCall): LintedFile {
  const source = readSource(path);
  const findings = isFactsFile(path) ? lintFacts(source, today) : lintMarkdown(source, (document) => contextOf(path, document, today));
  return { path: relative(process.cwd(), resolve(path)).replaceAll(sep, "/"), source, findings: withNotes ? findings : findings.filter(({ severity }) => severity !== "information") };
}

function lintMarkdown(source: string, contextOf: (document: RunbookDocument) => LintContext): readonly LintFinding[] {
  const document = parseRunbook(source);
  return lintRunbook(document, contextOf(document));
}
