import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { WorldState } from "../../../src/core/protocol.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { startWorld } from "../../../src/drill/world/world.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";

const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");

describe("a world whose folder is deleted", function suite() {
  this.timeout(60_000);

  it("goes on, says so once, and is saved again when there is a folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lost-folder-"));
    const reports: string[] = [];
    const world = await startWorld(readWorld(DESCRIPTION), { folder, rate: 40, descriptionPath: DESCRIPTION, onShutdown: () => undefined, report: (text) => reports.push(text) });
    const state = JSON.parse(readFileSync(world.statePath, "utf8")) as WorldState;
    const snapshot = join(folder, "snapshot.json");
    try {
      rmSync(folder, { recursive: true });
      // The fault's pods crash and back off: each is a change whose delayed write fails.
      await controlWorld(state, "inject", { fault: "database-crash-loop", parameters: {} });
      await delay(1500);
      assert.deepEqual([reports.length, existsSync(folder)], [1, false]);
      assert.match(reports[0] ?? "", /^Saving the world's snapshot: ENOENT/u);
      assert.deepEqual((await controlWorld(state, "faults", {})).faults.map(({ fault, kind }) => [fault, kind]), [["database-crash-loop", "standing"]]);
      mkdirSync(folder);
      await controlWorld(state, "inject", { fault: "redis-crash-loop", parameters: {} });
      assert.ok(existsSync(snapshot));
      assert.match(reports.slice(1).join(), /it works again\.$/u);
    } finally {
      await world.close();
    }
    rmSync(folder, { recursive: true });
    await delay(1000);
    assert.equal(existsSync(folder), false, "nothing is written after the end");
  });
});
