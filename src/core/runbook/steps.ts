import { plainText, type Blocks } from "./blocks.ts";
import type { Branch, ChecklistItem, Step } from "./document.ts";
import type { Report } from "./report.ts";
import { activeDraft, lineText, type SourceLines, type StepDraft } from "./stepDrafts.ts";
import { readBranch, type BranchWords } from "./stepGrammar.ts";

/** Turns drafts into steps: ids, parents, branches and checklists. `cells` are the indices of each draft's cells. */
export function finishSteps(text: SourceLines, drafts: readonly StepDraft[], blocks: Blocks, cells: readonly (readonly number[])[], report: Report): Step[] {
  const parents = drafts.map((_, index) => parentOf(drafts, index));
  const ids = idsOf(drafts, parents);
  const branches = readBranches(text, drafts, blocks, { parents, ids }, report);
  const checklists = readChecklists(text, drafts, blocks, report);
  return drafts.map((draft, index) => ({
    kind: draft.kind,
    title: draft.title,
    id: ids[index] ?? "",
    label: draft.label,
    level: draft.level,
    start: draft.start,
    end: draft.end,
    budgetMs: draft.budgetMs,
    rtoMs: draft.objectives?.rtoMs,
    rpoMs: draft.objectives?.rpoMs,
    parent: parents[index],
    branches: branches[index] ?? [],
    checklist: checklists[index] ?? [],
    cells: cells[index] ?? [],
  }));
}

/**
 * An option belongs to the step above it, also when its heading has the step's own level; without a step to the heading around
 * it. A numbered step in a list belongs to what stands around it. Other steps have no parent.
 */
function parentOf(drafts: readonly StepDraft[], index: number): number | undefined {
  const draft = drafts[index];
  if (draft === undefined || (draft.kind !== "option" && draft.source !== "listItem")) return undefined;
  if (draft.source !== "heading") return draft.enclosing;
  for (let above = index - 1; above > (draft.enclosing ?? -1); above--) {
    const candidate = drafts[above];
    if (candidate === undefined || candidate.enclosing !== draft.enclosing) continue;
    if (candidate.kind === "step") return above;
    if (candidate.kind === "section") break;
  }
  return draft.enclosing;
}

/** `step-2`, `step-3/option-a`, or a slug; where that is taken, after the chapter's slug; where that is taken too, with a number. */
function idsOf(drafts: readonly StepDraft[], parents: readonly (number | undefined)[]): string[] {
  const taken = new Set<string>();
  const ids: string[] = [];
  for (const [index, draft] of drafts.entries()) {
    const own = draft.label === undefined ? slug(draft.title) : `${draft.kind}-${draft.label.toLowerCase()}`;
    const parent = parents[index];
    const plain = parent === undefined ? own : `${ids[parent] ?? ""}/${own}`;
    const chapter = chapterOf(drafts, index);
    const qualified = taken.has(plain) && parent === undefined && chapter !== undefined ? `${ids[chapter] ?? ""}/${own}` : plain;
    let id = qualified;
    for (let count = 2; taken.has(id); count++) id = `${qualified}-${String(count)}`;
    taken.add(id);
    ids.push(id);
  }
  return ids;
}

/** The outermost heading around a draft below the document's title. */
function chapterOf(drafts: readonly StepDraft[], index: number): number | undefined {
  let chapter: number | undefined;
  for (let around = drafts[index]?.enclosing; around !== undefined; around = drafts[around]?.enclosing) {
    if ((drafts[around]?.level ?? 1) > 1) chapter = around;
  }
  return chapter;
}

function slug(title: string): string {
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return words === "" ? "section" : words;
}

interface Names {
  readonly parents: readonly (number | undefined)[];
  readonly ids: readonly string[];
}

function readBranches(text: SourceLines, drafts: readonly StepDraft[], blocks: Blocks, names: Names, report: Report): (readonly Branch[])[] {
  const branches: Branch[][] = drafts.map(() => []);
  for (const paragraph of blocks.paragraphs) {
    for (let line = paragraph.line; line < paragraph.endLine; line++) {
      const words = lineText(text, line);
      const read = readBranch(words);
      if (read === undefined) continue;
      const start = (text.lines[line]?.start ?? 0) + words.length - words.trimStart().length;
      const end = start + words.trim().length;
      const active = activeDraft(drafts, line);
      if (read.kind === "nearMiss") {
        report("branch-near-miss", start, end);
        continue;
      }
      const goal = active === undefined ? undefined : findGoal(drafts, names.parents, active, read);
      if (goal === undefined) report("branch-goal-missing", start, end, { goal: `${read.goalKind === "step" ? "Step" : "Option"} ${read.label}` });
      if (active !== undefined) branches[active]?.push({ condition: read.condition, goal: goal === undefined ? undefined : names.ids[goal], start, end });
    }
  }
  return branches;
}

/** The goal beside the step, or else beside what stands around it; never a step of another chapter. */
function findGoal(drafts: readonly StepDraft[], parents: readonly (number | undefined)[], from: number, branch: Extract<BranchWords, { kind: "branch" }>): number | undefined {
  for (let around: number | undefined = from; around !== undefined; around = drafts[around]?.enclosing) {
    const scope = drafts[around]?.enclosing;
    const goal = drafts.findIndex((draft, index) => {
      const isBeside = draft.enclosing === scope || (draft.kind === "option" && (parents[index] === around || parents[index] === parents[from]));
      return draft.kind === branch.goalKind && draft.label === branch.label && isBeside;
    });
    if (goal !== -1) return goal;
  }
  return undefined;
}

function readChecklists(text: SourceLines, drafts: readonly StepDraft[], blocks: Blocks, report: Report): (readonly ChecklistItem[])[] {
  const checklists: ChecklistItem[][] = drafts.map(() => []);
  for (const { item, line, content } of blocks.paragraphs) {
    if (item === undefined) continue;
    const words = lineText(text, line);
    const box = words.indexOf("[");
    const start = (text.lines[line]?.start ?? 0) + box;
    const end = (text.lines[line]?.start ?? 0) + words.trimEnd().length;
    const match = /^\[[ xX]\][ \t]+(\S[^]*)$/.exec(content);
    if (match === null) {
      if (/^\[(?:\s*|[xX])\](?!\()/.test(content)) report("checklist-near-miss", start, end);
      continue;
    }
    const active = activeDraft(drafts, line);
    if (active !== undefined) checklists[active]?.push({ text: plainText(match[1] ?? ""), start, end });
  }
  return checklists;
}
