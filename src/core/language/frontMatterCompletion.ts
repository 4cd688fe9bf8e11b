import type { CompletionItem } from "./completion.ts";

/** Inside `verification:` of the front matter, the cells that have a name; empty elsewhere. */
export function completeVerification(text: string, offset: number, names: readonly string[]): readonly CompletionItem[] {
  const before = text.slice(0, offset);
  const block = /(?:^|\n)verification:((?:[^\n]*|\n[ \t]*-[^\n]*|\n[ \t]+[^\n]*)*)$/.exec(before);
  if (block === null) return [];
  const word = /[\w.-]*$/.exec(before)?.[0] ?? "";
  const rest = /^[\w.-]*/.exec(text.slice(offset))?.[0] ?? "";
  const start = offset - word.length;
  // In `- name` the dash belongs to the list and not to the name.
  const given = new Set((block[1] ?? "").match(/[A-Za-z0-9_][\w.-]*/g) ?? []);
  return names.filter((name) => !given.has(name) || name === word).map((name) => ({ kind: "cell", label: name, detail: "a cell of this runbook", documentation: "", insert: name, start, end: offset + rest.length }));
}
