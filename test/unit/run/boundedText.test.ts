import assert from "node:assert/strict";
import { BoundedText } from "../../../src/core/run/boundedText.ts";

const LINES = Array.from({ length: 100 }, (_, index) => `line ${String(index + 1).padStart(3, "0")}\n`);

function keep(pieces: readonly string[], limit: { readonly length?: number; readonly lines?: number }): BoundedText {
  const text = new BoundedText({ length: Infinity, lines: Infinity, ...limit });
  for (const piece of pieces) text.push(piece);
  return text;
}

describe("a bounded text", () => {
  it("is the text itself up to the limit", () => {
    assert.equal(keep(LINES, { length: 900 }).toString(), LINES.join(""));
    assert.equal(keep(LINES, { lines: 100 }).toString(), LINES.join(""));
    assert.equal(keep(LINES, { length: 900, lines: 100 }).isCut, false);
  });

  it("keeps whole lines of head and tail, however the pieces come, and counts the others", () => {
    const expected = `${LINES.slice(0, 2).join("")}… 96 lines left out …\n${LINES.slice(-2).join("")}`;
    const whole = LINES.join("");
    for (const pieces of [LINES, [whole], whole.split(""), [whole.slice(0, 13), whole.slice(13, 500), whole.slice(500)]]) {
      assert.equal(keep(pieces, { lines: 4 }).toString(), expected);
      assert.equal(keep(pieces, { length: 48 }).toString(), expected);
    }
  });

  it("cuts a long line anywhere, and counts its characters", () => {
    const line = "x".repeat(1_000_000);
    assert.equal(keep([line, "\n"], { length: 10 }).toString(), "xxxxx\n… 999,991 characters left out …\nxxxx\n");
  });

  it("holds no more than twice what it keeps, whatever comes", () => {
    const text = new BoundedText({ length: 1000, lines: 50 });
    for (let turn = 0; turn < 10_000; turn += 1) {
      text.push("a line that is not long\n");
      assert.ok(text.length <= 2000, String(text.length));
    }
    assert.match(text.toString(), /\n… 9,9\d\d lines left out …\n/);
  });
});
