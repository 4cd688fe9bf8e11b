import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readFacts } from "../core/facts/readFacts.ts";
import type { LintContext } from "../core/lint/facts.ts";
import { isRunbookFile } from "../core/lint/lintRunbook.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { decodeSource } from "../core/runbook/source.ts";

/** What lint may know of the folder that a runbook stands in: which files are there, and the shared facts. `today` is `YYYY-MM-DD`. */
export function lintContextOf(path: string, document: RunbookDocument, today: string): LintContext {
  const folder = dirname(resolve(path));
  const { facts } = document.frontMatter;
  const file = facts === undefined ? undefined : resolve(folder, facts);
  return {
    isRunbook: isRunbookFile(path, document), today,
    fileExists: (name) => existsSync(resolve(folder, name)),
    shared: facts === undefined || file === undefined || !existsSync(file) ? undefined : { facts: readFacts(decodeSource(readFileSync(file))).facts, path: facts },
  };
}
