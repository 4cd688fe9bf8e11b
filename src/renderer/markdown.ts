import { HEAD_STYLE, renderHead } from "./runbookHead.ts";

/** What VS Code hands to an extension of its Markdown renderer; the part of its contract that is used here. */
interface RendererContext {
  getRenderer(id: string): Promise<{ extendMarkdownIt?(extend: (markdownIt: MarkdownIt) => void): void } | undefined>;
}

/** The part of markdown-it that is used here: VS Code brings its own copy, so its types would only be a claim. */
interface MarkdownIt {
  readonly block: { readonly ruler: { before(name: string, own: string, rule: (state: BlockState, line: number, end: number, isTrial: boolean) => boolean): void } };
  readonly core: { readonly ruler: { after(name: string, own: string, rule: (state: CoreState) => void): void } };
}

/** What VS Code renders: a cell with its metadata, ours or another notebook's. */
interface Environment {
  readonly outputItem?: { readonly metadata?: { readonly runbook?: { readonly kind?: unknown } } };
}

interface CoreState {
  readonly env: Environment;
  readonly tokens: readonly { readonly type: string; readonly children: readonly { readonly type: string; content: string }[] | null }[];
}

interface BlockState {
  readonly src: string;
  readonly env: Environment;
  line: number;
  push(type: string, tag: string, nesting: number): { content: string };
}

/**
 * Entry point of the bundle: extends VS Code's Markdown in runbooks. The front matter is shown as what it means, and checklists have
 * boxes. Cells of other notebooks are left alone.
 */
export async function activate(context: RendererContext): Promise<void> {
  const renderer = await context.getRenderer("vscode.markdown-it-renderer");
  if (renderer?.extendMarkdownIt === undefined) return; // Then it reads as plain Markdown.
  const style = document.createElement("style");
  style.textContent = HEAD_STYLE;
  // Markdown cells have roots of their own; templates of this class are copied into each.
  const template = document.createElement("template");
  template.className = "markdown-style";
  template.content.append(style);
  document.head.append(template);
  renderer.extendMarkdownIt((markdownIt) => {
    markdownIt.block.ruler.before("code", "runbook-head", takeHead);
    markdownIt.core.ruler.after("inline", "runbook-checklist", drawBoxes);
  });
}

function takeHead(state: BlockState, line: number, _end: number, isTrial: boolean): boolean {
  if (line !== 0 || isTrial || kindOf(state.env) !== "frontMatter") return false;
  const head = renderHead(state.src);
  if (head === undefined) return false;
  state.push("html_block", "", 0).content = head.html;
  state.line = head.endLine;
  return true;
}

/** `[ ]` and `[x]` at the beginning of a list's item, as boxes. They are not to be ticked here: ticks are kept in the run. */
function drawBoxes({ env, tokens }: CoreState): void {
  if (kindOf(env) === undefined) return;
  for (const [index, token] of tokens.entries()) {
    const first = token.children?.[0];
    if (tokens[index - 2]?.type !== "list_item_open" || first?.type !== "text") continue;
    first.content = first.content.replace(/^\[([ xX])\](?= )/, (_, mark: string) => (mark === " " ? "☐" : "☑"));
  }
}

function kindOf(env: Environment): unknown {
  return env.outputItem?.metadata?.runbook?.kind;
}
