import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SnapshotFolder, type WorldSnapshot } from "../../../src/drill/world/snapshot.ts";

/** A snapshot of nothing but the names of kept files. */
function naming(...joined: readonly string[]): WorldSnapshot {
  return { joined } as unknown as WorldSnapshot;
}

describe("the folder of a world's snapshot", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "snapshot-folder-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps large bytes in files of their own, writes them once, and lets go of what the newest snapshot does not name", () => {
    const snapshots = new SnapshotFolder(folder);
    const [first, second] = [Buffer.from("first"), Buffer.from("second")];
    snapshots.write((keep) => naming(keep(first), keep(first)));
    const [file = ""] = snapshots.read()?.joined ?? [];
    const { ino, mode } = statSync(join(folder, file));
    assert.equal(mode & 0o777, 0o600);
    snapshots.write((keep) => naming(keep(first), keep(second)));
    assert.equal(statSync(join(folder, file)).ino, ino, "not written again");
    const names = new SnapshotFolder(folder).read()?.joined ?? [];
    assert.deepEqual(names.map((name) => Buffer.from(snapshots.bytesOf(name)).toString()), ["first", "second"]);
    snapshots.write((keep) => naming(keep(second)));
    assert.deepEqual(new Set(readdirSync(folder)), new Set([names[1], "snapshot.json"]));
  });

  it("leaves the snapshot before whole where the next cannot be made", () => {
    const snapshots = new SnapshotFolder(folder);
    const first = Buffer.from("first");
    snapshots.write((keep) => naming(keep(first)));
    const before = snapshots.read();
    assert.throws(() => snapshots.write((keep) => {
      keep(Buffer.from("second"));
      throw new Error("the disk is full");
    }), /the disk is full/u);
    assert.deepEqual(snapshots.read(), before);
    assert.equal(Buffer.from(snapshots.bytesOf(before?.joined[0] ?? "")).toString(), "first");
  });

  it("writes again what somebody has deleted", () => {
    const snapshots = new SnapshotFolder(folder);
    const bytes = Buffer.from("bytes");
    snapshots.write((keep) => naming(keep(bytes)));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    snapshots.write((keep) => naming(keep(bytes)));
    assert.equal(Buffer.from(snapshots.bytesOf(snapshots.read()?.joined[0] ?? "")).toString(), "bytes");
  });
});
