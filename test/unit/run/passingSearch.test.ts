import assert from "node:assert/strict";
import * as fc from "fast-check";
import { PassingSearch } from "../../../src/core/run/passingSearch.ts";

describe("searching a text that goes by in pieces", () => {
  it("finds what stands in the whole, however it is cut, carriage returns aside", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n"), maxLength: 6 });
    const wanted = fc.string({ unit: fc.constantFrom("a", "b", "\n"), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.uniqueArray(wanted, { maxLength: 4 }), (pieces, texts) => {
        const search = new PassingSearch(texts);
        for (const piece of pieces) search.push(piece);
        const whole = pieces.join("").replaceAll("\r", "");
        assert.deepEqual(new Set(search.found), new Set(texts.filter((text) => whole.includes(text))));
      }),
    );
  });
});
