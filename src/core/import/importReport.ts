import type { ImportedRunbook } from "./importMarkdown.ts";

const NO_VERIFICATION = "Nothing says yet when service is restored: until then a person declares it, and no drill passes. Name the cells that prove it, and list them under verification.";

/** The report of an import in words, for a terminal or a page. */
export function importReport({ keys, counts, hasVerification, unread }: ImportedRunbook): string {
  const { commands, steps, expectations, checklistItems } = counts;
  const read = `Read: ${String(commands)} command cells, ${String(steps)} steps and options, ${String(expectations)} expectations, ${String(checklistItems)} checklist items.`;
  const front = keys.length === 0 ? "The front matter was left as it was." : `Front matter: ${keys.join(", ")}. Look it through: it says what the text says.`;
  const restored = hasVerification || commands === 0 ? [] : [NO_VERIFICATION];
  const rest = unread.length === 0 ? ["Everything was read."] : ["Not read:", ...unread.map(({ line, words }) => `  line ${String(line)}: ${words}`)];
  return `${[read, front, ...restored, ...rest].join("\n")}\n`;
}
