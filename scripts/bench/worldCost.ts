import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { WorldState } from "../../src/core/protocol.ts";
import { readWorldState, startWorld } from "../../src/services/kernelProcess.ts";
import { endAtExit } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, milliseconds, type Pair } from "./comparison.ts";
import { withScratch } from "./scratch.ts";

const REPETITIONS = 5;
/** What a person waits for without noticing: a world has to be up in less. */
const START_LIMIT_MS = 1000;
const IDLE_MS = 5000;
/** Linux counts a process' time in hundredths of a second. */
const TICK_MS = 10;

/** What a drill world costs: until it is up, again after a drill has ended, and while nobody asks it for anything. */
export async function worldCost(): Promise<Comparison[]> {
  return await withScratch("world", async (home) => {
    const [starts, firsts, anew, memory, idle]: [Pair[], Pair[], Pair[], Pair[], Pair[]] = [[], [], [], [], []];
    process.env["XDG_CACHE_HOME"] = join(home, "cache");
    for (let index = 0; index <= REPETITIONS; index += 1) {
      const started = await timedStart(join(home, `world-${index}`));
      const firstMs = await firstStart(home, index);
      const bare = spawn(process.execPath, ["--eval", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
      const ends = [endAtExit(started.state.pid), endAtExit(bare.pid ?? 0)];
      const cpuBefore = cpuMs(started.state.pid);
      await delay(IDLE_MS);
      const figures = { idle: cpuMs(started.state.pid) - cpuBefore, memory: residentKiB(started.state.pid), bare: residentKiB(bare.pid ?? 0) };
      const again = await milliseconds(async () => {
        await shutDown(started.state);
        ends.push(endAtExit((await timedStart(join(home, `anew-${index}`))).state.pid));
      });
      for (const end of ends) end();
      // The first brings the files into memory, leaves to the others what it has worked out, and does not count.
      if (index === 0) continue;
      starts.push({ ours: started.tookMs, peer: START_LIMIT_MS });
      firsts.push({ ours: firstMs, peer: started.tookMs });
      anew.push({ ours: again, peer: started.tookMs });
      memory.push({ ours: figures.memory, peer: figures.bare });
      idle.push({ ours: Math.max(TICK_MS, figures.idle), peer: IDLE_MS });
    }
    return [
      { name: "a drill world, until it is up", ours: "process, two clusters", peer: "limit", unit: "ms", isLimit: true, pairs: starts },
      { name: "the first drill world of a user", ours: "nothing cached", peer: "any later one", unit: "ms", pairs: firsts },
      { name: "a drill world, ended and begun anew", ours: "both", peer: "the start alone", unit: "ms", pairs: anew },
      { name: "memory of an idle drill world", ours: "process", peer: "Node alone", unit: "KiB", pairs: memory },
      { name: `processor time of an idle drill world in ${IDLE_MS / 1000} s`, ours: "process", peer: "a processor", unit: "ms", pairs: idle },
    ];
  });
}

async function timedStart(folder: string): Promise<{ readonly state: WorldState; readonly tookMs: number }> {
  let path = "";
  const tookMs = await milliseconds(async () => {
    path = await startWorld({ bundles: join(root, "dist"), description: join(root, "notebooks/worlds/buildnest.yaml"), folder, rate: 1 });
  });
  return { state: readWorldState(path), tookMs };
}

/** How long a world takes that finds nothing worked out, milliseconds. */
async function firstStart(home: string, index: number): Promise<number> {
  const kept = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = join(home, `empty-${index}`);
  const { state, tookMs } = await timedStart(join(home, `first-${index}`));
  process.env["XDG_CACHE_HOME"] = kept;
  const end = endAtExit(state.pid);
  await shutDown(state);
  end();
  return tookMs;
}

async function shutDown({ control }: WorldState): Promise<void> {
  const response = await fetch(`${control.url}/shutdown`, { method: "POST", headers: { authorization: `Bearer ${control.token}` }, body: "{}" });
  if (!response.ok) throw new Error(`ending the world failed: ${await response.text()}`);
}

function residentKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

/** User and system time of a process (fields 14 and 15 of its `stat`, counted after the name in brackets). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
