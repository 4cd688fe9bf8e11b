import type { LintRule } from "../facts.ts";

/** Words that put the decision off, as whole words. */
const VAGUE = /\b(?:if (?:needed|necessary|required|appropriate|applicable|configured|possible)|as (?:needed|necessary|appropriate|required|applicable)|when(?:ever)? appropriate|and so on|etc\.|somehow|should be fine|should work|hopefully|a while|a few minutes|some time|soonish)(?![\w])/gi;
const UNFINISHED = /\b(?:TODO|TBD|TBC|FIXME|XXX)\b/g;
/** `[NAME]`, `[Your Name]`, `<your-cluster>`: no links, footnotes or checkboxes. */
const PLACEHOLDER = /(?<![\]\w!])\[(?:[A-Z]{2,}(?:[ _-][A-Z]+)*|[Yy]our [A-Za-z ]+|(?:[Ff]uture|[Ii]nsert|[Aa]dd|[Ff]ill) [A-Za-z ]+)\](?![([:])|<(?:your|insert|replace)[-_ ][\w -]+>/g;
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
