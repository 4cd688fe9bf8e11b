import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { RuntimeError } from "../runtimeError.ts";
import type { JournalEvent, JournalRecord } from "./journalEvent.ts";

/** `prev` of a journal's first record. */
export const GENESIS = "0".repeat(64);

/** SHA-256 of UTF-8 text, lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}

/**
 * JSON with object keys sorted and `undefined` members left out, so that equal records have equal text.
 * The scheme of RFC 8785 for the values that a journal holds (strings, finite numbers, booleans, null, lists, objects).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Makes the record that follows `previous` in a chain. */
export function chainEvent(event: JournalEvent, previous: JournalRecord | undefined, at: number, wall: number): JournalRecord {
  const unhashed = { ...event, seq: previous === undefined ? 0 : previous.seq + 1, at, wall, prev: previous?.hash ?? GENESIS };
  return { ...unhashed, hash: sha256Hex(canonicalJson(unhashed)) };
}

/** What is wrong with a chain: the first record that does not follow, and why. */
export interface ChainFault {
  readonly seq: number;
  readonly reason: "edited" | "reorderedOrDeleted" | "cut" | "otherHead";
  readonly message: string;
}

/** What checking a run's record came to: its chain, and the files that it names by checksum. */
export interface RecordVerification {
  readonly records: number;
  /** Hash of the last record. */
  readonly head: string;
  /** What is wrong, in words; empty where the record is as it was written. */
  readonly faults: readonly string[];
}

/**
 * Checks that the records follow one another unbroken. A cut tail can only be seen against `anchoredHead`, the hash that was shown
 * and copied elsewhere; without it a chain that ends before `runEnded` is no fault (the run may be going on).
 */
export function verifyChain(records: readonly JournalRecord[], anchoredHead?: string): ChainFault | undefined {
  let previous = GENESIS;
  for (const [index, record] of records.entries()) {
    const { hash, ...unhashed } = record;
    if (record.seq !== index || record.prev !== previous) {
      return { seq: index, reason: "reorderedOrDeleted", message: `Record ${index} does not follow the one before: a record was deleted, added or moved here.` };
    }
    if (sha256Hex(canonicalJson(unhashed)) !== hash) {
      return { seq: index, reason: "edited", message: `Record ${index} was edited: its content does not match its hash.` };
    }
    previous = hash;
  }
  if (anchoredHead !== undefined && anchoredHead !== previous) {
    const isInside = records.some((record) => record.hash === anchoredHead);
    return isInside
      ? { seq: records.length, reason: "otherHead", message: "The journal goes on after the head that was anchored: it is newer than the report." }
      : { seq: records.length, reason: "cut", message: "The journal ends before the head that was anchored: its tail was cut off." };
  }
  return undefined;
}

/**
 * Reads a journal's lines. A last line without its line end is a record whose write was cut by a crash: it was never acknowledged
 * and is left out. Any other unreadable line throws `journalBroken`.
 */
export function parseJournal(text: string): readonly JournalRecord[] {
  const lines = text.split("\n");
  lines.pop();
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as JournalRecord;
    } catch (cause) {
      throw new RuntimeError("journalBroken", `Reading the journal: line ${index + 1} is not JSON.`, {
        hint: "Keep the file as it is, and start a new run: its earlier records are still readable as text.",
        cause,
      });
    }
  });
}
