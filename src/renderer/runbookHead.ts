import { escapeHtml } from "../core/log/escapeHtml.ts";
import { formatDuration } from "../core/run/recoveryClock.ts";
import type { FrontMatter, ParameterSpec, TargetSpec } from "../core/runbook/document.ts";
import { readFrontMatter } from "../core/runbook/frontMatter.ts";
import { findFrontMatter } from "../core/runbook/frontMatterBlock.ts";
import { splitLines } from "../core/runbook/lines.ts";
import { TONES } from "./tones.ts";

/** Style of the head. */
export const HEAD_STYLE = `
.dr-head { border-left: 3px solid var(--vscode-textBlockQuote-border, currentColor); padding: 2px 0 2px 12px; font-size: 0.92em; line-height: 1.7; }
.dr-head dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 14px; margin: 0; }
.dr-head dt { color: var(--vscode-descriptionForeground); }
.dr-head dd { margin: 0; }
.dr-head .dr-part { display: inline-block; margin-right: 1.4em; }
.dr-head .dr-critical, .dr-head .dr-high { color: ${TONES.bad}; font-weight: 600; }
.dr-head summary { color: var(--vscode-descriptionForeground); cursor: pointer; }
.dr-head pre { margin: 4px 0 0; }
`;

/** HTML for the front matter at the top of a text, and the line after it; `undefined` without one. One that cannot be read is shown as written. */
export function renderHead(source: string): { readonly html: string; readonly endLine: number } | undefined {
  const block = findFrontMatter(source, splitLines(source), 0);
  if (block === undefined) return undefined;
  let isWrong = false;
  const { frontMatter } = readFrontMatter(source, block, () => (isWrong = true));
  const rows = rowsOf(frontMatter).map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("");
  const yaml = escapeHtml(source.slice(block.yamlStart, block.yamlEnd));
  const written = `<details${isWrong ? " open" : ""}><summary>${isWrong ? "Front matter, not all of which can be read: see Problems" : "Front matter"}</summary><pre><code>${yaml}</code></pre></details>`;
  return { html: `<div class="dr-head"><dl>${rows}</dl>${written}</div>\n`, endLine: block.endLine };
}

function rowsOf(front: FrontMatter): (readonly [name: string, html: string])[] {
  const rows: (readonly [string, readonly string[]])[] = [
    [front.severity === undefined ? "Objective" : "Severity", objectiveOf(front)],
    ["Touches", front.targets.map((target) => part(`<strong>${escapeHtml(target.alias)}</strong> ${escapeHtml(placeOf(target))}`))],
    ["Parameters", front.parameters.map(parameterOf)],
    ["Restored when", front.verification.map((name) => part(`<code>${escapeHtml(name)}</code>`))],
    ["Owner", [front.owner, front.reviewed === undefined ? undefined : `reviewed ${front.reviewed}`].flatMap((text) => (text === undefined ? [] : [part(escapeHtml(text))]))],
  ];
  return rows.flatMap(([name, parts]) => (parts.length === 0 ? [] : [[name, parts.join(" ")] as const]));
}

function objectiveOf({ severity, rtoMs, rpoMs }: FrontMatter): string[] {
  return [
    ...(severity === undefined ? [] : [`<span class="dr-part dr-${severity}">${severity}</span>`]),
    ...(rtoMs === undefined ? [] : [part(`RTO ${formatDuration(rtoMs)}`)]),
    ...(rpoMs === undefined ? [] : [part(`RPO ${formatDuration(rpoMs)}`)]),
  ];
}

function placeOf(target: TargetSpec): string {
  switch (target.kind) {
    case "kubernetes":
      return [target.context ?? "current context", target.namespace].filter((word) => word !== undefined).join(" / ");
    case "aws":
      return [...target.buckets.map((bucket) => `s3://${bucket}`), target.profile, target.account, target.region].filter((word) => word !== undefined).join(" ") || "AWS";
    case "http":
      return target.url;
  }
}

function parameterOf({ name, type, default: value, description }: ParameterSpec): string {
  const shown = type === "secret" ? "asked for, never shown" : value === undefined ? "asked for" : `= ${value}`;
  return `<span class="dr-part" title="${escapeHtml(description ?? "")}"><code>${escapeHtml(name)}</code> ${escapeHtml(shown)}</span>`;
}

function part(html: string): string {
  return `<span class="dr-part">${html}</span>`;
}
