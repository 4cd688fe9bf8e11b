/** A filled template. */
export interface FilledTemplate {
  readonly text: string;
  /** What stands in brackets in `text`: a person has to look at it before the text goes out. */
  readonly open: readonly string[];
}

/**
 * Fills `{{name}}` and `{{name|what to write without it}}` in a template. What the run does not know stands in brackets, as the
 * words after the bar or as the name's own words: nothing is made up, and nothing is left out silently.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string | undefined>>): FilledTemplate {
  const open: string[] = [];
  const text = template.replaceAll(/\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*(?:\|([^{}]*))?\}\}/g, (_whole, name: string, fallback: string | undefined) => {
    const value = values[name];
    if (value !== undefined && value !== "") return value;
    const words = fallback?.trim() ?? wordsOf(name);
    open.push(words);
    return `[${words}]`;
  });
  return { text, open };
}

/** `rootCause` as `Root cause`. */
function wordsOf(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z0-9])/g, "$1 $2").toLowerCase();
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** Put before what a drill fills in: nobody may take it for news. */
export const DRILL_NOTICE = "DRILL: this is a rehearsal. Do not send it to anybody outside the team.\n\n";
