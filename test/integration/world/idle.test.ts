import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "../../../scripts/lib/paths.ts";
import type { FaultState, WorldState } from "../../../src/core/protocol.ts";
import { chainEvent } from "../../../src/core/run/chain.ts";
import { judgeRun } from "../../../src/core/run/judgeRun.ts";
import { reduceJournal } from "../../../src/core/run/runState.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";
import { Remembered } from "./remembered.ts";

const RATE = 250;
/** How long nobody does anything, world milliseconds: as long as an unattended drill waits for its verification, and longer. */
const IDLE_MS = 360_000;
/** The same for a fault that ends by itself: beyond its end. */
const BEYOND_END_MS = 1_260_000;
/** Worlds that run at the same time. */
const AT_ONCE = 6;

const WORLD = join(root, "notebooks/worlds/buildnest.yaml");
const VARIANT = join(root, "notebooks/worlds/buildnest-argo.yaml");

/** Ends by itself, and breaks something until then. */
const ENDING = "api-server-gone";

/** Faults that break nothing that somebody has to cure: their descriptions say so. */
const BREAKING_NOTHING = ["customers-ordering", "replica-lag", "redis-data-lost", "cluster-returns", "dr-replica-lag"];

/** How a world's one fault stands at once, and after a long time in which nobody does anything. */
async function idle(description: string, fault: string, remembered: Remembered): Promise<readonly FaultState[]> {
  const folder = await mkdtemp(join(tmpdir(), "idle-world-"));
  const world = await remembered.start({ folder, rate: RATE, descriptionPath: description });
  try {
    const state = JSON.parse(await readFile(world.statePath, "utf8")) as WorldState;
    await controlWorld(state, "inject", { fault, parameters: {} });
    const states = async (): Promise<readonly FaultState[]> => (await controlWorld(state, "faults", {})).faults;
    const first = await states();
    await delay((fault === ENDING ? BEYOND_END_MS : IDLE_MS) / RATE);
    return [...first, ...(await states())];
  } finally {
    await world.close(true);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The verdict on a drill whose verification was green, whatever the verification sees. */
function verdictOver(states: readonly FaultState[]): string {
  const started = chainEvent({ type: "runStarted", run: "r", mode: "drill", driver: "ann", rtoMs: undefined, rpoMs: undefined, rate: 1, unattended: false, version: "0", runbook: { path: "/x", title: "X", id: "x", sha256: "" } }, undefined, 0, 0);
  const impact = chainEvent({ type: "clockMarked", mark: "impact", markedAt: 0, by: "machine", reason: "" }, started, 0, 0);
  const restored = chainEvent({ type: "clockMarked", mark: "restored", markedAt: 5000, by: "machine", reason: "" }, impact, 0, 0);
  return judgeRun(reduceJournal([started, impact, restored]), { verification: ["is-serving"] }, { kind: "asked", faults: states, curedAt: undefined }).status;
}

describe("doing nothing", function suite() {
  this.timeout(120_000);
  const remembered = new Remembered();
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "idle-world-"));
    await (await remembered.start({ folder, rate: RATE, descriptionPath: WORLD })).close(true);
  });
  const common = readWorld(WORLD).faults.filter(({ world }) => world === undefined).map(({ name }) => name);
  const own = readWorld(VARIANT).faults.map(({ name }) => name).filter((name) => !common.includes(name));
  for (const [path, faults] of [[WORLD, common], [VARIANT, own]] as const) {
    for (let from = 0; from < faults.length; from += AT_ONCE) {
      const some = faults.slice(from, from + AT_ONCE);
      it(`never passes: ${some.join(", ")}`, async () => {
        for (const [index, states] of (await Promise.all(some.map((fault) => idle(path, fault, remembered)))).entries()) {
          const fault = some[index] ?? "";
          const kinds = states.map(({ kind }) => kind);
          const expected = BREAKING_NOTHING.includes(fault) ? ["over", "over"] : fault === ENDING ? ["standing", "over"] : ["standing", "standing"];
          assert.deepEqual(kinds, expected, `${fault}: ${JSON.stringify(states)}`);
          for (const state of states) assert.equal(verdictOver([state]), "failed", fault);
          for (const { kind, parts } of states) assert.equal(parts.length > 0, kind === "standing", `${fault} says what of it stands`);
        }
      });
    }
  }
});
