import type { Problem } from "../problem.ts";
import { readBlocks, type Blocks, type FenceBlock } from "./blocks.ts";
import { fenceText, readCommand } from "./commandInfo.ts";
import type { DocumentCell, FrontMatter, RunbookDocument } from "./document.ts";
import { languageOf, readFence } from "./fence.ts";
import { readFrontMatter, type ReadFrontMatter } from "./frontMatter.ts";
import { findFrontMatter } from "./frontMatterBlock.ts";
import { readInfoMap } from "./infoMap.ts";
import { BYTE_ORDER_MARK, isBlank, splitLines } from "./lines.ts";
import { reportTo, type Report } from "./report.ts";
import { activeDraft, draftSteps, lineText, type SourceLines } from "./stepDrafts.ts";
import { finishSteps } from "./steps.ts";

/** Languages of fences that run. */
export const COMMAND_LANGUAGES: ReadonlySet<string> = new Set(["bash", "sh", "shell", "console", "kubectl"]);

/** Where a cell begins: a heading, a fence that runs, the front matter, or the prose after one of them. */
interface Boundary {
  readonly line: number;
  readonly fence: FenceBlock | undefined;
}

/**
 * Reads a runbook file (docs/FORMAT.md). Total: any text is a document, at worst one prose cell, and the cells tile it. What is
 * wrong with it is in `problems`, sorted by place.
 */
export function parseRunbook(source: string): RunbookDocument {
  const problems: Problem[] = [];
  const report = reportTo(problems);
  const lines = splitLines(source);
  const textStart = source.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  const text: SourceLines = { source, lines: lines.map((line, index) => (index === 0 ? { ...line, start: textStart } : line)) };
  const block = findFrontMatter(source, lines, textStart);
  const front = readFrontMatter(source, block, report);
  const bodyLine = block?.endLine ?? 0;
  // The front matter's lines are blank to the Markdown parser, so that line numbers stay.
  const blocks = readBlocks("\n".repeat(bodyLine) + source.slice(text.lines[bodyLine]?.start ?? source.length));
  const drafts = draftSteps(text, blocks, report);
  const boundaries = findBoundaries(text, blocks, bodyLine);
  const cells = boundaries.map((boundary, index) => {
    const start = index === 0 ? 0 : (text.lines[boundary.line]?.start ?? 0);
    const next = boundaries[index + 1];
    const end = next === undefined ? source.length : (text.lines[next.line]?.start ?? source.length);
    const step = activeDraft(drafts, boundary.fence?.line ?? boundary.line);
    return readCell(source.slice(start, end), { start, end, step }, boundary.fence, index === 0 && block !== undefined, report);
  });
  checkNames(cells, front, report);
  const cellsOfSteps: number[][] = drafts.map(() => []);
  for (const [index, cell] of cells.entries()) if (cell.step !== undefined) cellsOfSteps[cell.step]?.push(index);
  const steps = finishSteps(text, drafts, blocks, cellsOfSteps, report);
  problems.sort((a, b) => a.start - b.start);
  return { source, frontMatter: withTitle(front.frontMatter, steps), cells, steps, problems };
}

/** Prose splits at headings and at fences that run; blank lines after a fence belong to it, so that no cell is only blank. */
function findBoundaries(text: SourceLines, blocks: Blocks, bodyLine: number): Boundary[] {
  const found = new Map<number, Boundary>();
  const afterBlanks = (line: number): number => {
    let next = line;
    while (next < text.lines.length && isBlank(lineText(text, next))) next++;
    return next;
  };
  const add = (line: number, fence: FenceBlock | undefined): void => {
    if (line < text.lines.length && (fence !== undefined || !found.has(line))) found.set(line, { line, fence });
  };
  if (text.source !== "") found.set(0, { line: 0, fence: undefined });
  if (bodyLine > 0) add(afterBlanks(bodyLine), undefined);
  for (const heading of blocks.headings) add(heading.line, undefined);
  for (const fence of blocks.fences) {
    if (kindOfFence(fence) === undefined) continue;
    add(fence.line, fence);
    add(afterBlanks(fence.endLine), undefined);
  }
  const boundaries = [...found.values()].sort((a, b) => a.line - b.line);
  // Blank lines at the top of the file go with the first cell.
  const [first, second] = boundaries;
  if (first !== undefined && second !== undefined && bodyLine === 0 && first.fence === undefined && second.line <= afterBlanks(0)) boundaries.shift();
  return boundaries;
}

/** Whether a fence runs: shell languages do, SQL does where its info map says through which command. */
function kindOfFence(fence: FenceBlock): "command" | "query" | undefined {
  const language = languageOf(fence.info);
  const name = language.toLowerCase();
  if (COMMAND_LANGUAGES.has(name)) return "command";
  if (name !== "sql") return undefined;
  return runsQuery(fence.info.slice(fence.info.indexOf(language) + language.length)) ? "query" : undefined;
}

/** True where the info map of an SQL fence (the words after the language) names the command that the text goes to. */
export function runsQuery(infoRest: string): boolean {
  const rest = infoRest.trim();
  return readInfoMap(rest, 0, () => undefined).via !== undefined;
}

type CellPlace = Pick<DocumentCell, "start" | "end" | "step">;

function readCell(slice: string, place: CellPlace, block: FenceBlock | undefined, isFrontMatter: boolean, report: Report): DocumentCell {
  const kind = block === undefined ? undefined : kindOfFence(block);
  const prose: DocumentCell = { kind: "markdown", language: isFrontMatter ? "yaml" : "markdown", ...place, text: slice, command: undefined };
  if (block === undefined || kind === undefined) return prose;
  const mark = slice.startsWith(BYTE_ORDER_MARK) && place.start === 0 ? 1 : 0;
  const fence = readFence(slice.slice(mark), block.endLine - block.line - (block.isClosed ? 2 : 1));
  if (fence === undefined) return prose;
  return { kind, language: fence.language, ...place, text: fenceText(fence), command: readCommand(fence, place.start + mark, kind, report) };
}

function checkNames(cells: readonly DocumentCell[], front: ReadFrontMatter, report: Report): void {
  const names = new Set<string>();
  for (const cell of cells) {
    const name = cell.command?.name;
    if (name === undefined) continue;
    if (names.has(name)) report("cell-name-duplicate", cell.start, cell.end, { name });
    names.add(name);
  }
  for (const { text: name, entry } of front.verification) {
    if (!names.has(name)) report("verification-cell-missing", entry.start, entry.end, { name });
  }
}

function withTitle(frontMatter: FrontMatter, steps: RunbookDocument["steps"]): FrontMatter {
  return frontMatter.title === undefined ? { ...frontMatter, title: steps.find((step) => step.level === 1 && step.kind === "section")?.title } : frontMatter;
}
