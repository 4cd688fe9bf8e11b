import { plainText, type Blocks, type HeadingBlock, type ParagraphBlock } from "./blocks.ts";
import { isBlank, type Line } from "./lines.ts";
import type { Report } from "./report.ts";
import { fixNearTitle, readListStep, readObjectives, readTitle, type Objectives } from "./stepGrammar.ts";

/** A step before its id, branches and cells are known. */
export interface StepDraft {
  readonly source: "heading" | "paragraph" | "listItem";
  readonly kind: "step" | "option" | "section";
  readonly title: string;
  readonly label: string | undefined;
  readonly level: number;
  readonly line: number;
  /** First line after a list item that is a step; `undefined` for headings, which reach to the next one that ends them. */
  readonly untilLine: number | undefined;
  readonly start: number;
  readonly end: number;
  readonly budgetMs: number | undefined;
  readonly objectives: Objectives | undefined;
  /** The draft around it: the nearest one before with a smaller level. */
  readonly enclosing: number | undefined;
}

interface Found {
  readonly source: StepDraft["source"];
  readonly line: number;
  readonly endLine: number;
  readonly headingLevel: number;
  readonly text: string;
  readonly number: string | undefined;
  readonly untilLine: number | undefined;
  readonly content: string;
}

/** The text that the block structure was read from, by lines. */
export interface SourceLines {
  readonly source: string;
  readonly lines: readonly Line[];
}

/** Finds every heading, bold option and numbered step with a budget, in document order. */
export function draftSteps(text: SourceLines, blocks: Blocks, report: Report): StepDraft[] {
  const found = [...blocks.headings.map(fromHeading), ...blocks.paragraphs.flatMap(fromParagraph)].sort((a, b) => a.line - b.line);
  const drafts: StepDraft[] = [];
  const open: number[] = [];
  for (const [index, entry] of found.entries()) {
    while (open.length > 0) {
      const top = drafts[open.at(-1) ?? 0];
      if (top === undefined || !endsBefore(top, entry)) break;
      open.pop();
    }
    const enclosing = open.at(-1);
    const level = entry.source === "heading" ? entry.headingLevel : (drafts[enclosing ?? -1]?.level ?? 0) + 1;
    const words = entry.source === "listItem" ? listTitle(entry) : readTitle(entry.text);
    const { start, end } = spanOf(text, entry);
    reportTitle(text, entry, words, report);
    drafts.push({
      source: entry.source, kind: words.kind, title: words.title, label: words.label, level, line: entry.line, untilLine: entry.untilLine,
      start, end, budgetMs: words.budgetMs, objectives: objectivesOf(text, entry, found[index + 1], blocks, report), enclosing,
    });
    open.push(drafts.length - 1);
  }
  return drafts;
}

/** The draft whose steps a line belongs to: the innermost one begun and not ended there. */
export function activeDraft(drafts: readonly StepDraft[], line: number): number | undefined {
  let low = 0;
  let high = drafts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((drafts[middle]?.line ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  let index: number | undefined = low === 0 ? undefined : low - 1;
  while (index !== undefined) {
    const draft: StepDraft | undefined = drafts[index];
    if (draft?.untilLine === undefined || draft.untilLine > line) return index;
    index = draft.enclosing;
  }
  return undefined;
}

function endsBefore(open: StepDraft, next: Found): boolean {
  switch (next.source) {
    case "heading":
      return open.source !== "heading" || open.level >= next.headingLevel;
    case "paragraph":
      return open.source !== "heading";
    case "listItem":
      return open.untilLine !== undefined && open.untilLine <= next.line;
  }
}

function fromHeading(heading: HeadingBlock): Found {
  const { line, endLine, level, content } = heading;
  return { source: "heading", line, endLine, headingLevel: level, text: plainText(content), number: undefined, untilLine: undefined, content };
}

/** A paragraph that begins with a bold `Option A: …`, or the first line of a numbered item with a budget. */
function fromParagraph(paragraph: ParagraphBlock): Found[] {
  const { line, endLine, content, item, isNested } = paragraph;
  const firstLine = content.split("\n", 1)[0] ?? "";
  const common = { line, endLine, headingLevel: 0, content: firstLine };
  if (!isNested) {
    const bold = firstLine.length > 1000 ? null : /^(?:\*\*|__)(.+?)(?:\*\*|__)\s*(\([^()]*\))?\s*:?$/.exec(firstLine.trim());
    const text = bold === null ? "" : plainText([bold[1], bold[2]].filter((part) => part !== undefined).join(" "));
    const words = readTitle(text);
    return words.kind === "option" || (words.isNearMiss && /^option/i.test(text)) ? [{ ...common, source: "paragraph", text, number: undefined, untilLine: undefined }] : [];
  }
  if (item?.number === undefined || readListStep(firstLine) === undefined) return [];
  return [{ ...common, source: "listItem", text: firstLine, number: item.number, untilLine: item.endLine }];
}

function listTitle(entry: Found): ReturnType<typeof readTitle> {
  const words = readListStep(entry.text);
  return {
    kind: "step", title: plainText(words?.title ?? entry.text), label: entry.number, budgetMs: words?.budgetMs,
    budgetNearMiss: words?.budgetNearMiss, isNearMiss: false,
  };
}

/** Objectives in the heading itself, in a heading just below, or in the first paragraph just below. */
function objectivesOf(text: SourceLines, entry: Found, next: Found | undefined, blocks: Blocks, report: Report): Objectives | undefined {
  if (entry.source !== "heading") return undefined;
  const own = readObjectives(entry.text);
  if (own !== undefined) {
    reportObjectives(text, entry, own, report);
    return own;
  }
  let below = entry.endLine;
  while (below < text.lines.length && isBlank(lineText(text, below))) below++;
  if (next?.source === "heading" && next.line === below) return readObjectives(next.text);
  const paragraph = blocks.paragraphs.find((candidate) => candidate.line === below);
  const words = plainText(paragraph?.content.split("\n", 1)[0] ?? "");
  if (paragraph === undefined || !/^(?:RTO|RPO)\b/.test(words)) return undefined;
  const objectives = readObjectives(words);
  if (objectives !== undefined) reportObjectives(text, paragraph, objectives, report);
  return objectives;
}

function reportObjectives(text: SourceLines, place: { readonly line: number; readonly endLine: number }, objectives: Objectives, report: Report): void {
  const { start, end } = spanOf(text, place);
  if (objectives.isNearMiss) report("objective-near-miss", start, end);
  for (const { objective, text: words } of objectives.unknown) report("objective-unknown", start, end, { objective, text: words });
}

function reportTitle(text: SourceLines, entry: Found, words: ReturnType<typeof readTitle>, report: Report): void {
  const { start, end } = spanOf(text, entry);
  const line = text.source.slice(start, end);
  if (words.budgetNearMiss !== undefined) {
    const at = line.lastIndexOf(words.budgetNearMiss);
    const from = at === -1 ? start : start + at;
    report("budget-near-miss", from, at === -1 ? end : from + words.budgetNearMiss.length, { text: words.budgetNearMiss });
  }
  if (!words.isNearMiss) return;
  const fix = fixNearTitle(line);
  if (fix === undefined) report("step-near-miss", start, end, { fixed: "Step 2: Title" });
  else report("step-near-miss", start + fix.at, start + fix.at + fix.found.length, { fixed: fix.text }, { title: `Write ${fix.text}`, text: fix.text });
}

/** Offsets of a block's first line of words, indentation and line end left out. */
export function spanOf(text: SourceLines, place: { readonly line: number }): { readonly start: number; readonly end: number } {
  const line = text.lines[place.line];
  if (line === undefined) return { start: 0, end: 0 };
  const words = text.source.slice(line.start, line.end);
  return { start: line.start + words.length - words.trimStart().length, end: line.start + words.trimEnd().length };
}

export function lineText(text: SourceLines, line: number): string {
  const place = text.lines[line];
  return place === undefined ? "" : text.source.slice(place.start, place.end);
}
