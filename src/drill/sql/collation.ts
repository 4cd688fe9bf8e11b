/** What of a server's collation and rounding the engine's functions need to know. */
export interface TextRules {
  /** MariaDB and MySQL before 8: trailing blanks do not count, and all letters beyond the BMP are alike (utf8mb4_general_ci). */
  readonly isGeneralCi: boolean;
  /** MariaDB cuts fractions of seconds off, MySQL rounds them. */
  readonly cutsFractions: boolean;
}

const plain = /^[\u0020-\u007e]*$/;

/** A text letter by letter without case and accents. */
export function foldText(text: string, rules: TextRules): string {
  if (plain.test(text)) return text.toUpperCase();
  const bare = text.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");
  if (!rules.isGeneralCi) return bare.toUpperCase();
  // utf8mb4_general_ci weighs each letter alone: ß is S, and what is beyond the BMP is U+FFFD.
  return [...bare].map((letter) => (letter.length > 1 ? "\ufffd" : letter === "ß" ? "S" : letter.toUpperCase().length === 1 ? letter.toUpperCase() : letter)).join("");
}

/** What a text is compared, grouped and sorted by. */
export function textWeight(text: string, rules: TextRules): string {
  const folded = foldText(text, rules);
  return rules.isGeneralCi ? folded.replace(/ +$/, "") : folded;
}
