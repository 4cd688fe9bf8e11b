import assert from "node:assert/strict";
import { SnapshotKeeper } from "../../../src/drill/world/snapshotKeeper.ts";

/** A keeper with timers that the test fires, and a disk that it breaks. */
function keep(): { readonly keeper: SnapshotKeeper; readonly disk: { fault: Error | undefined; writes: number }; readonly reports: string[]; readonly timers: { readonly delayMs: number; readonly action: () => void }[]; readonly fire: () => void } {
  const disk = { fault: undefined as Error | undefined, writes: 0 };
  const reports: string[] = [];
  const timers: { delayMs: number; action: () => void }[] = [];
  const write = (): void => {
    if (disk.fault !== undefined) throw disk.fault;
    disk.writes += 1;
  };
  const keeper = new SnapshotKeeper(write, (text) => reports.push(text), (delayMs, action) => {
    const timer = { delayMs, action };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  });
  return { keeper, disk, reports, timers, fire: () => timers.shift()?.action() };
}

describe("keeping a world's snapshot", () => {
  it("writes once for all changes of a while", () => {
    const { keeper, disk, timers, fire } = keep();
    for (let change = 0; change < 5; change += 1) keeper.soon();
    assert.deepEqual([timers.length, disk.writes], [1, 0]);
    fire();
    assert.equal(disk.writes, 1);
    keeper.soon();
    keeper.later();
    assert.deepEqual(timers.map(({ delayMs }) => delayMs), [500, 30_000]);
  });

  it("reports a failed write once, tries again with each change, and says when it works", () => {
    const { keeper, disk, reports, fire } = keep();
    disk.fault = new Error("ENOENT: no such file or directory");
    keeper.soon();
    fire();
    keeper.soon();
    fire();
    keeper.now();
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? "", /^Saving the world's snapshot: ENOENT: no such file or directory\. The world goes on/u);
    disk.fault = undefined;
    keeper.soon();
    fire();
    assert.deepEqual([disk.writes, reports.length, reports[1]], [1, 2, "Saving the world's snapshot: it works again."]);
  });

  it("writes nothing after the end, also not for what changes then", () => {
    const { keeper, disk, timers } = keep();
    keeper.soon();
    keeper.later();
    keeper.stop();
    keeper.soon();
    keeper.now();
    assert.deepEqual([timers.length, disk.writes], [0, 0]);
  });
});
