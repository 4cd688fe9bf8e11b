import assert from "node:assert/strict";
import { lintFacts } from "../../../src/core/lint/lintFacts.ts";

const SOUND = `contacts:
  - { role: Lead, phone: +44 20 7946 0958, available: 24/7 }
escalation: [Lead]
review: { last: 2026-01-31, next: 2026-03-02 }
`;

/** `code "text it stands at"` of each finding. */
function found(source: string, today = "2026-02-01"): readonly string[] {
  return lintFacts(source, today).map(({ problem, start, end }) => `${problem.code} ${JSON.stringify(source.slice(start, end))}`);
}

describe("lint of shared facts", () => {
  it("says nothing of a sound file, and takes anything", () => {
    assert.deepEqual(found(SOUND), []);
    for (const broken of ["contacts: [", ""]) assert.deepEqual(found(broken), ["facts-invalid \"\""]);
  });

  it("shows unknown keys and roles that no contact has, in the order of the text", () => {
    assert.deepEqual(found(`pager: none\n${SOUND.replace("[Lead]", "[Lead, Boss]")}`), ["facts-unknown-key \"pager\"", "contact-unknown \"Boss\""]);
  });

  it("shows a review that is due, stale or not yet held, where it is written", () => {
    const block = "review:\n  last: 2026-01-31\n  next: 2026-03-02\n";
    assert.deepEqual(found(block, "2026-03-02"), []);
    assert.deepEqual(found(block, "2026-03-03"), ["review-overdue \"next: 2026-03-02\""]);
    assert.deepEqual(found(block, "2027-02-01"), ["review-stale \"last: 2026-01-31\"", "review-overdue \"next: 2026-03-02\""]);
    assert.deepEqual(found(block, "2026-01-30"), ["review-date \"last: 2026-01-31\""]);
  });

  it("leaves out what is put off with a reason and a day", () => {
    const nobody = 'contacts:\n  - { role: Lead, name: "[NAME]", phone: +44 20 7946 0958, available: 24/7 }\nescalation: [Lead]\n';
    assert.deepEqual(found(nobody), ['contact-placeholder "\\"[NAME]\\""']);
    assert.deepEqual(found(`# lint-ignore contact-placeholder until 2026-03-01: to be hired\n${nobody}`), []);
    assert.deepEqual(found(`# lint-ignore contact-placeholder until 2026-01-01: to be hired\n${nobody}`).map((text) => text.split(" ")[0]), ["suppression-expired", "contact-placeholder"]);
    assert.deepEqual(found(`# lint-ignore contact-placeholder until 2026-03-01: to be hired\n${SOUND}`).map((text) => text.split(" ")[0]), ["suppression-unused"]);
  });
});
