import type { Operation } from "../../command/operation.ts";
import type { LintFacts, LintRule } from "../facts.ts";
import { frontMatterPlace } from "./people.ts";

const EXTENSIONS = "md|ya?ml|json|sh|sql|tf|py|conf|pem";

/** Files that the runbook speaks of and that are not beside it: links, manifests of commands, "see FILE.md", the world of its drills. */
export const checkFiles: LintRule = (facts, report) => {
  const { fileExists } = facts.context;
  if (fileExists === undefined) return;
  const missing = (path: string, start: number, end: number): void => {
    if (!fileExists(path)) report("file-missing", start, end, { path });
  };
  for (const { text, start } of facts.prose) {
    const links = [...text.matchAll(/\]\(\s*<?([^)\s<>]+)>?[^)]*\)/g)].filter(([, goal = ""]) => !/^(?:[a-z][a-z+.-]*:|#|\/|\{)/i.test(goal));
    for (const match of links) {
      const path = pathOfLink(match[1] ?? "");
      if (path !== "") missing(path, start + match.index + 2, start + match.index + match[0].length - 1);
    }
    const isLinked = (at: number): boolean => links.some((link) => at >= link.index && at < link.index + link[0].length);
    for (const match of text.matchAll(new RegExp(`\\b[Ss]ee (?:also )?(?:the )?([\\w./-]+\\.(?:${EXTENSIONS}))\\b`, "g"))) {
      const at = match.index + match[0].length - (match[1] ?? "").length;
      if (!isLinked(at)) missing(match[1] ?? "", start + at, start + match.index + match[0].length);
    }
  }
  checkWorld(facts, missing);
  checkCommands(facts, missing);
};

type Missing = (path: string, start: number, end: number) => void;

function checkWorld({ document }: LintFacts, missing: Missing): void {
  const { world } = document.frontMatter;
  const place = frontMatterPlace(document.source, "world");
  if (world !== undefined) missing(world, place.start, place.end);
}

/** Files that commands read from the runbook's folder: `-f FILE`, `file://FILE`. What a command of the runbook writes need not be there. */
function checkCommands({ document, statements, place }: LintFacts, missing: Missing): void {
  const written = document.cells.map((cell) => cell.command?.commandText ?? "").join("\n");
  for (const { cell, statement } of statements) {
    for (const { operation, start, end, unresolved } of statement.operations) {
      if (unresolved.length > 0) continue;
      for (const path of filesOf(operation)) {
        const isMade = new RegExp(`(?:>|\\btee\\b|s3://\\S+|-o)\\s*["']?${path.replaceAll(/[^\w]/g, "\\$&")}\\b`).test(written);
        if (isMade || /^(?:-$|\/|~|https?:)|[*?$]/.test(path)) continue;
        missing(path, place(cell, start), place(cell, end));
      }
    }
  }
}

function filesOf(operation: Operation): readonly string[] {
  const files = operation.tool === "kubectl" ? ["filename", "patch-file"].flatMap((flag) => operation.flags[flag] ?? []) : [];
  const named = files.flatMap((value) => (typeof value === "string" ? value.split(",") : []));
  return [...named, ...operation.argv.flatMap((word) => (/^file:\/\/(?!\/)/.test(word) ? [word.slice("file://".length)] : []))];
}

function pathOfLink(goal: string): string {
  const path = goal.replace(/[#?].*$/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    // A lone % is no escape: then the words are the path.
    return path;
  }
}
