import { readFileSync } from "node:fs";
import { planRunbook } from "../../../src/core/command/planRunbook.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

/** Something that the first runbook says and that must be somewhere now. */
export interface SeedItem {
  readonly kind: "heading" | "row" | "command" | "expectation" | "template" | "checklist" | "item";
  /** Its words, with white space joined and the damaged characters repaired. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** The emoji and dashes that were saved in the wrong encoding, as cp1252 shows their bytes. */
const DAMAGED: readonly (readonly [RegExp, string])[] = [
  [/ðŸš¨/gu, "🚨"], [/ðŸ“‹/gu, "📋"], [/ðŸ”´/gu, "🔴"], [/ðŸŸ¡/gu, "🟡"], [/ðŸ”\S?/gu, "🔍"], [/â†’/gu, "→"], [/âœ…/gu, "✅"],
];

/** The text of the first runbook as its author typed it. */
export function repair(text: string): string {
  return DAMAGED.reduce((repaired, [damaged, sign]) => repaired.replaceAll(damaged, sign), text);
}

/** One blank for any white space; no continuation signs. */
export function squeeze(text: string): string {
  return text.replaceAll(/\\\n/g, " ").replaceAll(/\s+/g, " ").trim();
}

/** Everything in the first runbook that has to be accounted for, in its order. */
export function seedItems(): readonly SeedItem[] {
  const source = repair(readFileSync(new URL("../../fixtures/seed-runbook.md", import.meta.url), "utf8"));
  return [...proseItems(source), ...commandItems(source)].toSorted((a, b) => a.line - b.line);
}

function proseItems(source: string): SeedItem[] {
  let fence: string | undefined;
  return source.split("\n").flatMap((line, index): SeedItem[] => {
    const text = line.trim();
    const item = (kind: SeedItem["kind"], words: string): SeedItem[] => [{ kind, text: squeeze(words), line: index + 1 }];
    const mark = /^```(\w*)/.exec(text);
    if (mark !== null) {
      fence = fence === undefined ? (mark[1] ?? "") : undefined;
      return [];
    }
    if (fence !== undefined) {
      if (fence === "bash" || text === "") return [];
      return item("template", text);
    }
    if (/^#{1,6} /.test(text)) return item("heading", text.replace(/^#+ /, ""));
    if (/^\|[-| ]+\|$/.test(text)) return [];
    if (text.startsWith("|")) return item("row", text);
    if (/^- \[[ x]\] /.test(text)) return item("checklist", text.slice(6));
    if (/^(?:-|\d+\.) /.test(text)) return item("item", text.replace(/^(?:-|\d+\.) /, ""));
    // Paragraphs: the facts at the top and the end, and the branches.
    return text === "" || text === "---" ? [] : item("item", text);
  });
}

function commandItems(source: string): SeedItem[] {
  const document = parseRunbook(source);
  const lineOf = (offset: number): number => source.slice(0, offset).split("\n").length;
  return planRunbook(document).flatMap((plan, index) => {
    const cell = document.cells[index];
    if (plan === undefined || cell?.command === undefined) return [];
    const { commandText, expectations } = cell.command;
    const firstLine = lineOf(cell.start) + 1;
    const at = (offset: number): number => firstLine + commandText.slice(0, offset).split("\n").length - 1;
    const broken = plan.problems.filter((problem) => problem.code === "shell-syntax" && problem.fix !== undefined);
    return [
      ...plan.statements.map((statement): SeedItem => ({ kind: "command", text: squeeze(statement.text), line: at(statement.start) })),
      ...broken.map((problem): SeedItem => ({ kind: "command", text: squeeze(commandText.slice(problem.start, problem.end)), line: at(problem.start) })),
      ...expectations.map((expectation): SeedItem => ({ kind: "expectation", text: squeeze(commandText.slice(expectation.start, expectation.end)), line: at(expectation.start) })),
    ];
  });
}
