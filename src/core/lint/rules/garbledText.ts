import type { LintRule } from "../facts.ts";

/** What Windows-1252 shows for the bytes 0x80 to 0x9F; `undefined` bytes pass through. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
/** A lead byte of UTF-8 seen as a letter, then its continuation bytes seen as signs: no language writes that. */
const GARBLED = new RegExp(`[\u00c2-\u00f4][\u0080-\u00bf${WINDOWS_1252}]+`, "g");

/** UTF-8 that was read as Windows-1252 and saved again: `â†’` for an arrow. The fix puts the character back where all its bytes are there. */
export const checkGarbledText: LintRule = ({ document }, report) => {
  for (const match of document.source.matchAll(GARBLED)) {
    const [text] = match;
    const repaired = repair(text);
    if (repaired === undefined && !/^(?:ð\u0178|â[\u0080-\u009f€†œ])/.test(text)) continue;
    const cure = repaired === undefined ? "A byte of it is lost: write the character anew" : `It was ${repaired}`;
    report("garbled-text", match.index, match.index + text.length, { text, cure }, repaired === undefined ? undefined : { title: `Write ${repaired}`, text: repaired });
  }
};

/** The text whose UTF-8 bytes were shown; `undefined` where they are not UTF-8 or say nothing beyond Latin letters. */
function repair(text: string): string | undefined {
  const bytes = [...text].map((character) => {
    const at = WINDOWS_1252.indexOf(character);
    return at >= 0 ? 0x80 + at : character.charCodeAt(0);
  });
  if (bytes.some((byte) => byte > 0xff)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    // The decoder's only way to say that the bytes are no UTF-8: then nothing can be put back.
    return undefined;
  }
}
