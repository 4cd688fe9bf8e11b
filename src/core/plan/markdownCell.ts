/** A text in a cell of a Markdown table. */
export function textCell(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]|]/g, String.raw`\$&`).replaceAll(/\s*\n\s*/g, " ");
}

/** A text as code in a cell of a Markdown table: the fence is longer than any run of backticks inside, and bars are escaped as tables need it. */
export function codeCell(text: string): string {
  const line = text.replaceAll("\n", "⏎ ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const gap = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${gap}${line.replaceAll("|", String.raw`\|`)}${gap}${fence}`;
}
