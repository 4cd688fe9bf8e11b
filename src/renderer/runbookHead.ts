import { escapeHtml } from "../core/log/escapeHtml.ts";
import { formatDuration } from "../core/run/recoveryClock.ts";
import type { FrontMatter, ParameterSpec, TargetSpec } from "../core/runbook/document.ts";
import { readFrontMatter } from "../core/runbook/frontMatter.ts";
import { findFrontMatter } from "../core/runbook/frontMatterBlock.ts";
import { splitLines } from "../core/runbook/lines.ts";

/** What VS Code hands to an extension of its Markdown renderer; the part of its contract that is used here. */
interface RendererContext {
  getRenderer(id: string): Promise<{ extendMarkdownIt?(extend: (markdownIt: MarkdownIt) => void): void } | undefined>;
}

/** The part of markdown-it that is used here: VS Code brings its own copy, so its types would only be a claim. */
interface MarkdownIt {
  readonly block: { readonly ruler: { before(name: string, own: string, rule: (state: BlockState, line: number, end: number, isTrial: boolean) => boolean): void } };
}

interface BlockState {
  readonly src: string;
  readonly env: { readonly outputItem?: { readonly metadata?: { readonly runbook?: { readonly kind?: unknown } } } };
  line: number;
  push(type: string, tag: string, nesting: number): { content: string };
}

const STYLE = `
.dr-head { border-left: 3px solid var(--vscode-textBlockQuote-border, currentColor); padding: 2px 0 2px 12px; font-size: 0.92em; line-height: 1.7; }
.dr-head dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 14px; margin: 0; }
.dr-head dt { color: var(--vscode-descriptionForeground); }
.dr-head dd { margin: 0; }
.dr-head .dr-part { display: inline-block; margin-right: 1.4em; }
.dr-head .dr-critical, .dr-head .dr-high { color: var(--vscode-errorForeground); font-weight: 600; }
.dr-head summary { color: var(--vscode-descriptionForeground); cursor: pointer; }
.dr-head pre { margin: 4px 0 0; }
`;

/** Entry point of the bundle: shows the front matter of a runbook's first cell as what it means. Cells of other notebooks are left alone. */
export async function activate(context: RendererContext): Promise<void> {
  const renderer = await context.getRenderer("vscode.markdown-it-renderer");
  if (renderer?.extendMarkdownIt === undefined) return; // Then it reads as plain Markdown.
  const style = document.createElement("style");
  style.textContent = STYLE;
  // Markdown cells have roots of their own; templates of this class are copied into each.
  const template = document.createElement("template");
  template.className = "markdown-style";
  template.content.append(style);
  document.head.append(template);
  renderer.extendMarkdownIt((markdownIt) => markdownIt.block.ruler.before("code", "runbook-head", takeHead));
}

function takeHead(state: BlockState, line: number, _end: number, isTrial: boolean): boolean {
  if (line !== 0 || isTrial || state.env.outputItem?.metadata?.runbook?.kind !== "frontMatter") return false;
  const head = renderHead(state.src);
  if (head === undefined) return false;
  state.push("html_block", "", 0).content = head.html;
  state.line = head.endLine;
  return true;
}

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
    ["Objective", objectiveOf(front)],
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
