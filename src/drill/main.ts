import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hintOf, messageOf } from "../core/runtimeError.ts";
import { keepCompiled, useCompiled } from "./world/compiledProgram.ts";
import type { World } from "./world/world.ts";

// The drill world's process. It prints one JSON line `{"state": PATH}` once everything listens.
const { values } = parseArgs({ options: { world: { type: "string" }, state: { type: "string" }, rate: { type: "string" }, cache: { type: "string" }, engines: { type: "string" } } });
/** What the next world may find in the cache is worked out and written so long after the start, milliseconds: then nobody waits for this one. */
const KEEP_AFTER_MS = 3000;
let world: World | undefined;
let keeping: NodeJS.Timeout | undefined;

function report(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

async function end(isOver: boolean): Promise<void> {
  clearTimeout(keeping);
  await world?.close(isOver);
  process.exit(0);
}

/** What is kept belongs to this very program: its file names all parts of it by their hashes. Loaded from sources, a world has no such name and keeps nothing. */
function placeOf(cache: string | undefined): { readonly program: string; readonly derived: string; readonly compiled: string } | undefined {
  const path = fileURLToPath(import.meta.url);
  if (cache === undefined || !path.endsWith(".js")) return undefined;
  const program = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { program, derived: join(cache, "worlds"), compiled: join(cache, "compiled", program.slice(0, 16)) };
}

async function keep(started: World, compiled: string): Promise<void> {
  await started.learn();
  keepCompiled(compiled);
}

process.on("SIGTERM", () => void end(false));
process.on("SIGINT", () => void end(false));
process.on("SIGHUP", () => undefined);

try {
  if (values.world === undefined || values.state === undefined) throw new Error("Starting a drill world: --world FILE and --state FOLDER are missing.");
  const place = placeOf(values.cache);
  if (place !== undefined) useCompiled(place.compiled, report);
  // Loaded only now, so that all of it may come from there.
  const [{ DerivedCache }, { readWorld }, { startWorld }] = await Promise.all([import("./world/derivedCache.ts"), import("./world/readWorld.ts"), import("./world/world.ts")]);
  const cache = place === undefined ? undefined : new DerivedCache(place.derived, place.program, report);
  const options = { ...(cache === undefined ? {} : { cache }), folder: values.state, descriptionPath: resolve(values.world), rate: Number(values.rate ?? 1), engines: values.engines === "real" ? ("real" as const) : ("embedded" as const), onShutdown: () => void end(true), report };
  const started = await startWorld(readWorld(values.world, cache), options);
  world = started;
  process.stdout.write(`${JSON.stringify({ state: started.statePath })}\n`);
  if (place !== undefined) keeping = setTimeout(() => void keep(started, place.compiled).catch((error: unknown) => report(`Working out what the next world needs: ${messageOf(error)}`)), KEEP_AFTER_MS).unref();
} catch (error) {
  // What was begun before the failure (a thread, a server) would keep this process for ever.
  process.stdout.write(`${JSON.stringify({ error: messageOf(error), hint: hintOf(error) })}\n`, () => process.exit(1));
}
