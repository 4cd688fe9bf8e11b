import { ShellLineScanner } from "./shellLines.ts";

/** A line that is executed, and where it stands in the cell's text. */
export interface CommandLine {
  readonly text: string;
  /** Index of the line of the cell's text. */
  readonly line: number;
  /** Columns of that line that are not executed: the prompt. */
  readonly skipped: number;
}

/** What of a cell's text is executed; `isIncomplete` where the text ends in the middle of a prompted command. */
export interface CommandLines {
  readonly lines: readonly CommandLine[];
  readonly hasPrompts: boolean;
  readonly isIncomplete: boolean;
}

const PROMPT = /^[ \t]*\$ /;
const EXPECTED_LINE = /^[ \t]*#[ \t]*expected:/i;

/**
 * Without `$ ` prompts every line is executed. With them only prompted lines are, without the prompt, and the lines that continue
 * them: after a backslash, `|` or `&&` at the line's end, and inside a quotation or here-document (a `> ` there is the shell's
 * second prompt and goes too). `# Expected:` lines are kept; the rest is sample output.
 */
export function selectCommandLines(text: string): CommandLines {
  const lines = text.split("\n");
  if (!lines.some((line) => PROMPT.test(line))) {
    return { lines: lines.map((line, index) => ({ text: line, line: index, skipped: 0 })), hasPrompts: false, isIncomplete: false };
  }
  const selected: CommandLine[] = [];
  let scanner: ShellLineScanner | undefined;
  for (const [index, line] of lines.entries()) {
    const isContinuation = scanner !== undefined;
    const prompt = (isContinuation ? /^[ \t]*> ?/ : PROMPT).exec(line)?.[0] ?? "";
    if (!isContinuation && prompt === "") {
      if (EXPECTED_LINE.test(line)) selected.push({ text: line, line: index, skipped: 0 });
      continue;
    }
    scanner ??= new ShellLineScanner();
    const command = line.slice(prompt.length);
    selected.push({ text: command, line: index, skipped: prompt.length });
    if (scanner.next(command).open === "none") scanner = undefined;
  }
  return { lines: selected, hasPrompts: true, isIncomplete: scanner !== undefined };
}

/** Text that is executed, as `CommandInfo.commandText` holds it. */
export function commandTextOf(lines: CommandLines): string {
  return lines.lines.map((line) => line.text).join("\n");
}

/**
 * Where an offset into `commandText` lies in the cell's text (`DocumentCell.text`, what an editor shows). The two differ only in
 * cells with prompts.
 */
export function commandOffsetToText(text: string, offset: number): number {
  const { lines } = selectCommandLines(text);
  const { line, column } = locate(lines, offset);
  if (line === undefined) return Math.min(offset, text.length);
  const starts = lineStarts(text);
  return (starts[line.line] ?? 0) + line.skipped + column;
}

/** The other way: where an offset of the cell's text lies in the command text; `undefined` on a line, or in a prompt, that is not executed. */
export function textOffsetToCommand(text: string, offset: number): number | undefined {
  const before = text.slice(0, offset).split("\n");
  const [line, column] = [before.length - 1, before.at(-1)?.length ?? 0];
  let start = 0;
  for (const one of selectCommandLines(text).lines) {
    if (one.line === line) return column < one.skipped ? undefined : start + column - one.skipped;
    start += one.text.length + 1;
  }
  return undefined;
}

/** The executed line that holds `offset` of the command text, and the column in it. Offsets beyond the end are clamped. */
export function locate(lines: readonly CommandLine[], offset: number): { readonly line: CommandLine | undefined; readonly column: number } {
  let start = 0;
  for (const [index, line] of lines.entries()) {
    if (offset <= start + line.text.length || index === lines.length - 1) {
      return { line, column: Math.max(0, Math.min(offset - start, line.text.length)) };
    }
    start += line.text.length + 1;
  }
  return { line: undefined, column: 0 };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) starts.push(index + 1);
  return starts;
}
