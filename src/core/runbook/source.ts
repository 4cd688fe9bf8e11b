import { RuntimeError } from "../runtimeError.ts";

/**
 * The text of a runbook file, byte-order mark included. Throws `invalidInput` for bytes that are not UTF-8: a file that cannot be
 * read without loss is not opened, and so never saved over.
 */
export function decodeSource(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RuntimeError("invalidInput", "The file cannot be read as a runbook: it is not valid UTF-8.", {
      hint: "Convert it to UTF-8 in a text editor; it was left untouched.",
      cause,
    });
  }
}

/** The bytes of a runbook file; the inverse of `decodeSource`. Throws `invalidInput` for text that UTF-8 cannot hold. */
export function encodeSource(text: string): Uint8Array {
  if (!text.isWellFormed()) {
    throw new RuntimeError("invalidInput", "The runbook cannot be saved: it holds half of a surrogate pair, which UTF-8 cannot express.", {
      hint: "Remove the damaged character (it shows as a box or a question mark).",
    });
  }
  return new TextEncoder().encode(text);
}
