import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./s3Error.ts";

/** Checksum algorithms of S3 that the endpoint computes, as they stand in `x-amz-checksum-…`. */
export const CHECKSUM_ALGORITHMS = ["crc32", "crc32c", "sha1", "sha256"] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Checksums in base64 by algorithm. */
export type Checksums = Readonly<Partial<Record<ChecksumAlgorithm, string>>>;

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/** Checksum of `bytes` in base64. */
export function checksum(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  switch (algorithm) {
    case "crc32":
      return bigEndian(crc32(bytes));
    case "crc32c":
      return bigEndian(crc32c(bytes));
    case "sha1":
      return createHash("sha1").update(bytes).digest("base64");
    case "sha256":
      return createHash("sha256").update(bytes).digest("base64");
  }
}

function bigEndian(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString("base64");
}

/**
 * Compares a body with every digest that the request's headers (or trailers) give, and returns the checksums to keep with the
 * object. Throws `BadDigest` on a difference and `NotImplemented` for an algorithm that is not computed here.
 */
export function verifyDigests(bytes: Uint8Array, headers: Readonly<Record<string, string>>): Checksums {
  const md5 = headers["content-md5"];
  if (md5 !== undefined) {
    if (Buffer.from(md5, "base64").length !== 16) throw new S3Error("InvalidDigest");
    if (createHash("md5").update(bytes).digest("base64") !== md5) throw new S3Error("BadDigest");
  }
  const kept: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const [name, given] of Object.entries(headers)) {
    const word = /^x-amz-checksum-(\w+)$/.exec(name)?.[1];
    if (word === undefined || word === "mode" || word === "algorithm" || word === "type") continue;
    const algorithm = CHECKSUM_ALGORITHMS.find((candidate) => candidate === word);
    if (algorithm === undefined) throw new S3Error("NotImplemented", {}, `The checksum algorithm ${word} is not implemented.`);
    const computed = checksum(algorithm, bytes);
    if (computed !== given) throw new S3Error("BadDigest", {}, `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`);
    kept[algorithm] = computed;
  }
  return kept;
}
