import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endOwnWorld, sweepWorlds } from "../../../src/cli/ownWorlds.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const [ALIVE, DEAD] = [100, 200];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const isAlive = (pid: number): boolean => pid === ALIVE;

describe("folders of the command line's worlds", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "own-worlds-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** `state`: what its world.json holds. */
  function make(name: string, state: string | undefined, ageMs: number): void {
    mkdirSync(join(home, name));
    if (state !== undefined) writeFileSync(join(home, name, "world.json"), state);
    utimesSync(join(home, name), (NOW_MS - ageMs) / 1000, (NOW_MS - ageMs) / 1000);
  }

  for (const [name, state, ageMs, isKept] of [
    ["one that runs stays, however old it is", JSON.stringify({ pid: ALIVE }), 30 * DAY_MS, true],
    ["one that died may be taken up again", JSON.stringify({ pid: DEAD }), 6 * DAY_MS, true],
    ["one that died a week ago goes", JSON.stringify({ pid: DEAD }), 8 * DAY_MS, false],
    ["one that is coming up stays", undefined, HOUR_MS / 2, true],
    ["one that is just writing its state stays", '{ "pid": 1', 0, true],
    ["one that is over goes", undefined, 2 * HOUR_MS, false],
  ] as const) {
    it(name, () => {
      make("dr-world-abc", state, ageMs);
      sweepWorlds(home, isAlive, NOW_MS);
      assert.equal(existsSync(join(home, "dr-world-abc")), isKept);
    });
  }

  it("other folders are left alone, and what a link leads to", () => {
    for (const name of ["dr-other-abc", "elsewhere"]) make(name, undefined, 30 * DAY_MS);
    symlinkSync(join(home, "elsewhere"), join(home, "dr-world-link"));
    sweepWorlds(home, isAlive, NOW_MS + 60 * DAY_MS);
    assert.ok(readdirSync(home).includes("elsewhere"));
    assert.ok(readdirSync(home).includes("dr-other-abc"));
  });

  it("a world is asked to end where it runs; of one that has died the folder is removed", async () => {
    const asked: string[] = [];
    const shutDown = async (path: string): Promise<void> => void asked.push(path);
    make("dr-world-alive", JSON.stringify({ pid: ALIVE }), 0);
    make("dr-world-dead", JSON.stringify({ pid: DEAD }), 0);
    for (const name of ["dr-world-alive", "dr-world-dead"]) await endOwnWorld(join(home, name, "world.json"), { isAlive, shutDown });
    assert.deepEqual(asked, [join(home, "dr-world-alive", "world.json")]);
    assert.deepEqual(readdirSync(home), ["dr-world-alive"]);
  });

  it("one that dies while it is asked leaves nothing either", async () => {
    make("dr-world-dying", JSON.stringify({ pid: ALIVE }), 0);
    let isThere = true;
    const shutDown = async (): Promise<void> => {
      isThere = false;
      throw new Error("connection reset");
    };
    await endOwnWorld(join(home, "dr-world-dying", "world.json"), { isAlive: () => isThere, shutDown });
    assert.deepEqual(readdirSync(home), []);
  });
});
