import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { messageOf } from "../core/runtimeError.ts";
import { DerivedCache } from "./world/derivedCache.ts";
import { readWorld } from "./world/readWorld.ts";
import { startWorld, type World } from "./world/world.ts";

// The drill world's process. It prints one JSON line `{"state": PATH}` once everything listens.
const { values } = parseArgs({ options: { world: { type: "string" }, state: { type: "string" }, rate: { type: "string" }, cache: { type: "string" }, engines: { type: "string" } } });
let world: World | undefined;

async function end(isOver: boolean): Promise<void> {
  await world?.close(isOver);
  process.exit(0);
}

/** What is kept belongs to this very bundle, whose name of each part is a hash. Loaded from sources, a world has no such name and keeps nothing. */
function cache(report: (text: string) => void): DerivedCache | undefined {
  const program = fileURLToPath(import.meta.url);
  return values.cache === undefined || !program.endsWith(".js") ? undefined : new DerivedCache(values.cache, createHash("sha256").update(readFileSync(program)).digest("hex"), report);
}

process.on("SIGTERM", () => void end(false));
process.on("SIGINT", () => void end(false));
process.on("SIGHUP", () => undefined);

try {
  if (values.world === undefined || values.state === undefined) throw new Error("Starting a drill world: --world FILE and --state FOLDER are missing.");
  const report = (text: string): void => void process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  const kept = cache(report);
  const options = { ...(kept === undefined ? {} : { cache: kept }), folder: values.state, descriptionPath: resolve(values.world), rate: Number(values.rate ?? 1), engines: values.engines === "real" ? ("real" as const) : ("embedded" as const), onShutdown: () => void end(true), report };
  world = await startWorld(readWorld(values.world, kept), options);
  process.stdout.write(`${JSON.stringify({ state: world.statePath })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: messageOf(error) })}\n`);
  process.exitCode = 1;
}
