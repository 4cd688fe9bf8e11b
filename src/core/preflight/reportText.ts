import { codeCell, textCell } from "../plan/markdownCell.ts";
import type { CheckVerdict, PreflightItem, PreflightReport, TargetReport } from "./report.ts";
import { STATE_WORDS } from "./targetChecks.ts";

const VERDICT_WORDS: Readonly<Record<CheckVerdict, string>> = { ok: "ok", fails: "FAILS", warns: "may fail", unknown: "not checked" };
const ORDER: readonly CheckVerdict[] = ["fails", "warns", "unknown", "ok"];

/** `step 6 will fail: cannot patch deployments in shop`, one line an item that is not all right. */
export function itemSentence(item: PreflightItem): string {
  const where = placeWords(item);
  switch (item.verdict) {
    case "fails":
      return where === "" ? item.detail : `${where} will fail: ${item.detail}`;
    case "warns":
      return where === "" ? item.detail : `${where} may fail: ${item.detail}`;
    case "unknown":
      return where === "" ? item.detail : `${where}: ${item.detail}`;
    case "ok":
      return `${item.what}: ${item.detail}`;
  }
}

/** The steps an item concerns, each once; cells outside steps by their name. */
function placeWords({ places }: PreflightItem): string {
  const names = [...new Set(places.map(({ cell, step }) => step ?? cell))];
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  const words = more > 0 ? `${shown.join(", ")} and ${more} more` : shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1) ?? ""}` : (shown[0] ?? "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The one line that says how it stands. */
export function reportHeadline({ counts, tookMs }: PreflightReport): string {
  const total = counts.ok + counts.fails + counts.warns + counts.unknown;
  const verdict = counts.fails > 0 ? `${counts.fails} will fail` : counts.warns > 0 ? "nothing is known to fail" : "ready";
  const parts = [verdict, counts.warns > 0 ? `${counts.warns} may fail` : "", counts.unknown > 0 ? `${counts.unknown} not checked` : "", `${counts.ok} all right`].filter((part) => part !== "");
  return `${parts.join(", ")}: ${total} checks in ${(tookMs / 1000).toFixed(1)} s. Nothing was changed.`;
}

/** Worst first, otherwise in the order of the checks. */
function sorted(items: readonly PreflightItem[]): readonly PreflightItem[] {
  return items.toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}

/** The report for a terminal: what is wrong with its cure, then how much is right. */
export function reportText(report: PreflightReport): string {
  const wrong = sorted(report.items).filter(({ verdict }) => verdict !== "ok");
  return [
    `Preflight of ${report.title}${report.isDrill ? " (DRILL)" : " (LIVE)"}`, "",
    ...report.targets.map((target) => `  ${target.alias} ${targetWords(target)}`), "",
    ...wrong.flatMap((item) => [`${VERDICT_WORDS[item.verdict].padEnd(11)} ${itemSentence(item)}`, ...(item.cure === "" ? [] : [`            ${item.cure}`])]),
    ...(wrong.length === 0 ? [] : [""]),
    reportHeadline(report), "",
  ].join("\n");
}

function targetWords({ state, address, actor, detail }: TargetReport): string {
  return `${STATE_WORDS[state]}: ${[address, actor === "" ? "" : `as ${actor}`, detail].filter((part) => part !== "").join(", ")}`;
}

/** What is not all right, worst first. */
const SECTIONS: readonly (readonly [verdict: CheckVerdict, heading: string])[] = [["fails", "What will fail"], ["warns", "What may fail"], ["unknown", "What was not checked"]];

/** The report as a Markdown document: what is not all right with its cure, the targets, and a table of what is. */
export function reportMarkdown(report: PreflightReport): string {
  const itemsOf = (verdict: CheckVerdict): readonly PreflightItem[] => report.items.filter((item) => item.verdict === verdict);
  const sections = SECTIONS.map(([verdict, heading]) => [heading, itemsOf(verdict)] as const).filter(([, items]) => items.length > 0);
  const rows = itemsOf("ok").map((item) => `| ${textCell(placeWords(item))} | ${codeCell(item.what)} | ${textCell(item.detail)} |`);
  return [
    `# Preflight: ${report.title}`, "",
    `${report.isDrill ? "Against the drill's world." : "Against the live targets."} ${capital(reportHeadline(report))}`, "",
    ...sections.flatMap(([heading, items]) => [`## ${heading}`, "", ...items.map((item) => `- **${textCell(itemSentence(item))}** ${[textCell(item.cure), codeCell(item.what)].filter((part) => part !== "").join(" ")}`), ""]),
    "## Targets", "", "| Target | State | Where | As |", "| --- | --- | --- | --- |",
    ...report.targets.map((target) => `| ${textCell(target.alias)} | ${target.state === "reachable" ? "reachable" : `**${STATE_WORDS[target.state]}**`} | ${textCell([target.address, target.detail].filter((part) => part !== "").join(", "))} | ${textCell(target.actor)} |`), "",
    ...(rows.length === 0 ? [] : ["## What is all right", "", "| Where | What was asked | Answer |", "| --- | --- | --- |", ...rows, ""]),
  ].join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
