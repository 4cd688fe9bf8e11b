import { commandTextOf, locate, selectCommandLines } from "./commandLines.ts";
import type { CommandInfo } from "./document.ts";
import { readExpectations } from "./expectations.ts";
import type { FenceShape } from "./fence.ts";
import { readInfoMap } from "./infoMap.ts";
import type { Report } from "./report.ts";

/** The text that an editor shows for a fence. */
export function fenceText(fence: FenceShape): string {
  return fence.content.map((line) => line.text).join("\n");
}

/** Reads a command or query fence; `start` is where its slice begins in the source. */
export function readCommand(fence: FenceShape, start: number, kind: "command" | "query", report: Report): CommandInfo {
  const openerAt = start + fence.lead.length;
  const info = readInfoMap(fence.infoRest, openerAt + fence.infoRestAt, report);
  const text = fenceText(fence);
  const selected = selectCommandLines(kind === "command" ? text : "");
  const commandText = kind === "command" ? commandTextOf(selected) : text;
  if (selected.isIncomplete) report("prompt-continuation-missing", openerAt, openerAt + fence.opener.length);
  if (fence.closer === "") {
    report("fence-unclosed", openerAt + fence.markupAt, openerAt + fence.markupAt + fence.markup.length, { markup: fence.markup });
  }
  const inSource: Report = (code, from, to, facts, fix) => {
    report(code, start + commandOffsetInSlice(fence, kind, from), start + commandOffsetInSlice(fence, kind, to), facts, fix);
  };
  const expectations = readExpectations(commandText, kind === "command" ? "shell" : "sql", inSource);
  return { ...info, commandText, expectations };
}

/** Where an offset into the command text lies in the cell's slice. */
export function commandOffsetInSlice(fence: FenceShape, kind: "command" | "query", offset: number): number {
  const text = fenceText(fence);
  const lines = kind === "command" ? selectCommandLines(text).lines : text.split("\n").map((line, index) => ({ text: line, line: index, skipped: 0 }));
  const { line, column } = locate(lines, offset);
  const content = fence.content[line?.line ?? 0];
  if (line === undefined || content === undefined) return fence.lead.length + fence.opener.length;
  return content.at + Math.max(0, line.skipped + column - content.padding);
}
