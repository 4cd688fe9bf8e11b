import type { RunbookDocument } from "../runbook/document.ts";
import { isFrontMatterCell } from "../runbook/frontMatterBlock.ts";
import { splitLines } from "../runbook/lines.ts";

/** A line of prose; code spans and comments in it are blotted out, so that offsets stay. */
export interface ProseLine {
  readonly text: string;
  /** Offset into the source. */
  readonly start: number;
  readonly cell: number;
}

/** A line inside a fence that is prose (another language than a shell's). */
export interface FencedLine extends ProseLine {
  readonly language: string;
}

/** The prose of a document, line by line, without what stands in fences. */
export function readProse(document: RunbookDocument): readonly ProseLine[] {
  return readLines(document).flatMap((line) => ("language" in line ? [] : [line]));
}

/** Lines of the fences that stand in the prose. */
export function readFenced(document: RunbookDocument): readonly FencedLine[] {
  return readLines(document).flatMap((line) => ("language" in line ? [line] : []));
}

function readLines(document: RunbookDocument): readonly (ProseLine | FencedLine)[] {
  return document.cells.flatMap((cell, index) => {
    if (cell.kind !== "markdown" || isFrontMatterCell(cell)) return [];
    const slice = withoutComments(document.source.slice(cell.start, cell.end));
    let fence: { readonly mark: string; readonly language: string } | undefined;
    return splitLines(slice).flatMap((line): (ProseLine | FencedLine)[] => {
      const text = slice.slice(line.start, line.end);
      const mark = /^[\s>]*(`{3,}|~{3,})\s*(\w*)/.exec(text);
      if (fence !== undefined) {
        const isClosing = mark !== null && mark[2] === "" && (mark[1] ?? "").startsWith(fence.mark);
        const language = fence.language;
        if (isClosing) fence = undefined;
        return isClosing ? [] : [{ text, start: cell.start + line.start, cell: index, language }];
      }
      if (mark !== null) {
        fence = { mark: mark[1] ?? "", language: mark[2] ?? "" };
        return [];
      }
      return [{ text: text.replaceAll(/`[^`]*`/g, blot), start: cell.start + line.start, cell: index }];
    });
  });
}

function withoutComments(text: string): string {
  return text.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, (comment) => comment.replaceAll(/[^\r\n]/g, " "));
}

function blot(text: string): string {
  return "\u00a0".repeat(text.length);
}
