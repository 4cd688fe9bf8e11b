import type { DocumentCell } from "./document.ts";
import { isBlank, type Line } from "./lines.ts";

/** The front matter's place: lines 0 to `endLine` (exclusive), its YAML between the offsets. */
export interface FrontMatterBlock {
  readonly endLine: number;
  readonly yamlStart: number;
  readonly yamlEnd: number;
}

/**
 * Finds the block between a first line `---` and the next `---` or `...`. Only one whose first words are a key (or which is empty)
 * counts: two thematic breaks with text between them are prose. `textStart` is 1 after a byte-order mark.
 */
export function findFrontMatter(source: string, lines: readonly Line[], textStart: number): FrontMatterBlock | undefined {
  const words = (line: Line): string => source.slice(line === lines[0] ? textStart : line.start, line.end);
  const [first] = lines;
  if (first === undefined || !/^---[ \t]*$/.test(words(first))) return undefined;
  const last = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(words(line)));
  const closing = lines[last];
  if (closing === undefined) return undefined;
  const opening = lines.slice(1, last).find((line) => !isBlank(words(line)) && !words(line).startsWith("#"));
  if (opening !== undefined && !/^(?:[A-Za-z_][\w.-]*|"[^"]*"|'[^']*')[ \t]*:(?:[ \t]|$)|^\{/.test(words(opening))) return undefined;
  return { endLine: last + 1, yamlStart: first.next, yamlEnd: closing.start };
}

/** Whether a cell is the front matter. */
export function isFrontMatterCell({ kind, language }: Pick<DocumentCell, "kind" | "language">): boolean {
  return kind === "markdown" && language === "yaml";
}
