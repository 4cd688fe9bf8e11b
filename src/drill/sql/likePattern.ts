/** Whether a text is like a pattern of LIKE: `%` and `_` stand for anything, `\%` and `\_` for those characters. Letter case does not count. */
export function isLike(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\([%_])|([%_])|([.*+?^${}()|[\]\\/])/g, (_all, escaped: string | undefined, wild: string | undefined, special: string | undefined) => escaped ?? (wild === "%" ? ".*" : wild === "_" ? "." : `\\${special ?? ""}`));
  return new RegExp(`^${source}$`, "is").test(text);
}
