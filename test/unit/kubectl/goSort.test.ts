import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { goSort, SHIFTS_OF_1_30, SHIFTS_OF_1_33 } from "../../../src/core/kubectl/goSort.ts";
import { SORTED_LISTS } from "./sortedLists.ts";

/** The order in which a stock kubectl printed the lists; `sortOrder.test.ts` records it. */
const recorded = (age: string): unknown => JSON.parse(readFileSync(new URL(`../../golden/sort/order-${age}.json`, import.meta.url), "utf8"));

describe("Go's sort", () => {
  for (const [age, shifts] of [["until-1.30", SHIFTS_OF_1_30], ["since-1.33", SHIFTS_OF_1_33]] as const) {
    it(`leaves equals in the order in which kubectl ${age.replace("-", " ")} prints them`, () => {
      assert.deepEqual(SORTED_LISTS.map((list) => goSort([...list.keys()], (a, b) => (list[a] ?? "") < (list[b] ?? ""), shifts)), recorded(age));
    });
  }

  it("sorts, whatever the list", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 400 }), (numbers) => {
        assert.deepEqual(goSort(numbers, (a, b) => a < b), numbers.toSorted((a, b) => a - b));
      }),
    );
  });

  it("ends, and keeps every element, also under an order that is none", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 300 }), (numbers) => {
        assert.deepEqual(goSort([...numbers.keys()], (a, b) => (numbers[a] ?? 0) <= (numbers[b] ?? 0)).toSorted((a, b) => a - b), [...numbers.keys()]);
      }),
    );
  });
});
