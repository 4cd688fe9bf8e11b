import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepCompiled } from "../../../src/drill/world/compiledProgram.ts";

describe("what was compiled of programs", () => {
  it("is kept of the three that were of use last", () => {
    const home = mkdtempSync(join(tmpdir(), "compiled-"));
    try {
      for (const [name, usedAt] of [["a", 1], ["b", 5], ["c", 2], ["own", 4], ["d", 3]] as const) {
        mkdirSync(join(home, name, "v24"), { recursive: true });
        utimesSync(join(home, name), usedAt, usedAt);
      }
      keepCompiled(join(home, "own"));
      assert.deepEqual(readdirSync(home).sort(), ["b", "d", "own"]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
