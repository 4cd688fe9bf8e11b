import type { TextRules } from "./collation.ts";

/** The product a server version names: decides conditional comments, names and wordings. */
export interface Flavour {
  readonly isMariaDb: boolean;
  /** Version as in conditional comments: 8.0.36 is 80036, 10.11.6 is 101106. */
  readonly versionId: number;
}

/** Collation and rounding of the version's default character set. */
export function textRulesOf(flavour: Flavour): TextRules {
  return { isGeneralCi: flavour.isMariaDb || flavour.versionId < 80_000, cutsFractions: flavour.isMariaDb };
}

/** Reads a server version such as `8.0.36` or `10.11.6-MariaDB-log`. */
export function flavourOf(version: string): Flavour {
  const [major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) throw new Error(`server version ${version}: not of the form 8.0.36`);
  return { isMariaDb: /mariadb/i.test(version), versionId: major * 10_000 + minor * 100 + patch };
}

function isExecuted(mark: string, digits: string, flavour: Flavour): boolean {
  if (mark === "M!" && !flavour.isMariaDb) return false;
  if (digits === "") return true;
  const version = Number(digits);
  if (version > flavour.versionId) return false;
  // MariaDB skips what only MySQL 5.7 and later understand.
  return !(flavour.isMariaDb && mark === "!" && version >= 50_700 && version <= 99_999);
}

const pieces = /'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"|`[^`]*`|#[^\n]*|--(?=\s|$)[^\n]*|\/\*(M?!)(\d{5,6})?|\/\*(?:[^*]|\*(?!\/))*\*\/|\*\//g;

/** Turns conditional comments into their contents, or into nothing, as a server of this version reads them. Offsets are kept (blanks replace marks). */
export function expandVersionComments(sql: string, flavour: Flavour): string {
  if (!sql.includes("/*!") && !sql.includes("/*M!")) return sql;
  let isInside = false;
  let skipFrom: number | undefined;
  let result = "";
  let copied = 0;
  for (const found of sql.matchAll(pieces)) {
    const [text, mark, digits] = found;
    if (mark !== undefined && skipFrom === undefined) {
      result += sql.slice(copied, found.index);
      copied = found.index;
      if (isExecuted(mark, digits ?? "", flavour)) {
        result += " ".repeat(text.length);
        copied += text.length;
        isInside = true;
      } else skipFrom = found.index;
    } else if (text === "*/" && skipFrom !== undefined) {
      result += sql.slice(skipFrom, found.index + 2).replace(/[^\n]/g, " ");
      copied = found.index + 2;
      skipFrom = undefined;
    } else if (text === "*/" && isInside) {
      result += `${sql.slice(copied, found.index)}  `;
      copied = found.index + 2;
      isInside = false;
    }
  }
  return result + (skipFrom === undefined ? sql.slice(copied) : "");
}
