import assert from "node:assert/strict";
import { blocksOf, type Profile } from "../../../scripts/bench/profile.ts";

const frame = (functionName: string, url: string): Profile["nodes"][number]["callFrame"] => ({ functionName, url });
const nodes: Profile["nodes"] = [
  { id: 1, callFrame: frame("(root)", ""), children: [2, 3, 4, 5] },
  { id: 2, callFrame: frame("(idle)", "") },
  { id: 3, callFrame: frame("(garbage collector)", "") },
  { id: 4, callFrame: frame("theirs", "file:///host.js"), children: [6] },
  { id: 5, callFrame: frame("other", "file:///host.js") },
  { id: 6, callFrame: frame("onChange", "file:///ours/extension.js"), children: [7] },
  { id: 7, callFrame: frame("parse", "node:internal") },
];

describe("blocks in a profile", () => {
  const blocks = (samples: readonly number[]): unknown => blocksOf({ nodes, samples, startTime: 1_000_000, timeDeltas: samples.map(() => 2000) }, (url) => url.includes("/ours/"));

  it("are stretches of our code and what it calls, over the collections in between", () => {
    assert.deepEqual(blocks([2, 6, 7, 3, 7, 2, 6, 2]), [{ ms: 6, from: 1004, to: 1012, collectingMs: 2, by: "onChange" }, { ms: 2, from: 1014, to: 1016, collectingMs: 0, by: "onChange" }]);
  });

  it("end where anything else runs, and collections alone are none", () => {
    assert.deepEqual(blocks([6, 5, 6, 3, 2, 3, 4, 2]), [{ ms: 2, from: 1002, to: 1004, collectingMs: 0, by: "onChange" }, { ms: 2, from: 1006, to: 1010, collectingMs: 2, by: "onChange" }]);
    assert.deepEqual(blocks([2, 4, 5, 3, 2]), []);
  });
});
