import assert from "node:assert/strict";
import { IDLE_LOOK_MS, IdleTime, LONGEST_IDLE_MS } from "../../../src/core/drills/idleTime.ts";

describe("idle time", () => {
  it("is summed from look to look, and leaves out for how long the machine held a look up", () => {
    const idle = new IdleTime(1000);
    assert.equal(idle.look(1000 + IDLE_LOOK_MS), IDLE_LOOK_MS);
    assert.equal(idle.look(1000 + IDLE_LOOK_MS), IDLE_LOOK_MS, "it was busy");
    assert.equal(idle.look(1000 + IDLE_LOOK_MS + 500), IDLE_LOOK_MS + LONGEST_IDLE_MS);
  });
});
