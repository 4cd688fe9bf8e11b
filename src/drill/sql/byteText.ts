/** Bytes that are no UTF-8 are held in text as the lone surrogates U+DC80 to U+DCFF (PEP 383), so that a dump's raw blobs pass unharmed. */
const escapedByte = /[\udc80-\udcff]/;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Length of the UTF-8 sequence that starts at `at`, 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  for (let index = 1; index < length; index += 1) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  const isOverlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const isOutside = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f);
  return isOverlong || isOutside ? 0 : length;
}

/** Text of any bytes; `bytesOfText` gives the same bytes back. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    // Not all UTF-8: the slow way below keeps the bytes that are not.
  }
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > from) parts.push(strict.decode(bytes.subarray(from, at)));
    parts.push(String.fromCharCode(0xdc00 + (bytes[at] ?? 0)));
    at += 1;
    from = at;
  }
  if (from < bytes.length) parts.push(strict.decode(bytes.subarray(from)));
  return parts.join("");
}

/** Does the text hold bytes that are no UTF-8? */
export function hasForeignBytes(text: string): boolean {
  // A pair's low half is no escape; it is looked for only where a half might be.
  return escapedByte.test(text) && /(?<![\ud800-\udbff])[\udc80-\udcff]/.test(text);
}

/** UTF-8 of a text, with escaped bytes as themselves. */
export function bytesOfText(text: string): Uint8Array {
  if (!hasForeignBytes(text)) return new Uint8Array(Buffer.from(text));
  const parts = text.split(/((?<![\ud800-\udbff])[\udc80-\udcff])/);
  return new Uint8Array(Buffer.concat(parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from([part.charCodeAt(0) - 0xdc00])))));
}
