import type { Problem } from "../problem.ts";

// Bidirectional controls, zero-width characters, soft hyphen, tags; and U+E000, which the parser keeps for itself.
const HIDDEN = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uE000]|\uDB40[\uDC00-\uDC7F]/g;

/** One problem for each hidden character of `text`; the fix deletes it. */
export function findHiddenCharacters(text: string): readonly Problem[] {
  return [...text.matchAll(HIDDEN)].map((match) => {
    const start = match.index;
    const name = `U+${(match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    return { code: "hidden-character", start, end: start + match[0].length, facts: { name }, fix: { title: `Delete ${name}`, text: "" } };
  });
}
