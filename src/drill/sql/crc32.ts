function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xed_b8_83_20 : value >>> 1;
    table[index] = value >>> 0;
  }
  return table;
}

const table = makeTable();

/** CRC-32 (IEEE 802.3) of bytes, continued from `start`. Own code because zlib's is missing before Node 20.15. */
export function crc32(bytes: Uint8Array, start = 0): number {
  let value = ~start >>> 0;
  for (const byte of bytes) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
