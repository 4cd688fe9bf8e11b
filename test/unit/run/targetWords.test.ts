import assert from "node:assert/strict";
import { describeEvent } from "../../../src/core/run/eventText.ts";
import type { PinnedTarget } from "../../../src/core/run/journalEvent.ts";
import { targetWords } from "../../../src/core/run/targets.ts";

describe("the words for a pinned target", () => {
  const pinned: PinnedTarget = { name: "rebuilt", alias: "new", kind: "kubernetes", address: "https://k8s", namespace: "shop", identity: "1", actor: "ann" };
  const words = (target: PinnedTarget): readonly unknown[] => [targetWords(target), describeEvent({ type: "targetPinned", target })?.text];

  it("are where it is and as whom", () => {
    assert.deepEqual(words(pinned), ["https://k8s as ann", "Target new pinned: https://k8s"]);
    assert.equal(targetWords({ ...pinned, actor: "" }), "https://k8s as unknown");
  });

  it("are that there is none, for a cluster that the runbook is to build; an account without buckets is one", () => {
    assert.deepEqual(words({ ...pinned, address: "", actor: "unknown (no such context)" }), ["no such cluster yet", "Target new: no such cluster yet"]);
    assert.equal(targetWords({ ...pinned, kind: "aws", address: "", actor: "default profile" }), "as default profile");
  });
});
