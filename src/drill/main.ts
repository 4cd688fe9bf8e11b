import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../core/runtimeError.ts";
import { readWorld } from "./world/readWorld.ts";
import { startWorld, type World } from "./world/world.ts";

// The drill world's process. It prints one JSON line `{"state": PATH}` once everything listens.
const { values } = parseArgs({ options: { world: { type: "string" }, state: { type: "string" }, rate: { type: "string" } } });
let world: World | undefined;

async function end(): Promise<void> {
  await world?.close();
  process.exit(0);
}

process.on("SIGTERM", () => void end());
process.on("SIGINT", () => void end());
process.on("SIGHUP", () => undefined);

try {
  if (values.world === undefined || values.state === undefined) throw new Error("Starting a drill world: --world FILE and --state FOLDER are missing.");
  world = await startWorld(readWorld(values.world), { folder: values.state, descriptionPath: resolve(values.world), rate: Number(values.rate ?? 1), onShutdown: () => void end(), report: (text) => void process.stderr.write(`${new Date().toISOString()} ${text}\n`) });
  process.stdout.write(`${JSON.stringify({ state: world.statePath })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: messageOf(error) })}\n`);
  process.exitCode = 1;
}
