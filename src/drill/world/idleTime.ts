import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** How often the file is written, real milliseconds. */
const EVERY_MS = 20;
/** A timer that is later than that was held up by the machine. */
const LATE_MS = 10;

/**
 * Writes into the file `idle` of a world's folder for how long, in real milliseconds since the start, the world had nothing to do: as a
 * 64-bit float, little-endian. Whoever times what the world answers at many times real time can tell by it what the machine took. The
 * result ends it.
 */
export function publishIdleTime(folder: string): () => void {
  const file = openSync(join(folder, "idle"), "w", 0o600);
  const bytes = Buffer.alloc(Float64Array.BYTES_PER_ELEMENT);
  let [idleMs, before] = [0, performance.eventLoopUtilization().idle];
  const timer = setInterval(() => {
    const { idle } = performance.eventLoopUtilization();
    idleMs += Math.min(idle - before, EVERY_MS + LATE_MS);
    before = idle;
    bytes.writeDoubleLE(idleMs);
    writeSync(file, bytes, 0, bytes.length, 0);
  }, EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    closeSync(file);
  };
}
