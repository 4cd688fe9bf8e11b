import { readPhone } from "../../facts/phone.ts";
import { daysBetween, readDay, weekdayOf } from "../days.ts";
import type { Problem } from "../../problem.ts";
import type { LintFacts, LintRule } from "../facts.ts";
import type { ProseLine } from "../proseLines.ts";

/** A runbook that nobody has read through for a year is stale, whatever its own rhythm is. */
const REVIEW_LIMIT_DAYS = 365;

/** Who keeps the runbook: named, and known where the contacts are known. */
export const checkOwner: LintRule = ({ document, context }, report) => {
  const { owner } = document.frontMatter;
  const place = frontMatterPlace(document.source, "owner");
  // Without a front matter `**Owner**: …` says it too.
  const isWritten = !document.frontMatter.present && /^\**Owner\**\s*:/im.test(document.source);
  if (owner === undefined && !isWritten) report("owner-missing", place.start, place.end);
  if (owner === undefined || context.shared === undefined) return;
  const { facts, path } = context.shared;
  if (!isKnown(owner, [facts.owner ?? "", ...facts.contacts.flatMap(({ role, name }) => [role, name ?? ""])])) report("owner-unknown", place.start, place.end, { owner, facts: path });
};

/** The last and the next review: `reviewed` of the front matter, `**Last Reviewed**: …` and `**Next Review**: …` in the prose. */
export const checkReview: LintRule = (facts, report) => {
  const { document, context, prose } = facts;
  const { reviewed } = document.frontMatter;
  const inFront = frontMatterPlace(document.source, "reviewed");
  const written = datedLines(prose, /\blast (?:reviewed?|updated)\b/i);
  if (reviewed === undefined && written.length === 0) report("review-missing", inFront.start, inFront.end);
  const last = reviewed === undefined ? written : [{ text: reviewed, ...inFront }];
  for (const { text, start, end } of last) {
    const problem = lastReviewProblem(text, context.today);
    if (problem !== undefined) report(problem.code, start, end, problem.facts);
  }
  for (const { text, start, end } of datedLines(prose, /\bnext review\b/i)) {
    const date = readDay(text);
    if (date === undefined) continue;
    if (date < context.today) report("review-overdue", start, end, { date });
    const day = weekdayOf(date);
    if (day === "Saturday" || day === "Sunday") report("review-on-weekend", start, end, { date, day });
  }
};

/** What is wrong with the day of the last review: none, one to come, or one long ago. */
export function lastReviewProblem(text: string, today: string): { readonly code: "review-date" | "review-stale"; readonly facts: Problem["facts"] } | undefined {
  const date = readDay(text);
  const days = date === undefined ? -1 : daysBetween(date, today);
  if (date === undefined || days < 0) return { code: "review-date", facts: { text } };
  return days > REVIEW_LIMIT_DAYS ? { code: "review-stale", facts: { date, days: String(days), limit: String(REVIEW_LIMIT_DAYS) } } : undefined;
}

/** Numbers that nobody can dial, and an escalation chain with names that the contact table does not have. */
export const checkContacts: LintRule = ({ prose, context }, report) => {
  for (const { text, start } of prose) {
    for (const match of text.matchAll(/(?<![\w+])\+\d{1,3}[-. (][\dA-Z() .-]*[\dA-Z]\b/g)) {
      const phone = readPhone(match[0]);
      if (phone.kind === "undialable") report("phone-undialable", start + match.index, start + match.index + match[0].length, { phone: match[0], reason: phone.reason });
    }
  }
  const known = context.shared?.facts.contacts.map(({ role }) => role) ?? rolesOfTables(prose);
  if (known.length === 0) return;
  for (const { text, start } of prose) {
    const chain = /\bescalation[^:]*:\**\s*(.*(?:→|->|â†’).*)$/i.exec(text);
    if (chain === null) continue;
    const at = start + text.length - (chain[1] ?? "").length;
    for (const name of (chain[1] ?? "").split(/→|->|â†’/).map((part) => part.trim())) {
      const nameAt = at + (chain[1] ?? "").indexOf(name);
      if (name !== "" && !isKnown(name, known)) report("escalation-unknown", nameAt, nameAt + name.length, { name, known: known.join(", ") });
    }
  }
};

/** Where a key of the front matter stands: its line; without it the first line of the file. */
export function frontMatterPlace(source: string, key: string): { readonly start: number; readonly end: number } {
  const front = /^\uFEFF?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(source)?.[0] ?? "";
  const match = new RegExp(`^${key}[ \\t]*:.*$`, "m").exec(front);
  if (match !== null) return { start: match.index + match[0].length - match[0].trimStart().length, end: match.index + match[0].trimEnd().length };
  return { start: 0, end: /^[^\r\n]*/.exec(source)?.[0].length ?? 0 };
}

/** First cells of the tables whose header has a phone or mail column: the roles that there are. */
function rolesOfTables(prose: LintFacts["prose"]): readonly string[] {
  let isContacts = false;
  const roles: string[] = [];
  for (const { text } of prose) {
    const cells = text.trim().startsWith("|") ? text.split("|").slice(1).map((cell) => cell.replaceAll("*", "").trim()) : [];
    if (cells.length === 0) isContacts = false;
    else if (/^role|^name|^who/i.test(cells[0] ?? "") && cells.some((cell) => /phone|e-?mail|mobile|pager/i.test(cell))) isContacts = true;
    else if (isContacts && !/^:?-+:?$/.test(cells[0] ?? "")) roles.push(cells[0] ?? "");
  }
  return roles;
}

function isKnown(name: string, names: readonly string[]): boolean {
  return names.some((known) => known.toLowerCase() === name.replaceAll("*", "").toLowerCase());
}

interface DatedLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What stands after the colon of lines like `**Last Reviewed**: January 31, 2026`, where it has a digit. */
function datedLines(prose: readonly ProseLine[], words: RegExp): readonly DatedLine[] {
  return prose.flatMap(({ text, start }) => {
    const match = /^[\s>*_-]*([A-Za-z ]+?)\**\s*:\**\s*(\S.*?)\s*$/.exec(text);
    if (match === null || !words.test(match[1] ?? "") || !/\d/.test(match[2] ?? "")) return [];
    const at = start + text.lastIndexOf(match[2] ?? "");
    return [{ text: match[2] ?? "", start: at, end: at + (match[2] ?? "").length }];
  });
}
