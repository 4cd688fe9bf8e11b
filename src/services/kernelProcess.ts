import { existsSync, readFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { KernelClient, KernelState, WorldState } from "../core/protocol.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import { isAlive, listRuns } from "./journal/runFolder.ts";
import { connectKernel } from "./kernelClient.ts";
import { launchBundle } from "./launch.ts";

/** Where kernel and world write what they have to say before there is a run. */
function logFile(name: string): string {
  return join(tmpdir(), `dr-runbook-${userInfo().username}`, `${name}.log`);
}

/** Starts a kernel process and connects to it; with `resume` it takes up that run. `bundles` is the folder of `kernel.js`. */
export async function startKernel(options: { readonly bundles: string; readonly root: string; readonly client: string; readonly resume?: string }): Promise<KernelClient> {
  const args = ["--run-root", options.root, ...(options.resume === undefined ? [] : ["--resume", options.resume])];
  const { ready } = await launchBundle(join(options.bundles, "kernel.js"), args, logFile("kernel"));
  return connectKernel(ready["socket"] ?? "", options.client);
}

/** Runs that a live kernel holds, oldest first. */
export function findKernels(root: string): readonly KernelState[] {
  return listRuns(root).flatMap((run) => {
    const path = join(root, run, "kernel.json");
    if (!existsSync(path)) return [];
    const state = JSON.parse(readFileSync(path, "utf8")) as KernelState;
    return isAlive(state.pid) ? [state] : [];
  });
}

/** Starts a rehearsal world and returns the path of its state file. */
export async function startWorld(options: { readonly bundles: string; readonly description: string; readonly folder: string; readonly rate: number }): Promise<string> {
  const { ready } = await launchBundle(join(options.bundles, "world.js"), ["--world", options.description, "--state", options.folder, "--rate", String(options.rate)], logFile("world"));
  return ready["state"] ?? "";
}

/** Reads a world's state file. Throws `notFound` when the world's process has ended. */
export function readWorldState(path: string): WorldState {
  const state = JSON.parse(readFileSync(path, "utf8")) as WorldState;
  if (!isAlive(state.pid)) throw new RuntimeError("notFound", `Using the drill world of ${path}: its process ${state.pid} has ended.`, { hint: "Start the drill again; the world comes back as it was." });
  return state;
}
