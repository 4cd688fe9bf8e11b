import { WebSocket } from "ws";
import { rehearseByRestart } from "../../test/host/firstRehearsal.ts";
import { FIRST_RUNBOOK, rowOf } from "../../test/host/firstRunbook.ts";
import { withWorkbench } from "../../test/host/openWorkbench.ts";
import type { Workbench } from "../../test/host/workbench.ts";
import type { Comparison } from "./comparison.ts";
import { blocksOf, type Profile } from "./profile.ts";
import { WaitClock } from "./waitClock.ts";

/** What a person may wait for an extension without noticing, milliseconds. */
const LIMIT_MS = 50;
const SAMPLE_MICROSECONDS = 500;
/** Below what is measured. */
const NOTHING_MS = 0.1;
/** Their median: what a busy machine adds comes and goes. */
const WINDOWS = 3;
/** Free on a machine that debugs nothing; the host of the window alone listens there. */
const PORT = 39_229;

interface Scene {
  readonly name: string;
  readonly play: (workbench: Workbench) => Promise<void>;
}

/** In this order: each goes on where the one before has ended. */
const SCENES: readonly Scene[] = [
  { name: "opening a runbook", play: (workbench) => workbench.openRunbook(FIRST_RUNBOOK) },
  {
    name: "opening and checking four more",
    play: async (workbench) => {
      for (const file of ["02-application", "03-redis", "04-cluster", "05-security"]) await workbench.openFile(file);
    },
  },
  {
    name: "importing 860 lines of Markdown",
    play: async (workbench) => {
      await workbench.openFile("seed-runbook.md");
      await workbench.runCommand("Runbook: Import Markdown…");
      await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: "seed-runbook.runbook.md" }).waitFor();
      await workbench.openRunbook(FIRST_RUNBOOK);
    },
  },
  { name: "rehearsing scenario 1", play: (workbench) => rehearseByRestart(workbench) },
  {
    name: "typing a command",
    play: async (workbench) => {
      await workbench.focusCell(rowOf("detect-pods"));
      await workbench.page.keyboard.press("Enter");
      await workbench.page.keyboard.type("kubectl get pods -n ", { delay: 100 });
      await workbench.page.keyboard.press("Escape");
    },
  },
  {
    name: "exporting the log",
    play: async (workbench) => {
      await workbench.runCommand("Runbook: Export Incident Log…");
      await workbench.pick("Markdown");
      await workbench.waitForQuickInput("Where to?");
      await workbench.pressInQuickInput("Enter");
      await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: /log/ }).waitFor();
    },
  },
];

/**
 * The longest time that our code holds the extension host's one thread, in a real window, while a person works: all extensions wait for it.
 * Two things are named beside it and do not count: collections of garbage, since the heap is that of all extensions, and what the thread waited
 * for a processor, since a window that opens keeps more of them busy than a small machine has.
 */
export async function hostBlocks(): Promise<Comparison[]> {
  const holds = new Map<string, { readonly by: string; readonly ms: number }[]>(SCENES.map(({ name }) => [name, []]));
  for (let window = 0; window < WINDOWS; window += 1) await profileWindow((scene, by, ms) => holds.get(scene)?.push({ by, ms }));
  return [...holds].map(([name, found]) => ({
    name: `longest hold of the extension host: ${name}`, ours: found.toSorted((a, b) => a.ms - b.ms)[Math.floor(WINDOWS / 2)]?.by ?? "nothing", peer: "limit", unit: "ms", isLimit: true,
    pairs: found.map(({ ms }) => ({ ours: ms, peer: LIMIT_MS })),
  }));
}

async function profileWindow(found: (scene: string, by: string, ms: number) => void): Promise<void> {
  await withWorkbench({ extension: "vsix", files: ["notebooks", "test/fixtures/seed-runbook.md"], inspectPort: PORT }, async (workbench) => {
    const host = extensionHost(workbench);
    const profiler = await attach(workbench, host);
    for (const { name, play } of SCENES) {
      const clock = new WaitClock(host);
      await profiler.send("Profiler.start");
      await play(workbench);
      // What it set off comes after it: checks wait for a pause.
      await workbench.page.waitForTimeout(1500);
      const { profile } = (await profiler.send("Profiler.stop")) as { profile: Profile };
      clock.close();
      const [longest] = blocksOf(profile, (url) => url.includes("/extensions/dr-runbook."))
        .map((block) => ({ ...block, waitedMs: clock.waitedAtLeast(block.from, block.to) }))
        // The collections may have waited too: then what is left of the whole stretch is the most that it can have been.
        .map((block) => ({ ...block, ms: Math.min(block.ms, block.to - block.from - block.waitedMs) }))
        .toSorted((a, b) => b.ms - a.ms);
      if (longest === undefined) found(name, "nothing", NOTHING_MS);
      else found(name, `${longest.by} (beside it ${longest.collectingMs.toFixed(0)} ms of collecting, ${longest.waitedMs.toFixed(0)} of waiting)`, Math.max(NOTHING_MS, longest.ms));
    }
    profiler.close();
  });
}

function extensionHost(workbench: Workbench): number {
  const [host] = workbench.processes(/--type=extensionHost/);
  if (host === undefined) throw new Error("this window has no extension host");
  return host;
}

interface Profiler {
  send(method: string, params?: object): Promise<unknown>;
  close(): void;
}

/** Opens the host's debugger, as a developer of extensions would, and makes its profiler ready. */
async function attach(workbench: Workbench, host: number): Promise<Profiler> {
  process.kill(host, "SIGUSR1");
  const socket = new WebSocket(await debuggerAddress(workbench));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on("message", (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString()) as { id: number; result: unknown };
    waiting.get(id)?.(result);
  });
  const send = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      const id = waiting.size + 1;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await send("Profiler.enable");
  await send("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
  return { send, close: () => socket.close() };
}

async function debuggerAddress(workbench: Workbench): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      const [target] = (await (await fetch(`http://127.0.0.1:${PORT}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (attempt === 49) throw new Error("the extension host's debugger does not listen", { cause: error });
    }
    await workbench.page.waitForTimeout(100);
  }
  throw new Error("the extension host's debugger has nothing to attach to");
}
