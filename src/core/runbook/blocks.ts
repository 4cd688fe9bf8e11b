import MarkdownIt from "markdown-it";

/** A heading of the document's own level (not inside a list or a quote). Lines count from 0, `endLine` is exclusive. */
export interface HeadingBlock {
  readonly line: number;
  readonly endLine: number;
  readonly level: number;
  /** Inline source of the heading. */
  readonly content: string;
}

/** A fence outside block quotes: those stay prose. */
export interface FenceBlock {
  readonly line: number;
  readonly endLine: number;
  /** The run of backticks or tildes that opens it. */
  readonly markup: string;
  readonly info: string;
  readonly isClosed: boolean;
}

export interface ParagraphBlock {
  readonly line: number;
  readonly endLine: number;
  /** Inline source, line ends as LF. */
  readonly content: string;
  /** The list item whose first block this is. */
  readonly item: ListItem | undefined;
  readonly isNested: boolean;
}

export interface ListItem {
  /** Number of an ordered item, `undefined` for a bullet. */
  readonly number: string | undefined;
  readonly endLine: number;
}

export interface Blocks {
  readonly headings: readonly HeadingBlock[];
  readonly fences: readonly FenceBlock[];
  /** Paragraphs outside block quotes, list items included. */
  readonly paragraphs: readonly ParagraphBlock[];
}

/** Block rules alone: what inline markup means is not asked here. Configured once and never changed. */
const BLOCK_PARSER = new MarkdownIt({ html: true });
BLOCK_PARSER.core.ruler.enableOnly(["normalize", "block"]);
const INLINE_PARSER = new MarkdownIt({ html: true });

/** Reads the block structure of Markdown (CommonMark with tables). Total. */
export function readBlocks(text: string): Blocks {
  const headings: HeadingBlock[] = [];
  const fences: FenceBlock[] = [];
  const paragraphs: ParagraphBlock[] = [];
  let quotes = 0;
  let item: ListItem | undefined;
  // A fence's content lacks the last line end where the text does; with one, its lines can be counted.
  const tokens = BLOCK_PARSER.parse(/[\r\n]$/.test(text) ? text : `${text}\n`, {});
  for (const [index, token] of tokens.entries()) {
    if (token.type === "blockquote_open") quotes++;
    else if (token.type === "blockquote_close") quotes--;
    const [line, endLine] = token.map ?? [0, 0];
    const content = tokens[index + 1]?.content ?? "";
    const opened = item;
    if (token.nesting >= 0 && token.map !== null) item = undefined;
    if (token.type === "list_item_open") {
      item = { number: token.markup === "." || token.markup === ")" ? token.info : undefined, endLine };
    } else if (token.type === "heading_open" && token.level === 0) {
      headings.push({ line, endLine, level: Number(token.tag.slice(1)), content });
    } else if (token.type === "paragraph_open" && quotes === 0) {
      paragraphs.push({ line, endLine, content, item: opened, isNested: token.level > 0 });
    } else if (token.type === "fence" && quotes === 0) {
      fences.push({ line, endLine, markup: token.markup, info: token.info, isClosed: token.content.split("\n").length < endLine - line });
    }
  }
  return { headings, fences, paragraphs };
}

/** What a reader sees of inline Markdown: the words without emphasis, links and code marks. */
export function plainText(inline: string): string {
  const words = (INLINE_PARSER.parseInline(inline, {})[0]?.children ?? []).map((token) => {
    if (token.type === "softbreak" || token.type === "hardbreak") return " ";
    return token.type === "html_inline" ? "" : token.content;
  });
  return words.join("").trim();
}

/** How each kind of HTML block that blank lines do not end is ended (CommonMark, HTML blocks 1 to 5). */
const HTML_ENDS: readonly { readonly start: RegExp; readonly end: RegExp; readonly closer: (start: RegExpExecArray) => string }[] = [
  { start: /^<(script|pre|style|textarea)(?=\s|>|$)/i, end: /<\/(?:script|pre|style|textarea)>/i, closer: (start) => `</${start[1] ?? "pre"}>` },
  { start: /^<!--/, end: /-->/, closer: () => "-->" },
  { start: /^<\?/, end: /\?>/, closer: () => "?>" },
  { start: /^<!\[CDATA\[/, end: /\]\]>/, closer: () => "]]>" },
  { start: /^<![A-Za-z]/, end: />/, closer: () => ">" },
];

/**
 * The line that ends a block left open at the end of the text (a fence, an HTML comment), which would swallow what is written
 * below it; `undefined` where nothing is open.
 */
export function closerOf(text: string): string | undefined {
  const last = BLOCK_PARSER.parse(/[\r\n]$/.test(text) ? text : `${text}\n`, {}).findLast((token) => token.map !== null);
  if (last?.map === null || last === undefined) return undefined;
  if (last.type === "fence") {
    const isClosed = last.content.split("\n").length < last.map[1] - last.map[0];
    const opener = text.split(/\r\n?|\n/)[last.map[0]] ?? "";
    return isClosed ? undefined : `${opener.slice(0, opener.indexOf(last.markup)).replaceAll(/[^ \t>]/g, " ")}${last.markup}`;
  }
  if (last.type !== "html_block") return undefined;
  const words = last.content.trimStart();
  for (const { start, end, closer } of HTML_ENDS) {
    const match = start.exec(words);
    if (match !== null) return end.test(words.slice(match[0].length)) ? undefined : closer(match);
  }
  return undefined;
}
