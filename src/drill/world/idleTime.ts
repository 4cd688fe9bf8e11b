import { closeSync, openSync, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { IDLE_LOOK_MS, IdleTime } from "../../core/drills/idleTime.ts";

/**
 * Writes into a file for how long, in real milliseconds since the start, the world had nothing to do: as a 64-bit float, little-endian.
 * Whoever times what the world answers at many times real time can tell by it what the machine took. The result ends it.
 */
export function publishIdleTime(path: string): () => void {
  const file = openSync(path, "w", 0o600);
  const bytes = Buffer.alloc(Float64Array.BYTES_PER_ELEMENT);
  const idleTime = new IdleTime(performance.eventLoopUtilization().idle);
  const timer = setInterval(() => {
    bytes.writeDoubleLE(idleTime.look(performance.eventLoopUtilization().idle));
    writeSync(file, bytes, 0, bytes.length, 0);
  }, IDLE_LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    closeSync(file);
  };
}
