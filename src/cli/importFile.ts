import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { importMarkdown } from "../core/import/importMarkdown.ts";
import { importReport } from "../core/import/importReport.ts";
import { encodeSource } from "../core/runbook/source.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { readSource, writeBytes } from "./files.ts";

/** Writes a runbook made of a Markdown document to `out` (`NAME.runbook.md` beside it unless given) and prints what was read. Never overwrites. */
export function importFile(file: string, out: string | undefined, print: (text: string) => void): number {
  const name = basename(file).replace(/\.(?:md|markdown)$/i, "");
  const to = out ?? join(dirname(file), `${name}.runbook.md`);
  if (existsSync(to)) throw new RuntimeError("invalidInput", `Importing ${file}: ${to} is there already.`, { hint: "Name another file with --out, or move it away." });
  const imported = importMarkdown(readSource(file), name);
  writeBytes(to, encodeSource(imported.text));
  print(`${to}\n${importReport(imported)}`);
  return 0;
}
