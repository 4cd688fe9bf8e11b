import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { bookJson, bookText } from "../core/drills/bookText.ts";
import { drillBook, type FactsFile, type RunbookFile } from "../core/drills/drillBook.ts";
import type { RunHistory } from "../core/drills/runSummary.ts";
import { readFacts } from "../core/facts/readFacts.ts";
import { decodeSource } from "../core/runbook/source.ts";

/** What `drills` prints from. */
export interface DrillsCommandParts {
  readonly runbooks: readonly RunbookFile[];
  readonly history: RunHistory;
  readonly now: number;
}

/** `dr-runbook drills [PATH]`: what was rehearsed, how long ago, what is due, as text or JSON. */
export function printDrills({ runbooks, history, now }: DrillsCommandParts, isJson: boolean): string {
  const book = drillBook({ runbooks, facts: factsOf(runbooks), history: history.runs, now, resolve: (file, relative) => resolve(dirname(file), relative) });
  return isJson ? JSON.stringify(bookJson(book, history.unreadable), undefined, 2) : bookText(book, history.unreadable);
}

/** The facts files that the runbooks name, each once. What is wrong in them, lint says. */
function factsOf(runbooks: readonly RunbookFile[]): readonly FactsFile[] {
  const paths = runbooks.flatMap(({ path, document }) => (document.frontMatter.facts === undefined ? [] : [resolve(dirname(path), document.frontMatter.facts)]));
  return [...new Set(paths)].filter((path) => existsSync(path)).map((path) => ({ path, facts: readFacts(decodeSource(readFileSync(path))).facts }));
}
