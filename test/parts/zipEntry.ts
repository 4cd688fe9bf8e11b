import { crc32, inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** The content of one file of a zip archive (APPNOTE.TXT 4.3; without ZIP64 and encryption). Throws when it is absent or damaged. */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error("not a zip archive: it has no directory");
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0 && archive.readUInt32LE(at) === ENTRY; left -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) return content(archive, at, name);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`${name}: not in the archive`);
}

function content(archive: Buffer, entry: number, name: string): Buffer {
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(entry + 20));
  const method = archive.readUInt16LE(entry + 10);
  if (method !== STORED && method !== DEFLATED) throw new Error(`${name}: packed by method ${method}, which is not read here`);
  const bytes = method === STORED ? packed : inflateRawSync(packed);
  if (crc32(bytes) !== archive.readUInt32LE(entry + 16)) throw new Error(`${name}: damaged in the archive`);
  return bytes;
}
