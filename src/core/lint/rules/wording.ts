import type { LintRule } from "../facts.ts";

/** Words that put the decision off, as whole words. */
const VAGUE = /\b(?:if (?:needed|necessary|required|appropriate|applicable|configured|possible)|as (?:needed|necessary|appropriate|required|applicable)|when(?:ever)? appropriate|and so on|somehow|should be fine|should work|hopefully|a while|a few minutes|some time|soonish)(?![\w])/gi;
const UNFINISHED = /\b(?:TODO|TBD|TBC|FIXME|XXX)\b/g;
/** `[NAME]`, `[Your Name]`, `<your-cluster>`: no links, footnotes or checkboxes. */
const PLACEHOLDER = /(?<![\]\w!])\[(?:[A-Z]{2,}(?:[ _-][A-Z]+)*|[Yy]our [A-Za-z ]+|(?:[Ff]uture|[Ii]nsert|[Aa]dd|[Ff]ill) [A-Za-z ]+)\](?![([:])|<(?:your|insert|replace)[-_ ][\w -]+>/g;
/** `<pod-name>` among the words of a command: a redirection to the shell, which nobody means who writes it like that. */
const ANGLE = /(?<=[\s=/:"'])<([A-Za-z][\w .-]{0,60})>/g;
/** Marks of GitHub's alerts are no placeholders. */
const ALERTS = /^\[!/;

/** Wording that leaves the reader alone: vague, unfinished, or with the blanks still in it. */
export const checkWording: LintRule = ({ prose }, report) => {
  for (const { text, start } of prose) {
    for (const match of text.matchAll(VAGUE)) {
      report("vague-wording", start + match.index, start + match.index + match[0].length, { text: match[0] });
    }
    for (const match of text.matchAll(UNFINISHED)) report("unfinished-text", start + match.index, start + match.index + match[0].length, { text: match[0] });
    for (const match of text.matchAll(PLACEHOLDER)) {
      if (!ALERTS.test(match[0])) report("text-placeholder", start + match.index, start + match.index + match[0].length, { text: match[0] });
    }
  }
};

/** Blanks in commands. The fix names a parameter, which the front matter then has to declare. */
export const checkAnglePlaceholders: LintRule = ({ document, place }, report) => {
  for (const [index, cell] of document.cells.entries()) {
    if (cell.kind !== "command" || cell.command === undefined) continue;
    for (const match of anglePlaceholders(cell.command.commandText)) {
      const cure = `"$${(match[1] ?? "").trim().replaceAll(/\W+/g, "_").toUpperCase()}"`;
      report("angle-placeholder", place(index, match.index), place(index, match.index + match[0].length), { text: match[0], cure }, { title: `Write ${cure}`, text: cure });
    }
  }
};

/** The blanks of a command text, comments left out. */
export function anglePlaceholders(commandText: string): readonly RegExpExecArray[] {
  return [...commandText.replaceAll(/^[ \t]*#[^\n]*/gm, (comment) => " ".repeat(comment.length)).matchAll(ANGLE)];
}
