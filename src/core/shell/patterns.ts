import type { FileEntry, FilePort } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { CommandWord } from "./expand.ts";

/**
 * Puts the files that match in the place of words that are file patterns, sorted, as bash does; a pattern that no file matches stays as
 * it is written. `sourceOf` gives the word as written, where what stands in quotes is no pattern. Addresses are never patterns.
 */
export async function expandPatterns(words: readonly CommandWord[], files: FilePort, sourceOf: (word: CommandWord) => string): Promise<readonly CommandWord[]> {
  const expanded: CommandWord[] = [];
  for (const word of words) {
    const found = isPattern(word.value, sourceOf(word)) ? await matchingFiles(word.value, files) : [];
    if (found.length === 0) expanded.push(word);
    else expanded.push(...found.map((value) => ({ ...word, value })));
  }
  return expanded;
}

/** A word whose pattern signs all stand outside quotes; one that also holds quoted ones is taken as it is. */
function isPattern(value: string, source: string): boolean {
  if (value.includes("://") || !/[*?[]/.test(value)) return false;
  const bare = source.replaceAll(/\\./gs, "").replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|\$\{[^}]*\}/gs, "");
  return [...bare].filter((sign) => "*?[".includes(sign)).length === [...value].filter((sign) => "*?[".includes(sign)).length;
}

async function matchingFiles(pattern: string, files: FilePort): Promise<readonly string[]> {
  const isAbsolute = pattern.startsWith("/");
  let found = [isAbsolute ? "/" : ""];
  const parts = pattern.split("/").filter((part) => part !== "");
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const next: string[] = [];
    for (const folder of found) {
      if (!/[*?[]/.test(part)) {
        if (!isLast || (await files.exists(folder + part)) !== undefined) next.push(folder + part + (isLast ? "" : "/"));
        continue;
      }
      const matches = expressionOf(part);
      for (const entry of await entriesOf(folder, files)) {
        if (!matches.test(entry.name) || (entry.name.startsWith(".") && !part.startsWith("."))) continue;
        if (isLast) next.push(folder + entry.name);
        else if (entry.kind === "directory") next.push(`${folder}${entry.name}/`);
      }
    }
    found = next;
  }
  return found.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A folder that is not there, or that a drill does not let be seen, holds nothing that matches. */
async function entriesOf(folder: string, files: FilePort): Promise<readonly FileEntry[]> {
  try {
    return await files.list(folder === "" ? files.cwd : folder === "/" ? folder : folder.slice(0, -1));
  } catch (error) {
    if (error instanceof RuntimeError && (error.code === "notFound" || error.code === "outsideWorld" || error.code === "invalidInput")) return [];
    throw error;
  }
}

function expressionOf(part: string): RegExp {
  const source = part.replaceAll(/\[([!^]?)(\]?[^\]]*)\]|[\s\S]/g, (sign, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not === "" ? "" : "^"}${set.replaceAll("\\", "\\\\").replace(/^\]/, String.raw`\]`)}]`;
    if (sign === "*") return "[^/]*";
    return sign === "?" ? "[^/]" : sign.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`, "u");
}
