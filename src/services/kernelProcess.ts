import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineChoice, KernelClient, WorldState } from "../core/protocol.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { isAlive } from "./journal/runFolder.ts";
import { connectKernel } from "./kernelClient.ts";
import { launchBundle } from "./launch.ts";
import { userFolder } from "./userFolders.ts";

/** Real servers are installed, started and filled first: seconds on an idle machine, much longer on a busy one. */
const REAL_START_LIMIT_MS = 120_000;

/** Starts a kernel process and connects to it; with `resume` it takes up that run. `bundles` is the folder of `kernel.js`. */
export async function startKernel(options: { readonly bundles: string; readonly root: string; readonly client: string; readonly resume?: string }): Promise<KernelClient> {
  const args = ["--run-root", options.root, ...(options.resume === undefined ? [] : ["--resume", options.resume])];
  const { ready } = await launchBundle(join(options.bundles, "kernel.js"), args, join(options.root, "logs", `kernel-${Date.now()}.log`));
  return connectKernel(ready["socket"] ?? "", options.client);
}

/** Starts a rehearsal world and returns the path of its state file. `engines` left out: embedded, or what its snapshot says. */
export async function startWorld(options: { readonly bundles: string; readonly description: string; readonly folder: string; readonly rate: number; readonly engines?: EngineChoice }): Promise<string> {
  const { ready } = await launchBundle(join(options.bundles, "world.js"), ["--world", options.description, "--state", options.folder, "--rate", String(options.rate), "--cache", cacheFolder(), ...(options.engines === undefined ? [] : ["--engines", options.engines])], join(options.folder, "world.log"), options.engines === "real" ? REAL_START_LIMIT_MS : undefined);
  return ready["state"] ?? "";
}

/** Where worlds keep what they have compiled and worked out, for the next one: it may be deleted at any time. */
function cacheFolder(): string {
  return join(userFolder(process.env, "XDG_CACHE_HOME", ".cache"), "dr-runbook");
}

/** Reads a world's state file. Throws `notFound` when the world's process has ended. */
export function readWorldState(path: string): WorldState {
  let state: WorldState;
  try {
    state = JSON.parse(readFileSync(path, "utf8")) as WorldState;
  } catch (cause) {
    throw new RuntimeError("notFound", `Using the drill world of ${path}: ${messageOf(cause)}.`, { hint: "Name the folder that the world keeps its world.json in, or start the drill without one.", cause });
  }
  if (!isAlive(state.pid)) throw new RuntimeError("notFound", `Using the drill world of ${path}: its process ${state.pid} has ended.`, { hint: "Start the drill again; the world comes back as it was." });
  return state;
}
