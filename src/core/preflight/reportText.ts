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

/** The report as a Markdown document: what will fail, the targets, and every check in a table. */
export function reportMarkdown(report: PreflightReport): string {
  const failing = report.items.filter(({ verdict }) => verdict === "fails");
  const rows = sorted(report.items).map((item) => {
    const mark = item.verdict === "fails" ? `**${VERDICT_WORDS.fails}**` : VERDICT_WORDS[item.verdict];
    const where = [...new Set(item.places.map(({ cell, step }) => step ?? cell))];
    const places = where.length > 3 ? `${where.slice(0, 3).join("; ")} and ${where.length - 3} more` : where.join("; ");
    const cure = item.verdict === "ok" || item.cure === "" ? "" : ` *${textCell(item.cure)}*`;
    return `| ${mark} | ${textCell(places)} | ${codeCell(item.what)} | ${textCell(item.detail)}${cure} |`;
  });
  return [
    `# Preflight: ${report.title}`, "",
    `${report.isDrill ? "Against the drill's world." : "Against the live targets."} ${capital(reportHeadline(report))}`, "",
    ...(failing.length === 0 ? [] : ["## What will fail", "", ...failing.map((item) => `- **${textCell(itemSentence(item))}** ${textCell(item.cure)}`), ""]),
    "## Targets", "", "| Target | State | Where | As |", "| --- | --- | --- | --- |",
    ...report.targets.map((target) => `| ${textCell(target.alias)} | ${target.state === "reachable" ? "reachable" : `**${STATE_WORDS[target.state]}**`} | ${textCell([target.address, target.detail].filter((part) => part !== "").join(", "))} | ${textCell(target.actor)} |`), "",
    "## Every check", "", "| Result | Where | What was asked | Answer |", "| --- | --- | --- | --- |", ...rows, "",
  ].join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
