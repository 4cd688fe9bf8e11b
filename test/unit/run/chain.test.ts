import assert from "node:assert/strict";
import * as fc from "fast-check";
import { canonicalJson, chainEvent, GENESIS, parseJournal, verifyChain } from "../../../src/core/run/chain.ts";
import type { JournalEvent, JournalRecord } from "../../../src/core/run/journalEvent.ts";

function journalOf(texts: readonly string[]): readonly JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const [index, text] of texts.entries()) {
    const event: JournalEvent = { type: "noteAdded", text };
    records.push(chainEvent(event, records.at(-1), 1000 + index, 2000 + index));
  }
  return records;
}

function edited(records: readonly JournalRecord[], index: number): readonly JournalRecord[] {
  return records.map((record, at) => (at === index && record.type === "noteAdded" ? { ...record, text: `${record.text}!` } : record));
}

describe("the journal's chain", () => {
  const records = journalOf(["one", "two", "three"]);

  it("holds as it was written", () => {
    assert.equal(verifyChain(records), undefined);
    assert.equal(records[0]?.prev, GENESIS);
  });

  it("shows an edited record", () => assert.deepEqual(pick(verifyChain(edited(records, 1))), ["edited", 1]));
  it("shows a deleted record", () => assert.deepEqual(pick(verifyChain(records.toSpliced(1, 1))), ["reorderedOrDeleted", 1]));
  it("shows moved records", () => assert.deepEqual(pick(verifyChain([...records.slice(0, 1), ...records.slice(1).toReversed()])), ["reorderedOrDeleted", 1]));
  it("shows a cut tail against an anchored head", () => assert.deepEqual(pick(verifyChain(records.slice(0, 2), records[2]?.hash)), ["cut", 2]));
  it("tells a journal that went on from one that was cut", () => assert.deepEqual(pick(verifyChain(records, records[1]?.hash)), ["otherHead", 3]));

  it("does not depend on the order of members, nor on undefined ones", () => {
    assert.equal(canonicalJson({ b: [1, { d: null, c: undefined }], a: "ä" }), '{"a":"ä","b":[1,{"d":null}]}');
  });

  it("survives the way to the disk and back, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 6 }), (texts) => {
        const written = journalOf(texts).map((record) => `${JSON.stringify(record)}\n`).join("");
        assert.equal(verifyChain(parseJournal(written)), undefined);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves out a last line that a crash cut short, and nothing else", () => {
    const written = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    assert.equal(parseJournal(written.slice(0, -5)).length, 2);
    assert.throws(() => parseJournal(`{"broken\n${written}`), /line 1 is not JSON/);
  });
});

function pick(fault: ReturnType<typeof verifyChain>): unknown {
  return fault === undefined ? undefined : [fault.reason, fault.seq];
}
