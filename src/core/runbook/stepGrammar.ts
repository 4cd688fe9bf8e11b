import { isDurationNearMiss, parseDuration } from "./duration.ts";

/** Longer lines are no step, option, objective or branch, and the patterns below are not tried on them. */
const LONGEST_LINE = 1000;

/** What a heading or bold line says by the grammar of docs/FORMAT.md. */
export interface TitleWords {
  readonly kind: "step" | "option" | "section";
  /** The words without the budget. */
  readonly title: string;
  readonly label: string | undefined;
  readonly budgetMs: number | undefined;
  /** Words in the last brackets that nearly are a budget. */
  readonly budgetNearMiss: string | undefined;
  /** `Step 2 - Restart`: nearly a step. */
  readonly isNearMiss: boolean;
}

/** Reads `Step 2: Attempt Quick Restart (3 minutes)`, `Option A: Promote Read Replica`, or the title of a plain section. */
export function readTitle(text: string): TitleWords {
  if (text.length > LONGEST_LINE) return { kind: "section", title: text, label: undefined, budgetMs: undefined, budgetNearMiss: undefined, isNearMiss: false };
  const brackets = /^(.*?)\s*\(([^()]*)\)\s*$/s.exec(text);
  const budgetMs = brackets === null ? undefined : parseDuration(brackets[2] ?? "");
  const budgetNearMiss = brackets !== null && isDurationNearMiss(brackets[2] ?? "") ? brackets[2] : undefined;
  const title = (budgetMs === undefined ? text : (brackets?.[1] ?? text)).trim();
  const common = { title, budgetMs, budgetNearMiss };
  const step = /^step\s+(\d+[a-z]?)(?:\s*:.*|\s*|\s*\(.*\))$/is.exec(title);
  if (step !== null) return { ...common, kind: "step", label: step[1]?.toLowerCase(), isNearMiss: false };
  const option = /^option\s+([a-z]|\d+)(?:\s*:.*|\s*|\s*\(.*\))$/is.exec(title);
  if (option !== null) return { ...common, kind: "option", label: option[1]?.toUpperCase(), isNearMiss: false };
  return { ...common, kind: "section", label: undefined, isNearMiss: NEAR_TITLE.test(title) };
}

/** A step or option whose label is not followed by a colon, or that something stands before. */
const NEAR_TITLE = /^\W*(?:step\s+\d+[a-z]?|option\s+(?:\d+|[a-z](?=\s*[-–—.)])))(?![\w])/iu;

/** The part of a near miss to replace, and its replacement: `Step 2 - ` → `Step 2: `. */
export function fixNearTitle(line: string): { readonly at: number; readonly found: string; readonly text: string } | undefined {
  const match = /\b((?:step|option)\s+(?:\d+[a-z]?|[a-z])\b)\s*(?:[-–—.)]+\s*)?/iu.exec(line);
  return match === null ? undefined : { at: match.index, found: match[0].trimEnd(), text: `${match[1] ?? ""}:` };
}

/** Recovery objectives in a line of text. */
export interface Objectives {
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  /** Objectives whose value is not a duration: `RPO: Acceptable (cache data)`. */
  readonly unknown: readonly { readonly objective: string; readonly text: string }[];
  /** Nearly an objective: `RTO 15 minutes`, `RTO = 15 min`. */
  readonly isNearMiss: boolean;
}

/** Reads `RTO: 15 minutes | RPO: 5 minutes`; `undefined` where the text names no objective. */
export function readObjectives(text: string): Objectives | undefined {
  if (text.length > LONGEST_LINE) return undefined;
  const found = new Map<string, number>();
  const unknown: { objective: string; text: string }[] = [];
  let isNearMiss = false;
  for (const part of text.replaceAll("*", "").split("|")) {
    const match = /(?:^|[\s(–—-])(RTO|RPO)\s*:\s*(\S.*)$/.exec(part);
    const objective = match?.[1] ?? "";
    const value = (match?.[2] ?? "").trim();
    const ms = parseDuration(value);
    if (match === null) isNearMiss ||= /\b(?:RTO|RPO)\b\s*[-=–]?\s*\d/.test(part);
    else if (ms === undefined) unknown.push({ objective, text: value });
    else found.set(objective, ms);
  }
  if (found.size === 0 && unknown.length === 0 && !isNearMiss) return undefined;
  return { rtoMs: found.get("RTO"), rpoMs: found.get("RPO"), unknown, isNearMiss };
}

/** A line that says where to go on. */
export type BranchWords =
  | { readonly kind: "branch"; readonly condition: "successful" | "failed"; readonly goalKind: "step" | "option"; readonly label: string }
  | { readonly kind: "nearMiss" };

/** Reads `**If successful**: Skip to Step 7 (Verification)`; `undefined` for a line that is nothing like it. */
export function readBranch(line: string): BranchWords | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const text = line.replace(/^\s*(?:(?:[-*+]|\d+[.)])\s+)?/, "").trim();
  const match = /^\*\*If (successful|failed|unsuccessful)(?:\*\*\s*:|:\s*\*\*)\s*(?:skip to|go to|go on with|continue with|continue to|jump to)\s+(step|option)\s+(\w+)\b/i.exec(text);
  if (match !== null) {
    const goalKind = match[2]?.toLowerCase() === "step" ? "step" : "option";
    const label = goalKind === "step" ? (match[3] ?? "").toLowerCase() : (match[3] ?? "").toUpperCase();
    return { kind: "branch", condition: match[1]?.toLowerCase() === "successful" ? "successful" : "failed", goalKind, label };
  }
  return /^[*_]*if\b.{0,60}?\b(?:succe|fail|work|unsucc)/i.test(text) && /\bstep\s+\d/i.test(text) ? { kind: "nearMiss" } : undefined;
}

/** The bold words and budget of a list item that is a step: `**Provision new cluster** (20 min)`. */
export function readListStep(line: string): { readonly title: string; readonly budgetMs: number | undefined; readonly budgetNearMiss: string | undefined } | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const match = /^\*\*(.+?)\*\*:?\s*\(([^()]+)\)\s*:?\s*$/.exec(line.trim());
  if (match === null) return undefined;
  const budgetMs = parseDuration(match[2] ?? "");
  const budgetNearMiss = isDurationNearMiss(match[2] ?? "") ? match[2] : undefined;
  return budgetMs === undefined && budgetNearMiss === undefined ? undefined : { title: (match[1] ?? "").trim(), budgetMs, budgetNearMiss };
}
