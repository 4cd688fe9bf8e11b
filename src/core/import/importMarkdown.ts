import { stringify } from "yaml";
import { planRunbook } from "../command/planRunbook.ts";
import { findTool } from "../command/schema/table.ts";
import { readFenced } from "../lint/proseLines.ts";
import { anglePlaceholders } from "../lint/rules/wording.ts";
import { describe, severityOf } from "../problem.ts";
import { commandOffsetToSource } from "../runbook/cellsReport.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { findFrontMatter } from "../runbook/frontMatterBlock.ts";
import { BYTE_ORDER_MARK, dominantLineEnd, splitLines } from "../runbook/lines.ts";
import { parseRunbook } from "../runbook/parseRunbook.ts";
import { frontMatterFor, type FrontMatterKeys } from "./frontMatterFor.ts";

/** A Markdown document as a runbook, and what of it was read and was not. */
export interface ImportedRunbook {
  /** The runbook: a front matter, then the document's own bytes. */
  readonly text: string;
  /** Keys that the front matter was given. */
  readonly keys: readonly string[];
  readonly counts: { readonly commands: number; readonly steps: number; readonly expectations: number; readonly checklistItems: number };
  /** Whether it says which cells prove that service is restored. */
  readonly hasVerification: boolean;
  /** What could not be read, by line of `text`. */
  readonly unread: readonly ImportRemark[];
}

export interface ImportRemark {
  readonly line: number;
  readonly words: string;
}

const NO_CONTEXT = "The commands name no cluster: the target {name} is the one of the current kubeconfig, whichever that is. Put its context in.";

/**
 * Turns any Markdown document into a runbook (docs/FORMAT.md, Importing): it gets the front matter that its own words give, and not a
 * byte of the rest changes. A front matter that is there keeps its keys and gets those that are missing. `name` is the file's name
 * without its ending, for a document without a title. Total.
 */
export function importMarkdown(source: string, name: string): ImportedRunbook {
  const document = parseRunbook(source);
  const given = frontMatterFor(document, name);
  const { text, keys, remark } = withFrontMatter(document, given);
  const imported = parseRunbook(text);
  const counts = {
    commands: imported.cells.filter((cell) => cell.command !== undefined).length,
    steps: imported.steps.filter((step) => step.kind !== "section").length,
    expectations: imported.cells.reduce((sum, cell) => sum + (cell.command?.expectations.length ?? 0), 0),
    checklistItems: imported.steps.reduce((sum, step) => sum + step.checklist.length, 0),
  };
  const remarks = [remark, ...imported.frontMatter.targets.map((target) => (target.kind === "kubernetes" && target.context === undefined ? NO_CONTEXT.replace("{name}", target.name) : undefined))];
  return { text, keys, counts, hasVerification: imported.frontMatter.verification.length > 0, unread: [...remarks.flatMap((words) => (words === undefined ? [] : [{ line: 1, words }])), ...unreadIn(imported)] };
}

interface Written {
  readonly text: string;
  readonly keys: readonly string[];
  readonly remark: string | undefined;
}

function withFrontMatter({ source, frontMatter, problems }: RunbookDocument, given: FrontMatterKeys): Written {
  const mark = source.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const lineEnd = dominantLineEnd(source);
  const yaml = (keys: FrontMatterKeys): string => stringify(keys, { lineWidth: 0 }).replaceAll("\n", lineEnd);
  const block = findFrontMatter(source, splitLines(source), mark.length);
  if (block === undefined) {
    // The blank line keeps outlines from reading the last key, underlined, as a heading.
    const text = `${mark}---${lineEnd}${yaml(given)}${lineEnd}---${lineEnd}${lineEnd}${source.slice(mark.length)}`;
    return { text, keys: Object.keys(given), remark: undefined };
  }
  const own = source.slice(block.yamlStart, block.yamlEnd);
  if (problems.some((problem) => problem.code === "front-matter-invalid") || own.trimStart().startsWith("{")) {
    return { text: source, keys: [], remark: "The front matter was left as it is: keys can only be added to a map of lines KEY: VALUE." };
  }
  const has = (key: string): boolean => new RegExp(`^["']?${key}["']?[ \\t]*:`, "m").test(own);
  const missing = Object.fromEntries(Object.entries(given).filter(([key]) => !has(key)));
  const keys = Object.keys(missing);
  if (keys.length === 0 || !frontMatter.present) return { text: source, keys: [], remark: undefined };
  return { text: `${source.slice(0, block.yamlEnd)}${yaml(missing)}${source.slice(block.yamlEnd)}`, keys, remark: undefined };
}

/** Problems that keep something from being read: near misses, commands that cannot be planned, and fences that only look like commands. */
function unreadIn(document: RunbookDocument): readonly ImportRemark[] {
  const lineOf = (offset: number): number => document.source.slice(0, offset).split(/\r\n?|\n/).length;
  const inText = document.problems.filter((problem) => severityOf(problem) !== "information").map((problem) => ({ line: lineOf(problem.start), words: describe(problem) }));
  const inCommands = planRunbook(document).flatMap((plan, index) => {
    const cell = document.cells[index];
    if (plan === undefined || cell === undefined) return [];
    const [blank] = cell.kind === "command" ? anglePlaceholders(cell.command?.commandText ?? "") : [];
    if (blank !== undefined) return [{ line: lineOf(commandOffsetToSource(document, cell, blank.index)), words: `${blank[0]} stands for a value, and the shell reads the brackets as redirections. Put the value in, or a parameter.` }];
    const [first] = plan.problems.filter((problem) => severityOf(problem) === "error");
    return first === undefined ? [] : [{ line: lineOf(commandOffsetToSource(document, cell, first.start)), words: describe(first) }];
  });
  return [...inText, ...inCommands, ...untaggedCommands(document, lineOf)].toSorted((a, b) => a.line - b.line);
}

function untaggedCommands(document: RunbookDocument, lineOf: (offset: number) => number): readonly ImportRemark[] {
  const lines = readFenced(document);
  const firsts = lines.filter((line, index) => {
    const before = lines[index - 1];
    return before === undefined || before.cell !== line.cell || line.start - (before.start + before.text.length) > 2;
  });
  return firsts.filter(({ text, language }) => /^(?:text|plaintext|sh-session|shell-session|zsh|ksh)?$/.test(language) && looksLikeCommand(text))
    .map(({ start }) => ({ line: lineOf(start), words: "This fence looks like a command and is none by its language. Write ```bash above it if it is meant to run." }));
}

function looksLikeCommand(line: string): boolean {
  const word = /^\s*(?:\$\s+)?([\w.-]+)\s/.exec(line)?.[1] ?? "";
  return /^\s*\$\s/.test(line) || (/^[a-z]/.test(word) && findTool(word, "local") !== undefined);
}
