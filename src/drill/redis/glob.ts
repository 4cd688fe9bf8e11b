/** Redis' glob as a pattern: `*`, `?`, `[ab]`, `[^a-c]`, backslash. */
export function globPattern(pattern: string, isCaseless = false): RegExp {
  let source = "";
  for (const [piece, escaped, wild, not, set] of pattern.matchAll(/\\([\s\S])|([*?])|\[(\^?)([^\]]*)\]|[\s\S]/gu)) {
    if (wild !== undefined) source += wild === "*" ? "[\\s\\S]*" : "[\\s\\S]";
    else if (set !== undefined) source += set === "" ? "(?!)" : `[${not ?? ""}${set.replace(/[\\\]^[]/gu, "\\$&")}]`;
    else source += (escaped ?? piece).replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
  }
  return new RegExp(`^${source}$`, isCaseless ? "iu" : "u");
}
